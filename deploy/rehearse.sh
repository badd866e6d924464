#!/usr/bin/env bash
# Builds the image and runs it as docker-compose.yml says, where no registry of images can be reached.
#
#   deploy/rehearse.sh      takes some minutes; needs root, debootstrap, buildah, podman, curl, jq,
#                           and docker-compose for the second half
#
# What stands in: a Debian made by debootstrap for Python's image, and its redis-server for that of
# Redis. Everything is made in a temporary folder, which is removed in the end.
set -euo pipefail
cd "$(dirname "$0")/.."

PORT=${PORT:-18765}
MIRROR=${MIRROR:-http://deb.debian.org/debian}
for program in debootstrap buildah podman curl jq; do
    command -v "$program" >/dev/null || { echo "rehearse: $program is missing" >&2; exit 2; }
done
[ "$(id -u)" = 0 ] || { echo "rehearse: debootstrap needs root" >&2; exit 2; }

here=$(mktemp -d)
where=(--root "$here/storage" --runroot "$here/run")
export CONTAINERS_CONF=$here/containers.conf
cat >"$CONTAINERS_CONF" <<CONF
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
runtime = "$(basename "$(command -v runc || command -v crun)")"
CONF
podman() { command podman "${where[@]}" "$@"; }
started=()
tidy() {
    status=$?
    [ ! -S "$here/podman.sock" ] || up down --volumes >/dev/null 2>&1 || true
    podman rm --all --force >/dev/null 2>&1 || true
    [ ${#started[@]} = 0 ] || kill "${started[@]}" 2>/dev/null || true
    podman rmi --all --force >/dev/null 2>&1 || true
    umount --lazy "$here/storage/overlay" 2>/dev/null || true
    rm -rf --one-file-system "$here"
    exit $status
}
up() {
    DOCKER_HOST=unix://$here/podman.sock MODULO_PUBLISHED_PORT=$PORT MODULO_MODEL='' MODULO_MODEL_URL='' \
        docker-compose --project-name rehearsal --profile "$profile" "$@"
}
profile=embedded
trap tidy EXIT

say() { printf '\n== %s\n' "$*"; }
build() { # TAG FILE FOLDER [ARGUMENT…]
    local mounts=(--volume /etc/ssl/certs:/etc/ssl/certs:ro)
    [ ! -f /etc/pip.conf ] || mounts+=(--volume /etc/pip.conf:/etc/pip.conf:ro)
    buildah "${where[@]}" bud --quiet --network host --format docker "${mounts[@]}" \
        --tag "$1" --file "$2" "${@:4}" "$3" >/dev/null
}
until_ready() {
    for _ in $(seq 120); do
        ! curl -sf "localhost:$PORT/readyz" >/dev/null || return 0
        sleep 0.5
    done
    echo "rehearse: nobody is ready on port $PORT" >&2
    return 1
}
refused() {
    if "$@" 2>/dev/null; then
        echo "rehearse: this should not be possible: $*" >&2
        return 1
    fi
}
solves() {
    jq -n --rawfile domain "$here/domain.pddl" --rawfile problem "$here/problem.pddl" '{$domain, $problem}' |
        curl -s --max-time 60 "localhost:$PORT/v1/plans" --json @- | jq -re .status | grep -x solved
}

say "a Debian in the place of Python's image"
debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates \
    bookworm "$here/debian" "$MIRROR" >"$here/debootstrap.log" || { tail "$here/debootstrap.log"; exit 1; }
ln -s /usr/bin/python3 "$here/debian/usr/local/bin/python"
tar --directory "$here/debian" --create . | podman import --quiet - localhost/stand-in:python
rm -rf "$here/debian"

say "the image, by its Dockerfile"
build docker.io/library/modulo:0.1.0 Dockerfile . --build-arg PYTHON=localhost/stand-in:python \
    --build-arg MODULO_EXTRAS="${MODULO_EXTRAS:-}"
podman images --format '{{.Repository}}:{{.Tag}} {{.Size}}'

say "alone: read-only, no capability, nobody's user"
podman run --detach --name alone --read-only --cap-drop ALL --security-opt no-new-privileges \
    --pids-limit 512 --memory 2g --publish "127.0.0.1:$PORT:8000" --env MODULO_TRUST_NETWORK=true \
    docker.io/library/modulo:0.1.0 >/dev/null 2>"$here/run.log"
until_ready
podman exec alone sh -c 'modulo generate blocksworld --blocks 6 --seed 30 --out /tmp/task >/dev/null'
for file in domain problem; do podman exec alone cat "/tmp/task/$file.pddl" >"$here/$file.pddl"; done
solves
podman healthcheck run alone && echo healthy
refused podman exec alone touch /opt/modulo/mine
podman exec alone python -c 'import os; s = open("/proc/self/status").read(); assert os.getuid() == 10001 and "CapBnd:\t0000000000000000" in s; print("no capability, user", os.getuid())'
podman stop alone >/dev/null 2>&1

if ! command -v docker-compose >/dev/null; then
    say "docker-compose is missing: the rest is left out"
    exit 0
fi
say "an image in the place of Redis's"
redis=$(sed -n 's/^ *image: \(redis:.*\)/\1/p' docker-compose.yml)
printf '%s\n' 'FROM localhost/stand-in:python' \
    'RUN apt-get update -q && apt-get install -y -q --no-install-recommends redis-server && install -d -o redis -g redis /data' \
    'VOLUME /data' >"$here/Redisfile"
build "docker.io/library/$redis" "$here/Redisfile" "$here"
command podman "${where[@]}" system service --time 0 "unix://$here/podman.sock" 2>"$here/service.log" &
started+=($!)
# Podman leaves asking for health to systemd, which need not be here.
(while sleep 1; do
    for one in $(podman ps --quiet --filter health=starting); do
        podman healthcheck run "$one" >/dev/null 2>&1 || true
    done
done) &
started+=($!)

for profile in embedded scale; do
    say "docker compose, profile $profile"
    up up --detach --no-build --pull never --quiet-pull 2>"$here/compose.log" || { cat "$here/compose.log"; exit 1; }
    until_ready
    solves
    if [ "$profile" = scale ]; then
        worker=$(podman ps --quiet --filter name=worker | sed -n 1p)
        podman exec "$worker" python -c 'import socket; socket.create_connection(("redis", 6379), 3); print("a worker reaches Redis")'
        refused podman exec "$worker" python -c 'import socket; socket.create_connection(("1.1.1.1", 443), 3)'
        echo "and nobody outside"
        podman kill "$worker" >/dev/null
        solves
        echo "with one worker killed"
    fi
    podman ps --format '{{.Names}} {{.Status}}'
    up down --volumes 2>"$here/compose.log"
done
say "rehearsed"
