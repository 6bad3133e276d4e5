# What the commands in script/ and .ci/ share: installing and building. To be sourced by bash.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin  # where Debian keeps nats-server, also for those who are not root

build_packages=(cmake ninja-build g++ ccache libcaf-dev libnats-dev rapidjson-dev libboost1.81-dev doctest-dev
  libspdlog-dev libssl-dev zlib1g-dev libjemalloc-dev nats-server curl ca-certificates)
test_packages=(clang libclang-rt-14-dev clang-format)

say() { printf '\n== %s\n' "$*" >&2; }
fail() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

as_root() {
  if [[ $(id -u) -eq 0 ]]; then "$@"
  elif command -v sudo > /dev/null; then sudo "$@"
  else fail "not root, and no sudo to run: $*"
  fi
}

installed() {
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null) == installed ]]
}

# install PACKAGE...: those that are missing; without the network when none is.
install() {
  local package missing=()
  for package in "$@"; do
    installed "$package" || missing+=("$package")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  command -v apt-get > /dev/null || fail "no apt-get here; install by hand: ${missing[*]}"
  say "installing ${missing[*]}"
  as_root apt-get update -qq < /dev/null
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" < /dev/null
}

install_for_build() {
  local packages=("${build_packages[@]}")
  command -v node > /dev/null || packages+=(nodejs)
  command -v npm > /dev/null || packages+=(npm)
  install "${packages[@]}"
}

# Also what the tests need: clang for the fuzz targets, and a browser.
install_for_test() {
  local packages=("${test_packages[@]}")
  command -v chromium > /dev/null || command -v google-chrome > /dev/null || packages+=(chromium)
  install_for_build
  install "${packages[@]}"
}

# build PRESET [TARGET]
build() {
  say "building $1"
  (cd "$root" && cmake --preset "$1" && cmake --build --preset "$1" ${2:+--target "$2"}) < /dev/null
}

# npm_ci FOLDER: installs what its lock file says, unless that is what is there.
npm_ci() {
  local folder=$1 stamp=$1/node_modules/.installed-lock
  cmp -s "$folder/package-lock.json" "$stamp" && return 0
  say "npm ci in ${folder#"$root"/}"
  (cd "$folder" && npm ci --no-audit --no-fund < /dev/null)
  cp "$folder/package-lock.json" "$stamp"
}

# run_ctest PRESET [OPTION...]: runs its tests and keeps what ctest said, for ctest_closing.
run_ctest() {
  local preset=$1
  shift
  say "testing $preset"
  (cd "$root" && ctest --preset "$preset" "$@" < /dev/null) 2>&1 | tee "$root/build/$preset/ctest.log"
}

# The closing lines of the last run_ctest of PRESET.
ctest_closing() {
  sed -n '/^[0-9]*% tests passed/,$p' "$root/build/$1/ctest.log"
}
