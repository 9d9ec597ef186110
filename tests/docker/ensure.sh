#!/usr/bin/env bash
# A Docker engine that answers, with Docker Compose: found, else started, else installed and started. Harmless when
# called again. DOCKERD_LOG is where an engine started here writes to, DOCKERD_PID where its process number goes.
set -euo pipefail

exec 9> "${TMPDIR:-/tmp}/kcontract-docker-ensure.$(id -u).lock"
flock 9

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo --non-interactive "$@"; fi; }

install() {
    command -v apt-get > /dev/null || { echo "no apt-get here: install $*" >&2; return 1; }
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get install -y -q --no-install-recommends "$@" > /dev/null 2>&1 9>&- && return
    as_root apt-get update -q > /dev/null 9>&-
    as_root apt-get install -y -q --no-install-recommends "$@" > /dev/null 9>&-
}

has_compose() { docker compose version 2> /dev/null || command -v docker-compose; }

if ! docker info > /dev/null 2>&1; then
    command -v dockerd > /dev/null && command -v docker > /dev/null || install docker.io
    if ! docker info > /dev/null 2>&1; then
        log="${DOCKERD_LOG:-${TMPDIR:-/tmp}/kcontract-dockerd.log}"
        pid="${DOCKERD_PID:-/dev/null}"
        : > "$pid"  # by this user, so that it can be removed
        as_root sh -c "setsid nohup dockerd > '$log' 2>&1 < /dev/null & echo \$! > '$pid'" 9>&-
        for _ in $(seq 300); do
            docker info > /dev/null 2>&1 && break
            sleep 0.1
        done
        docker info > /dev/null 2>&1 || { echo "dockerd does not start:" >&2; tail -n 20 "$log" >&2; exit 1; }
    fi
fi
has_compose > /dev/null 2>&1 || install docker-compose
has_compose > /dev/null
