#!/bin/bash
# Whether the gateway in this container works: exit code 0 or 1. Without curl, which the image does not have.
#
#     healthcheck.sh [PATH]          /healthz, or /readyz for whether it can serve clients as well
port=${ACTORGATE_METRICS_PORT:-8090}
exec 3<> "/dev/tcp/127.0.0.1/$port" || exit 1
printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "${1:-/healthz}" "$port" >&3
read -r -t 3 _ status _ <&3
[[ $status == 200 ]] || exit 1
