# shellcheck shell=bash disable=SC2034  # what is set here is for those who source it
# What the commands in script/ and .ci/ share: installing, building, ports and children. To be sourced by bash.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin  # where Debian keeps nats-server, also for those who are not root

build_packages=(cmake ninja-build g++ ccache libcaf-dev libnats-dev rapidjson-dev libboost1.81-dev doctest-dev
  libspdlog-dev libssl-dev zlib1g-dev libjemalloc-dev liburing-dev nats-server curl ca-certificates)
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

# with_cluster_page: the gateway's options for its page, at whose login the demo's service knows "admin" and the
# password in ADMIN_PASSWORD, which is made up if there is none.
with_cluster_page() {
  npm_ci "$root/pages/inspect"
  ADMIN_PASSWORD=${ADMIN_PASSWORD:-$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')}
  export ADMIN_PASSWORD
  page_options=(--admin-resources --admin-access demo.admin.may --admin-login demo.admin.login
    --admin-page "$root/pages/inspect")
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

# ---- Ports ----------------------------------------------------------------------------------------------------

# free_port PORT: prints PORT if it can be listened on, and another one that can be if not.
free_port() {
  node -e '
    const listen = port => {
      const server = require("net").createServer()
      server.on("error", () => { if (port) listen(0); else process.exit(1) })
      server.listen(port, "127.0.0.1", () => { const at = server.address().port; server.close(() => console.log(at)) })
    }
    listen(Number(process.argv[1]))' "$1"
}

# free_ports COUNT: prints so many, each once.
free_ports() {
  node -e '
    const servers = Array.from({ length: Number(process.argv[1]) }, () => require("net").createServer())
    let left = servers.length
    const listening = () => {
      if (--left) return
      console.log(servers.map(server => server.address().port).join(" "))
      for (const server of servers) server.close()
    }
    for (const server of servers) server.listen(0, "127.0.0.1", listening)' "$1"
}

# choose_port GIVEN DEFAULT: what was asked for, or nothing at all; a default may give way.
choose_port() {
  local chosen
  chosen=$(free_port "${1:-$2}")
  [[ -z $1 || $chosen -eq $1 ]] || fail "port $1 is taken"
  echo "$chosen"
}

# ---- Children -------------------------------------------------------------------------------------------------

declare -A pids=() writers=()
logs=  # a folder, from own_children on

# start NAME COMMAND...: in a session of its own, so that Ctrl-C reaches it through us alone and in order.
start() {
  local name=$1 output
  shift
  : > "$logs/$name"
  exec {output}> >(trap '' INT TERM HUP; tee -a "$logs/$name" | sed -u "s/^/$name | /")
  writers[$name]=$!
  setsid "$@" < /dev/null >&"$output" 2>&1 &
  pids[$name]=$!
  exec {output}>&-
}

# await NAME REGEX: until NAME says so; what it said is in `said`.
await() {
  local name=$1 tries
  for ((tries = 0; tries < 300; ++tries)); do
    if [[ $(< "$logs/$name") =~ $2 ]]; then said=${BASH_REMATCH[0]}; return 0; fi
    kill -0 "${pids[$name]}" 2> /dev/null || fail "the $name ended before it was ready"
    sleep 0.1
  done
  fail "the $name was not ready within 30 seconds"
}

# await_port NAME PORT: until NAME accepts connections.
await_port() {
  local name=$1 tries
  for ((tries = 0; tries < 300; ++tries)); do
    (: < "/dev/tcp/127.0.0.1/$2") 2> /dev/null && return 0
    kill -0 "${pids[$name]}" 2> /dev/null || fail "the $name ended before it was ready"
    sleep 0.1
  done
  fail "the $name does not listen on port $2"
}

# gone PID SECONDS: whether it ends within that time.
gone() {
  local tries
  for ((tries = 0; tries < $2 * 10; ++tries)); do
    kill -0 "$1" 2> /dev/null || return 0
    sleep 0.1
  done
  return 1
}

# stop NAME: asked first; made to, with what it started itself, after ten seconds.
stop() {
  local pid=${pids[$1]:-}
  if [[ -n $pid ]]; then
    unset "pids[$1]"
    kill -TERM "$pid" 2> /dev/null || true
    gone "$pid" 10 || kill -KILL -- "-$pid" 2> /dev/null || true
    wait "$pid" 2> /dev/null || true
  fi
  [[ -z ${writers[$1]:-} ]] || gone "${writers[$1]}" 2 || true  # its last words
}

# own_children: from here on children may be started; however we end, the caller's stop_all ends them in order.
own_children() {
  logs=$(mktemp -d)
  trap 'trap "" INT TERM HUP; stop_all; rm -rf "$logs"' EXIT
  trap 'printf "\nStopping.\n" || true; exit 0' INT TERM HUP
}

# await_end: until a child ends; its name is in `ended`, and what it left in `status`. It is ours no more.
await_end() {
  local pid name
  status=0
  { wait -n -p pid "${pids[@]}" || status=$?; } 2> /dev/null  # bash would tell of a signal in its own way
  for name in "${!pids[@]}"; do
    if [[ ${pids[$name]} == "$pid" ]]; then ended=$name; fi
  done
  unset "pids[$ended]"
}
