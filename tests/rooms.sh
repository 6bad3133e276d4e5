#!/usr/bin/env bash
# Includes between rooms go one way: protocol <- cache, protocol <- net, both <- actors <- main; inspection knows nobody
# and is known to actors and main.
#
#     tests/rooms.sh [ROOT]         prints the includes that break a rule; exit code 1 if there are any
#     tests/rooms.sh --self-test    breaks each rule in a tree of its own, and checks that this is found
set -euo pipefail

rooms=(protocol cache net inspection actors main tests)

# What a room may include of other rooms. Nobody includes tests.
declare -A may=(
  [protocol]="protocol"
  [cache]="protocol cache"
  [net]="protocol net"
  [inspection]="inspection"
  [actors]="protocol cache net inspection actors"
  [main]="protocol cache net inspection actors main"
)

# What a room never includes of libraries: beginnings of paths. Beast comes with Asio.
sans_io="caf/ boost/asio boost/beast nats/ nats.h spdlog/"
declare -A never=(
  [protocol]=$sans_io
  [cache]=$sans_io
  [net]="caf/"
  [inspection]="boost/ nats/ nats.h spdlog/"
)

# violates ROOM PATH: whether a file in ROOM may not include PATH; prints why.
violates() {
  local room=$1 path=$2 other prefix
  while [[ $path == ./* || $path == ../* ]]; do path=${path#*/}; done  # "../cache/x.hpp" is cache's as well
  for other in "${rooms[@]}"; do
    if [[ $path == "$other"/* && " ${may[$room]} " != *" $other "* ]]; then
      echo "$room never includes $other"
      return 0
    fi
  done
  for prefix in ${never[$room]:-}; do
    if [[ $path == "$prefix"* ]]; then
      echo "$room never includes <$prefix>"
      return 0
    fi
  done
  return 1
}

# check ROOT: prints each offending line with its reason; fails if there are any.
check() (
  cd "$1" || exit 2
  include='^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]([^">]+)[">]'
  found=0
  for room in "${!may[@]}"; do
    [[ -d $room ]] || { echo "rooms.sh: $1 has no room $room" >&2; exit 2; }
    while IFS=: read -r file line text; do
      [[ $text =~ $include ]] || continue
      if why=$(violates "$room" "${BASH_REMATCH[1]}"); then
        echo "$file:$line: $text   <- $why"
        found=1
      fi
    done < <(grep -rnE "$include" "$room" --include='*.hpp' --include='*.cpp' --include='*.h' --include='*.ipp')
  done
  exit "$found"
)

# ---- Self-test ------------------------------------------------------------------------------------------------

self_test() {
  local tree room file path case output failures=0
  local violations=() allowed=()
  tree=$(mktemp -d)
  trap "rm -rf '$tree'" EXIT

  # Every pair of rooms, one way or the other; the rules stand here once more, written out.
  violations+=(
    'protocol "cache/x.hpp"' 'protocol "net/x.hpp"' 'protocol "actors/x.hpp"' 'protocol "main/x.hpp"'
    'cache "net/x.hpp"' 'cache "actors/x.hpp"' 'cache "main/x.hpp"'
    'net "cache/x.hpp"' 'net "actors/x.hpp"' 'net "main/x.hpp"'
    'actors "main/x.hpp"'
    'inspection "protocol/x.hpp"' 'inspection "cache/x.hpp"' 'inspection "net/x.hpp"' 'inspection "actors/x.hpp"'
    'inspection "main/x.hpp"' 'inspection "tests/support/x.hpp"'
    'protocol "inspection/x.hpp"' 'cache "inspection/x.hpp"' 'net "inspection/x.hpp"'
    'inspection <boost/asio.hpp>' 'inspection <nats/nats.h>' 'inspection <spdlog/spdlog.h>'
    'protocol "tests/support/x.hpp"' 'cache "tests/support/x.hpp"' 'net "tests/support/x.hpp"'
    'actors "tests/support/x.hpp"' 'main "tests/support/x.hpp"'
    'protocol <caf/all.hpp>' 'cache <caf/all.hpp>' 'net <caf/all.hpp>' 'net "caf/actor.hpp"'
    'protocol <boost/asio.hpp>' 'protocol <boost/asio/buffer.hpp>' 'cache <boost/asio.hpp>' 'cache <boost/asio/buffer.hpp>'
    'protocol <boost/beast.hpp>' 'cache <boost/beast/http.hpp>'
    'protocol <nats/nats.h>' 'protocol <nats.h>' 'cache <nats/nats.h>' 'cache <nats.h>'
    'protocol <spdlog/spdlog.h>' 'cache <spdlog/spdlog.h>'
    'cache "../net/x.hpp"' 'net "./../actors/x.hpp"' 'protocol <cache/x.hpp>'
  )
  allowed+=(
    'protocol "protocol/x.hpp"' 'cache "protocol/x.hpp"' 'cache "cache/x.hpp"' 'net "protocol/x.hpp"' 'net "net/x.hpp"'
    'actors "protocol/x.hpp"' 'actors "cache/x.hpp"' 'actors "net/x.hpp"' 'actors "actors/x.hpp"'
    'main "protocol/x.hpp"' 'main "cache/x.hpp"' 'main "net/x.hpp"' 'main "actors/x.hpp"' 'main "main/x.hpp"'
    'inspection "inspection/x.hpp"' 'actors "inspection/x.hpp"' 'main "inspection/x.hpp"' 'inspection <caf/all.hpp>'
    'net <boost/asio.hpp>' 'net <boost/beast.hpp>' 'net <nats/nats.h>' 'net <spdlog/spdlog.h>'
    'actors <caf/all.hpp>' 'main <caf/all.hpp>' 'protocol <rapidjson/reader.h>' 'cache <vector>' 'protocol "cache.hpp"'
  )

  for room in "${!may[@]}"; do mkdir -p "$tree/$room/deep"; done
  write() { printf '#pragma once\n%s\n' "$2" > "$tree/$1"; }
  complain() { echo "rooms.sh --self-test: $*" >&2; failures=$((failures + 1)); }

  for case in "${allowed[@]}"; do
    read -r room path <<< "$case"
    write "$room/deep/it.hpp" "#include $path"
    output=$(check "$tree") || complain "$case was found, but is allowed: $output"
    rm "$tree/$room/deep/it.hpp"
  done
  write protocol/it.cpp '// #include "cache/x.hpp"'
  output=$(check "$tree") || complain "a comment was found: $output"
  rm "$tree/protocol/it.cpp"

  for case in "${violations[@]}"; do
    read -r room path <<< "$case"
    for file in deep/it.hpp it.cpp; do
      write "$room/$file" "  # include $path  // why not"
      if output=$(check "$tree"); then
        complain "$room/$file: $path was not found"
      elif [[ $output != "$room/$file:2:"*"$path"*"$room never includes "* || $output == *$'\n'* ]]; then
        complain "$room/$file: $path was found, but told wrongly: $output"
      fi
      rm "$tree/$room/$file"
    done
  done

  rmdir "$tree/main/deep" "$tree/main"
  if check "$tree" > /dev/null 2>&1; then complain "a tree without a room passed"; fi

  [[ $failures -eq 0 ]] || exit 1
  echo "found each of ${#violations[@]} violations, and none of ${#allowed[@]} that are allowed"
}

if [[ ${1:-} == --self-test ]]; then
  self_test
else
  check "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"
fi
