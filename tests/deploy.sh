#!/usr/bin/env bash
# Checks deploy/ with the programs that it is written for, as far as they are installed; and with a gateway, that
# clients get through HAProxy and nginx while gateways come and go.
#
#     tests/deploy.sh [--strict] [GATEWAY]      --strict: what cannot be checked here is a failure
set -euo pipefail
exec < /dev/null

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deploy=$root/deploy
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
unset "${!ACTORGATE_@}"  # a gateway's settings are the test's

strict=no
if [[ ${1:-} == --strict ]]; then strict=yes; shift; fi
gateway=${1:-}
[[ -z $gateway || -x $gateway ]] || { echo "deploy.sh: $gateway is no program" >&2; exit 2; }
[[ -z $gateway ]] || gateway=$(realpath "$gateway")

# ---- Running checks -------------------------------------------------------------------------------------------

work=$(mktemp -d)
chmod 755 "$work"  # nginx gives up root
running=
passed=0 skipped=0 failed=0
trap 'rm -rf "$work"' EXIT
trap interrupted INT TERM HUP

interrupted() {
  trap '' INT TERM HUP
  if [[ -n $running ]]; then
    kill -TERM "$running" || true
    wait "$running" || true
  fi
  exit 130
}

skip() { echo "$*"; exit 77; }
die() { echo "$*"; exit 1; }
need() {
  local program
  for program in "$@"; do command -v "$program" > /dev/null || skip "$program is not installed"; done
}

# check WHAT COMMAND...: in a shell of its own, which stops what it started however it ends.
check() {
  local what=$1 result=0
  shift
  mkdir "$work/it"
  (
    set -eE
    trap stop_all EXIT
    trap 'exit 130' TERM
    trap 'echo "line $LINENO: $BASH_COMMAND"' ERR
    "$@"
  ) > "$work/said" 2>&1 &
  running=$!
  wait "$running" || result=$?
  running=
  case $result in
    0) passed=$((passed + 1)); echo "ok       $what" ;;
    77) skipped=$((skipped + 1)); echo "skipped  $what: $(tail -n 1 "$work/said")" ;;
    *) failed=$((failed + 1)); echo "FAILED   $what"; sed 's/^/         /' "$work/said" ;;
  esac
  rm -rf "$work/it"
}

# quiet COMMAND...: succeeds, and has nothing to warn of.
quiet() {
  local said
  said=$("$@" 2>&1) || die "$said"
  if grep -iE 'warn|ignoring|unknown|deprecated' <<< "$said"; then exit 1; fi
}

with_yaml() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'import yaml' 2> /dev/null; then "$python" - "$deploy"; return; fi
  done
  skip "python3-yaml is not installed"
}

# ---- Files ----------------------------------------------------------------------------------------------------

json_parses() {
  need node
  local file
  find "$deploy" -name '*.json' | while read -r file; do
    node -e 'JSON.parse(require("fs").readFileSync(process.argv[1]))' "$file" || die "$file"
  done
}

yaml_parses() {
  with_yaml << 'END'
import pathlib, sys, yaml
for path in sorted(pathlib.Path(sys.argv[1]).rglob('*.y*ml')):
    assert [d for d in yaml.safe_load_all(path.read_text()) if d], f'{path} is empty'
END
}

links_lead_somewhere() {
  local page target
  for page in "$deploy"/README.md "$deploy"/*/README.md; do
    grep -oE '\]\([^)#]+' "$page" | cut -c3- | while read -r target; do
      [[ $target == http* || -e $(dirname "$page")/$target ]] || die "$page: $target"
    done
  done
  # Everything is named in the README, so nothing is there that nobody knows of.
  (cd "$deploy" && find . -mindepth 1 -maxdepth 1 ! -name README.md -printf '%f\n') | while read -r target; do
    grep -qF "\`$target" "$deploy/README.md" || die "README.md does not name $target"
  done
}

scripts_are_clean() {
  bash -n "$deploy/docker/healthcheck.sh"
  need shellcheck
  shellcheck "$deploy/docker/healthcheck.sh" "$root/tests/deploy.sh"
}

# What is said in more than one place is the same everywhere.
numbers_agree() {
  with_yaml << 'END'
import json, pathlib, re, sys, yaml
deploy = pathlib.Path(sys.argv[1])
text = lambda path: (deploy / path).read_text()
one = lambda pattern, path: float(re.search(pattern, text(path), re.M).group(1))
host, pod = json.loads(text('actorgate.json')), json.loads(text('kubernetes/actorgate.json'))
compose = yaml.safe_load(text('compose/compose.yaml'))['services']['gateway-1']
assert host.keys() < pod.keys()
assert {key for key in pod if host.get(key) != pod[key]} == {'natsUrl', 'drainTimeout', 'shards'}

clients, drain = host['maxConnections'], host['drainTimeout'] / 1000
assert one(r'default-server.* maxconn (\d+)', 'haproxy/haproxy.cfg') == clients
assert one(r'resgate_ws_current_connections\S* > (\d+)', 'prometheus/alerts.yaml') == 0.8 * clients
assert int(compose['environment']['ACTORGATE_MAX_CONNECTIONS']) == clients
assert one(r'^LimitNOFILE=(\d+)', 'systemd/actorgate.service') > 2 * clients
assert compose['ulimits']['nofile'] > 2 * clients
low, high = map(int, re.search(r'ip_local_port_range = (\d+) (\d+)', text('sysctl/90-actorgate.conf')).groups())
assert high - low > clients, 'a balancer has too few ports'

assert one(r'^TimeoutStopSec=(\d+)s', 'systemd/actorgate.service') > drain
assert int(compose['environment']['ACTORGATE_DRAIN_TIMEOUT']) / 1000 == drain
assert int(compose['stop_grace_period'].rstrip('s')) > drain
template = yaml.safe_load(text('kubernetes/deployment.yaml'))['spec']['template']['spec']
container = template['containers'][0]
before = int(container['lifecycle']['preStop']['exec']['command'][1])
assert template['terminationGracePeriodSeconds'] > before + pod['drainTimeout'] / 1000
readiness = container['readinessProbe']
assert before >= readiness['periodSeconds'] * readiness['failureThreshold']
assert int(container['resources']['requests']['cpu']) == pod['shards']
assert container['resources']['limits']['memory'] == '2Gi' and '> 1.5 * 2 ^ 30' in text('prometheus/alerts.yaml')

for path in ('haproxy/haproxy.cfg', 'docker/Dockerfile', 'docker/healthcheck.sh', 'prometheus/prometheus.yml',
             'kubernetes/deployment.yaml'):
    assert str(host['metricsPort']) in text(path), f'{path} has another port for metrics'
uid = re.search(r'^USER (\d+):(\d+)', text('docker/Dockerfile'), re.M).groups()
context = template['securityContext']
assert uid == (str(context['runAsUser']), str(context['runAsGroup']))
END
}

kubernetes_fits_together() {
  with_yaml << 'END'
import pathlib, sys, yaml
folder = pathlib.Path(sys.argv[1]) / 'kubernetes'
objects = {}
for path in folder.glob('*.yaml'):
    for document in yaml.safe_load_all(path.read_text()):
        assert document['apiVersion'] and document['kind'], path
        objects[document['kind']] = document
        if path.stem != 'kustomization':
            assert document['kind'].lower() == path.stem and document['metadata']['name'] == 'actorgate', path
kinds = {'Deployment', 'Service', 'PodDisruptionBudget', 'HorizontalPodAutoscaler', 'NetworkPolicy', 'Ingress',
         'Kustomization'}
assert set(objects) == kinds, set(objects) ^ kinds
kustomization = objects['Kustomization']
files = {path.name for path in folder.glob('*.yaml')} - {'kustomization.yaml', 'ingress.yaml'}
assert set(kustomization['resources']) == files
maps = {g['name']: g['files'] for g in kustomization['configMapGenerator']}
assert all((folder / name).exists() for names in maps.values() for name in names)

deployment = objects['Deployment']['spec']
pod, labels = deployment['template']['spec'], deployment['template']['metadata']['labels']
container = pod['containers'][0]
ports = {p['name']: p['containerPort'] for p in container['ports']}
assert 'replicas' not in deployment and pod['securityContext']['runAsNonRoot']
security = container['securityContext']
assert security['readOnlyRootFilesystem'] and not security['allowPrivilegeEscalation']
assert security['capabilities'] == {'drop': ['ALL']}
for probe in ('startupProbe', 'livenessProbe', 'readinessProbe'):
    assert container[probe]['httpGet']['port'] in ports
assert container['readinessProbe']['httpGet']['path'] == '/readyz'
assert container['livenessProbe']['httpGet']['path'] == '/healthz', 'a gateway is not killed for NATS'
mounts = {m['name']: m['mountPath'] for m in container['volumeMounts']}
for volume in pod['volumes']:
    assert volume['name'] in mounts and volume['configMap']['name'] in maps
    file = pathlib.PurePath(container['args'][container['args'].index('--config') + 1])
    assert str(file.parent) == mounts[volume['name']] and file.name in maps[volume['configMap']['name']]
assert {i['name'] for i in kustomization['images']} == {container['image']}

selectors = [deployment['selector']['matchLabels'], objects['Service']['spec']['selector'],
             objects['PodDisruptionBudget']['spec']['selector']['matchLabels'],
             objects['NetworkPolicy']['spec']['podSelector']['matchLabels'],
             *(c['labelSelector']['matchLabels'] for c in pod['topologySpreadConstraints'])]
assert all(selector.items() <= labels.items() for selector in selectors)
assert all(p['targetPort'] in ports for p in objects['Service']['spec']['ports'])
assert all(p['port'] in ports for rule in objects['NetworkPolicy']['spec']['ingress'] for p in rule['ports'])
scaled = objects['HorizontalPodAutoscaler']['spec']
assert (scaled['scaleTargetRef']['kind'], scaled['scaleTargetRef']['name']) == ('Deployment', 'actorgate')
assert scaled['minReplicas'] > objects['PodDisruptionBudget']['spec']['maxUnavailable']
services = {p['name'] for p in objects['Service']['spec']['ports']}
for rule in objects['Ingress']['spec']['rules']:
    for path in rule['http']['paths']:
        backend = path['backend']['service']
        assert backend['name'] == 'actorgate' and backend['port']['name'] in services
END
}

kustomize_builds() { need kubectl; quiet kubectl kustomize "$deploy/kubernetes"; }

# ---- systemd --------------------------------------------------------------------------------------------------

# The unit, with programs that exist here.
unit() {
  local from=$deploy/systemd/actorgate.service
  sed "s|/usr/local/bin/actorgate|$work/it/actorgate|" "$from" > "$work/it/actorgate.service"
  printf '#!/bin/sh\n' > "$work/it/actorgate"
  chmod +x "$work/it/actorgate"
}

unit_verifies() {
  need systemd-analyze
  unit
  quiet systemd-analyze verify --man=no "$work/it/actorgate.service"
  mkdir "$work/it/actorgate.service.d"
  cp "$deploy/systemd/low-ports.conf" "$work/it/actorgate.service.d/"
  quiet systemd-analyze verify --man=no "$work/it/actorgate.service"
  echo 'NoSuchSetting=1' >> "$work/it/actorgate.service.d/low-ports.conf"
  if (quiet systemd-analyze verify --man=no "$work/it/actorgate.service"); then die "verify sees no drop-ins"; fi
}

# Exposure from 0 to 10, in tenths; systemd calls up to 2.0 "OK".
unit_is_hardened() {
  need systemd-analyze
  unit
  systemd-analyze security --no-pager --offline=true --threshold=15 "$work/it/actorgate.service"
}

sysusers_parses() { need systemd-sysusers; quiet systemd-sysusers --dry-run "$deploy/systemd/actorgate.sysusers.conf"; }

# ---- Docker ---------------------------------------------------------------------------------------------------

# last_stage DOCKERFILE: comments gone, a command to a line.
last_stage() {
  sed '/^ *#/d' "$deploy/docker/$1" | sed -e ':a' -e '/\\$/N; s/\\\n//; ta' \
    | awk '/^FROM/ { stage = "" } { stage = stage $0 "\n" } END { print stage }'
}

dockerfiles_are_sound() {
  local file last source
  for file in Dockerfile demo.Dockerfile; do
    [[ -s $deploy/docker/$file.dockerignore ]] || die "no $file.dockerignore"
    last=$(last_stage "$file")
    if grep '^FROM' "$deploy/docker/$file" | grep -vE '^FROM debian:12-slim( AS [a-z]+)?$'; then die "$file: image"; fi
    grep -qE '^USER [1-9][0-9]*:[1-9][0-9]*$' <<< "$last" || die "$file: no USER by number"
    grep -qE '^ENTRYPOINT \["' <<< "$last" || die "$file: no ENTRYPOINT that gets signals itself"
    grep -qE '^STOPSIGNAL SIGTERM$' <<< "$last" || die "$file: no STOPSIGNAL"
    grep -qE 'apt-get install .*--no-install-recommends .*rm -rf /var/lib/apt/lists' <<< "$last" || die "$file: apt-get"
    if grep -E '^ADD|sudo|latest' "$deploy/docker/$file"; then die "$file"; fi
  done
  last=$(last_stage Dockerfile)
  grep -qE '^EXPOSE 8080 8090$' <<< "$last" || die "no EXPOSE"
  grep -qE '^HEALTHCHECK ' <<< "$last" || die "no HEALTHCHECK"
  sed -n 's/^COPY \(--[^ ]* \)*\(.*\) [^ ]*$/\2/p' "$deploy/docker/Dockerfile" | tr ' ' '\n' | while read -r source; do
    [[ $source == /source/* || -e $root/$source ]] || die "COPY $source: not there"
  done
  for source in package.json package-lock.json service.mjs; do
    [[ -e $root/examples/demo/$source ]] || die "no $source"
  done
}

# What Docker is sent is all that CMake asks for.
docker_context_is_enough() {
  need cmake ninja
  local path
  cd "$root"
  sed -n 's/^!//p' "$deploy/docker/Dockerfile.dockerignore" | while read -r path; do
    cp -r --parents "$path" "$work/it/"
  done
  cd "$work/it"
  cmake --preset release -DBUILD_TESTING=OFF > cmake.log 2>&1 || { cat cmake.log; exit 1; }
  ninja -C build/release -n actorgate > /dev/null
}

compose_is_valid() {
  need docker
  docker compose version > /dev/null 2>&1 || skip "docker compose is not installed"
  quiet docker compose -f "$deploy/compose/compose.yaml" config --quiet
}

# The packages of the image's last stage have every library that the gateway is linked with.
image_has_the_libraries() {
  [[ -n $gateway ]] || skip "no gateway was given"
  need ldd dpkg
  head -c 4 "$gateway" | grep -q ELF || skip "the gateway is a script"
  local named library path
  named=$(last_stage Dockerfile | grep -oE '[a-z0-9.+-]+')
  named+=$'\nlibc6\nlibgcc-s1\nlibprotobuf-c1'  # which the others bring
  ldd "$gateway" | awk '/=> \// { print $3 }' | while read -r library; do
    path=$(realpath "$library")
    path=$(dpkg -S "$path" 2> /dev/null || dpkg -S "${path#/usr}" 2> /dev/null) || continue
    grep -qxF "${path%%:*}" <<< "$named" || die "${path%%:*} has $library, and is not installed"
  done
}

# ---- Prometheus and Grafana -----------------------------------------------------------------------------------

alerts_hold() {
  need promtool
  promtool check rules "$deploy/prometheus/alerts.yaml"
  promtool check config "$deploy/prometheus/prometheus.yml"
  promtool test rules "$deploy/prometheus/alerts_test.yaml"
}

# Each alert says what to do, and a test would miss it.
alerts_are_complete() {
  need promtool
  mkdir "$work/it/rules"
  with_yaml << END
import copy, pathlib, subprocess, sys, yaml
folder, work = pathlib.Path(sys.argv[1]) / 'prometheus', pathlib.Path('$work/it/rules')
rules = yaml.safe_load((folder / 'alerts.yaml').read_text())
(work / 'alerts_test.yaml').write_text((folder / 'alerts_test.yaml').read_text())
counted = {'ActorgateRestarting', 'ActorgateNatsReconnects'}  # over minutes already
for i, rule in enumerate(rules['groups'][0]['rules']):
    if 'alert' not in rule: continue
    name = rule['alert']
    assert ('for' in rule) != (name in counted), f'{name}: for'
    assert rule['labels']['severity'] in ('page', 'ticket'), name
    assert rule['annotations']['summary'] and len(rule['annotations']['runbook']) > 80, name
    without = copy.deepcopy(rules)
    del without['groups'][0]['rules'][i]
    (work / 'alerts.yaml').write_text(yaml.safe_dump(without))
    tested = subprocess.run(['promtool', 'test', 'rules', 'alerts_test.yaml'], cwd=work, capture_output=True)
    assert tested.returncode, f'{name} is not tested'
END
}

dashboard_is_sound() {
  need node
  # shellcheck disable=SC2016  # that is JavaScript
  node -e '
    const assert = require("assert")
    const board = JSON.parse(require("fs").readFileSync(process.argv[1]))
    const names = board.templating.list.map(each => each.name)
    assert.deepEqual(names, ["datasource", "job", "instance"])
    const seen = new Set(), taken = new Set(), rules = []
    for (const panel of board.panels) {
      assert(!seen.has(panel.id), `panel ${panel.id} twice`)
      seen.add(panel.id)
      const { x, y, w, h } = panel.gridPos
      assert(x + w <= 24, panel.title)
      for (let i = x; i < x + w; ++i) for (let j = y; j < y + h; ++j) {
        assert(!taken.has(`${i},${j}`), `${panel.title} covers another panel`)
        taken.add(`${i},${j}`)
      }
      if (panel.type === "row") continue
      assert(panel.title && panel.description && panel.targets.length, panel.title)
      for (const { expr, datasource } of [...panel.targets, { expr: "1", datasource: panel.datasource }]) {
        assert.deepEqual(datasource, { type: "prometheus", uid: "${datasource}" }, panel.title)
        if (expr === "1") continue
        for (const [selector] of expr.matchAll(/\{[^}]*\}/g)) {
          assert(selector.startsWith(`{job="$job", instance=~"$instance"`), expr)
        }
        rules.push({ record: `panel:x${rules.length}`, expr: expr.replaceAll("$__rate_interval", "1m") })
      }
    }
    require("fs").writeFileSync(process.argv[2], JSON.stringify({ groups: [{ name: "dashboard", rules }] }))
  ' "$deploy/grafana/actorgate.json" "$work/it/rules.json"
  need promtool
  promtool check rules "$work/it/rules.json"
}

# ---- Starting and stopping ------------------------------------------------------------------------------------

declare -A pids=()

# start NAME COMMAND...: what it says goes to $work/it/NAME.log.
start() {
  local name=$1
  shift
  setsid "$@" >> "$work/it/$name.log" 2>&1 &
  pids[$name]=$!
}

# stop NAME: asked first; made to, with what it started itself, after 20 seconds.
stop() {
  local pid=${pids[$1]:-} tries
  [[ -n $pid ]] || return 0
  unset "pids[$1]"
  kill -TERM "$pid" 2> /dev/null || true
  for ((tries = 0; tries < 200; ++tries)); do
    kill -0 "$pid" 2> /dev/null || break
    sleep 0.1
  done
  kill -KILL -- "-$pid" 2> /dev/null || true
  wait "$pid" 2> /dev/null || true
}

stop_all() {
  local name
  for name in "${!pids[@]}"; do stop "$name"; done
}

# until_true WHAT COMMAND...: tries it for 20 seconds.
until_true() {
  local what=$1 tries
  shift
  for ((tries = 0; tries < 200; ++tries)); do
    if "$@"; then return 0; fi
    sleep 0.1
  done
  tail -n 20 "$work"/it/*.log
  die "not within 20 seconds: $what"
}

listens() { (: < "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }
status_of() { [[ $(curl -s -o /dev/null -m 5 -w '%{http_code}' "$1") == "$2" ]]; }

# ports NAME...: sets each to a port that nobody has.
ports() {
  local numbers
  numbers=$(node -e '
    const servers = Array.from({ length: process.argv[1] }, () => require("net").createServer().listen(0, "127.0.0.1"))
    setTimeout(() => { console.log(...servers.map(each => each.address().port)); process.exit() }, 100)' $#)
  read -r -a numbers <<< "$numbers"
  local name
  for name in "$@"; do
    printf -v "$name" %s "${numbers[0]}"
    numbers=("${numbers[@]:1}")
  done
}

# ---- Balancers ------------------------------------------------------------------------------------------------

declare nats_port port1 port2 metrics1 metrics2 entrance balancer

# The configurations, with loopback addresses in place of names and the test's folder in place of the system's.
haproxy_config() {
  sed -e "s/gateway-1:8080/127.0.0.1:$port1 port $metrics1/; s/gateway-2:8080/127.0.0.1:$port2 port $metrics2/" \
    -e "s/bind :8080/bind 127.0.0.1:$entrance/; s/maxconn 100000/maxconn 200/; s/slowstart 10s//" \
    "$deploy/haproxy/haproxy.cfg" > "$work/it/haproxy.cfg"
}

nginx_config() {
  local it=$work/it kind user=() folders=
  mkdir -p "$it/temp"
  [[ $(id -u) -eq 0 ]] || user=(-e '/^user /d')
  for kind in client_body proxy fastcgi uwsgi scgi; do folders+="${kind}_temp_path $it/temp/$kind; "; done
  sed -e "s/gateway-1:8080/127.0.0.1:$port1/; s/gateway-2:8080/127.0.0.1:$port2/" \
    -e "s/listen 8080/listen 127.0.0.1:$entrance/; s|/run/nginx.pid|$it/nginx.pid|" \
    -e "s|/var/log/nginx/access.log|$it/nginx.log|; s|/var/log/nginx/error.log|stderr|" \
    -e 's/worker_connections .*/worker_connections 200;/; s/worker_rlimit_nofile .*/worker_rlimit_nofile 1024;/' \
    -e "/^http {/a $folders" "${user[@]}" "$deploy/nginx/nginx.conf" > "$it/nginx.conf"
}

haproxy_reads_it() {
  need haproxy node
  haproxy -c -q -f "$deploy/haproxy/haproxy.cfg"
  ports port1 port2 metrics1 metrics2 entrance
  haproxy_config
  quiet haproxy -c -f "$work/it/haproxy.cfg"
}

nginx_reads_it() {
  need nginx node
  ports port1 port2 entrance
  nginx_config
  quiet nginx -t -e stderr -p "$work/it" -c "$work/it/nginx.conf"
}

# ---- With gateways --------------------------------------------------------------------------------------------

configuration_is_accepted() {
  [[ -n $gateway ]] || skip "no gateway was given"
  "$gateway" --help | grep -q -e --check-config || skip "the gateway has no --check-config"
  quiet "$gateway" --config "$deploy/actorgate.json" --check-config
  quiet "$gateway" --config "$deploy/kubernetes/actorgate.json" --check-config
}

need_gateway() {
  [[ -n $gateway ]] || skip "no gateway was given"
  need nats-server node curl
}

start_gateway() {  # 1 | 2
  local port=port$1 metrics=metrics$1
  start "gateway-$1" env ACTORGATE_DRAIN_TIMEOUT=1000 "$gateway" --nats "nats://127.0.0.1:$nats_port" \
    --addr 127.0.0.1 --port "${!port}" --metricsport "${!metrics}"
  until_true "gateway-$1 is ready (/readyz on its metricsPort)" status_of "http://127.0.0.1:${!metrics}/readyz" 200
}

start_nats() {
  ports nats_port port1 port2 metrics1 metrics2 entrance
  start nats nats-server -a 127.0.0.1 -p "$nats_port"
  until_true "nats-server listens" listens "$nats_port"
}

healthy() { ACTORGATE_METRICS_PORT=$metrics1 "$deploy/docker/healthcheck.sh" "$@"; }

# Everything that alerts and dashboard speak of is something that a gateway tells; and the image's check is right.
gateway_is_watched() {
  need_gateway
  start_nats
  start_gateway 1
  local name families
  healthy
  healthy /readyz
  if healthy /nowhere; then die "healthcheck.sh: 404 is healthy"; fi
  families=$(curl -sf "http://127.0.0.1:$metrics1/metrics" | sed -n 's/^# TYPE \([^ ]*\) .*/\1/p')
  grep -hoE '\b(actorgate|resgate|process)_[a-z_]+' "$deploy/prometheus/alerts.yaml" "$deploy/grafana/actorgate.json" \
    | sort -u | while read -r name; do
      grep -qxE "$name|${name%_*}" <<< "$families" || die "no gateway tells $name"
    done
  stop gateway-1
  if healthy 2> /dev/null; then die "healthcheck.sh: nobody is healthy"; fi
}

# What the gateways themselves answer, so it is not the balancer's own.
answers() { [[ $(curl -s -m 5 -w ' %{http_code}' "http://127.0.0.1:$entrance/api/") == *system.notFound*' 404' ]]; }

# A WebSocket, held: says "open", and when it ends "closed" with the code of its close frame.
hold() {
  # shellcheck disable=SC2016  # that is JavaScript
  start "$1" node -e '
    const socket = require("net").connect(process.argv[1], "127.0.0.1")
    let all = Buffer.alloc(0), head = -1
    socket.on("data", data => {
      all = Buffer.concat([all, data])
      if (head >= 0 || (head = all.indexOf("\r\n\r\n")) < 0) return
      console.log(/^HTTP\/1.1 101 /.test(all) ? "open" : String(all))
    })
    socket.on("error", () => {})
    socket.on("close", () => {
      const at = all.indexOf(0x88, head + 4)
      console.log("closed", at < 0 ? "" : all.readUInt16BE(at + 2))
      process.exit()
    })
    socket.write("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
  ' "$entrance"
  until_true "$1 is open" grep -qx open "$work/it/$1.log"
}
held_that_end() { cat "$work"/it/held-*.log | grep -c '^closed' || true; }
held_ended() { [[ $(held_that_end) -eq $1 ]]; }

# leads_to 1 | 2: whether a request goes to that gateway; and it must be answered, wherever it goes.
leads_to() {
  local log=$work/it/$balancer.log before port=port$1
  before=$(wc -l < "$log")
  answers || die "a client was not answered"
  sleep 0.05
  tail -n "+$((before + 1))" "$log" | grep -qE "gateways/gateway-$1 |to 127.0.0.1:${!port}\$"
}

# goes 1 | 2: stops that gateway while clients come; none of them notices.
goes() {
  local pid=${pids[gateway-$1]} tries
  kill -TERM "$pid"
  for ((tries = 0; tries < 400; ++tries)); do
    answers || die "a client was not answered while gateway-$1 went"
    kill -0 "$pid" 2> /dev/null || break
  done
  stop "gateway-$1"
  for ((tries = 0; tries < 10; ++tries)); do
    if leads_to "$1"; then die "gateway-$1 is gone, and still gets clients"; fi
  done
}

clients_get_through() {  # haproxy | nginx
  need_gateway
  need "$1"
  balancer=$1
  start_nats
  start_gateway 1
  start_gateway 2
  "$1_config"
  case $1 in
    haproxy) start haproxy haproxy -db -f "$work/it/haproxy.cfg" ;;
    nginx) start nginx nginx -e stderr -g 'daemon off;' -p "$work/it" -c "$work/it/nginx.conf" ;;
  esac
  until_true "$1 lets clients through" answers
  until_true "gateway-1 gets clients" leads_to 1
  until_true "gateway-2 gets clients" leads_to 2

  event_stream_flows

  # One each; who is left alone by the end of another's gateway stays.
  hold held-1
  hold held-2
  goes 1
  until_true "one WebSocket of two ends with its gateway" held_ended 1
  start_gateway 1
  until_true "gateway-1 gets clients again" leads_to 1
  held_ended 1 || die "a WebSocket ended that had nothing to do with gateway-1"
  goes 2
  until_true "the other WebSocket ends with its gateway" held_ended 2
  [[ $(sort "$work"/it/held-*.log | uniq -c | tr -s ' \n' ' ') == ' 2 closed 1001 2 open ' ]] \
    || die "not closed with 1001: $(cat "$work"/it/held-*.log)"
}

# Three events within three seconds and some: nobody collects them on the way.
event_stream_flows() {
  [[ -d $root/examples/demo/node_modules/nats ]] || { echo "no npm ci in examples/demo"; return 0; }
  start service node "$root/examples/demo/service.mjs" "nats://127.0.0.1:$nats_port"
  until_true "the demo's service is ready" grep -q 'service ready' "$work/it/service.log"
  (curl -sN -m 5 -H 'Accept: text/event-stream' "http://127.0.0.1:$entrance/api/demo/clock" || true) > "$work/it/events"
  [[ $(grep -c demo.clock.change "$work/it/events") -ge 3 ]] || die "events are held back: $(cat "$work/it/events")"
  stop service
}

# ---- All ------------------------------------------------------------------------------------------------------

check "JSON" json_parses
check "YAML" yaml_parses
check "links" links_lead_somewhere
check "scripts" scripts_are_clean
check "numbers that are in several places" numbers_agree
check "Kubernetes: what refers to what" kubernetes_fits_together
check "Kubernetes: kustomize" kustomize_builds
check "systemd: unit" unit_verifies
check "systemd: hardening" unit_is_hardened
check "systemd: user" sysusers_parses
check "Docker: files" dockerfiles_are_sound
check "Docker: context" docker_context_is_enough
check "Docker: compose" compose_is_valid
check "Docker: libraries" image_has_the_libraries
check "Prometheus: rules and their tests" alerts_hold
check "Prometheus: every alert" alerts_are_complete
check "Grafana: dashboard" dashboard_is_sound
check "HAProxy: configuration" haproxy_reads_it
check "nginx: configuration" nginx_reads_it
check "gateway: configuration" configuration_is_accepted
check "gateway: health and metrics" gateway_is_watched
check "gateways behind HAProxy" clients_get_through haproxy
check "gateways behind nginx" clients_get_through nginx

echo "$passed ok, $skipped skipped, $failed failed"
[[ $failed -eq 0 && ($strict == no || $skipped -eq 0) ]]
