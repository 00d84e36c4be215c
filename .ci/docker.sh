#!/bin/bash
# Gives what runs after it a container engine, where the machine allows one; never fails a run.
#
#   .ci/docker.sh npm test      runs the command with DOCKER_HOST set and gives its exit status
#   source .ci/docker.sh        exports DOCKER_HOST into this shell
#
# An engine that answers is used as it is. Else, as root, dockerd is installed with apt where it is
# missing and started with its own data, state and socket in a temporary folder: without a bridge
# or firewall rules, since no container gets a network. It ends with this shell, by its pid.

toolwright_docker_say() { printf 'docker: %s\n' "$*" >&2; }

toolwright_docker_answers() {
  curl --silent --fail --max-time 3 --unix-socket "$1" http://localhost/_ping >/dev/null 2>&1
}

toolwright_docker_install() {
  command -v dockerd >/dev/null 2>&1 && return 0
  if [ "$(id -u)" != 0 ]; then
    toolwright_docker_say "no engine: dockerd is missing and only root can install it"
    return 1
  fi
  if ! command -v apt-get >/dev/null 2>&1; then
    toolwright_docker_say "no engine: dockerd is missing and there is no apt-get to install it"
    return 1
  fi
  local log="$1/apt.log" policy=/usr/sbin/policy-rc.d planted=""
  # Without this the package would start an engine of its own, which nobody would stop.
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && planted=yes
  fi
  (
    export DEBIAN_FRONTEND=noninteractive
    install="apt-get install -qq -y --no-install-recommends docker.io"
    timeout 240 $install || { timeout 120 apt-get update -qq && timeout 240 $install; }
  ) >"$log" 2>&1 </dev/null
  [ -z "$planted" ] || rm -f "$policy"
  command -v dockerd >/dev/null 2>&1 && return 0
  toolwright_docker_say "no engine: apt could not install docker.io ($(tail -n 1 "$log"))"
  return 1
}

# Starts dockerd with one storage driver and waits until it answers or has ended.
toolwright_docker_start() {
  local home="$1" storage="$2"
  setsid setpriv --pdeathsig TERM dockerd \
    --host "unix://$home/docker.sock" --data-root "$home/data" --exec-root "$home/state" \
    --pidfile "$home/docker.pid" --storage-driver "$storage" \
    --iptables=false --ip6tables=false --bridge=none --ip-forward=false --ip-masq=false \
    >"$home/dockerd.log" 2>&1 </dev/null &
  TOOLWRIGHT_DOCKER_PID=$!
  disown "$TOOLWRIGHT_DOCKER_PID" 2>/dev/null || true
  for _ in $(seq 1 150); do
    toolwright_docker_answers "$home/docker.sock" && return 0
    kill -0 "$TOOLWRIGHT_DOCKER_PID" 2>/dev/null || break
    sleep 0.2
  done
  toolwright_docker_end
  return 1
}

toolwright_docker_end() {
  local pid="$TOOLWRIGHT_DOCKER_PID"
  [ -n "$pid" ] || return 0
  TOOLWRIGHT_DOCKER_PID=""
  kill -TERM "$pid" 2>/dev/null || return 0
  for _ in $(seq 1 100); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
}

toolwright_docker_stop() {
  toolwright_docker_end
  [ -n "$TOOLWRIGHT_DOCKER_HOME" ] || return 0
  grep -o "$TOOLWRIGHT_DOCKER_HOME/[^ ]*" /proc/mounts 2>/dev/null | sort -r |
    while read -r mount; do umount -l "$mount" 2>/dev/null; done || true
  rm -rf -- "$TOOLWRIGHT_DOCKER_HOME" 2>/dev/null || true
  TOOLWRIGHT_DOCKER_HOME=""
  return 0
}

toolwright_docker() {
  local socket="/var/run/docker.sock" home storage
  case "${DOCKER_HOST:-}" in
    "") ;;
    unix://*) socket="${DOCKER_HOST#unix://}" ;;
    *) toolwright_docker_say "DOCKER_HOST names a remote engine, which is used as it is"; return 0 ;;
  esac
  if toolwright_docker_answers "$socket"; then
    export DOCKER_HOST="unix://$socket"
    toolwright_docker_say "an engine answers at $DOCKER_HOST"
    return 0
  fi
  for tool in curl setsid setpriv; do
    command -v "$tool" >/dev/null 2>&1 && continue
    toolwright_docker_say "no engine: $tool is missing"
    return 0
  done
  home="$(mktemp -d "${TMPDIR:-/tmp}/toolwright-docker.XXXXXX")" || return 0
  TOOLWRIGHT_DOCKER_HOME="$home"
  if ! toolwright_docker_install "$home"; then
    toolwright_docker_stop
    return 0
  fi
  if [ "$(id -u)" != 0 ]; then
    toolwright_docker_say "no engine: none answers at $socket and only root can start one"
    toolwright_docker_stop
    return 0
  fi
  for storage in overlay2 vfs; do
    toolwright_docker_start "$home" "$storage" || continue
    export DOCKER_HOST="unix://$home/docker.sock"
    toolwright_docker_say "started an engine at $DOCKER_HOST (storage $storage, pid $TOOLWRIGHT_DOCKER_PID)"
    return 0
  done
  toolwright_docker_say "no engine: dockerd ended ($(grep -E 'level=(error|fatal)|failed' "$home/dockerd.log" | tail -n 1))"
  toolwright_docker_stop
  return 0
}

TOOLWRIGHT_DOCKER_PID=""
TOOLWRIGHT_DOCKER_HOME=""
if [ "${BASH_SOURCE[0]}" != "$0" ]; then
  # The caller may have a trap of its own: it runs after ours.
  toolwright_docker_before="$(trap -p EXIT | sed -e "s/^trap -- '//" -e "s/' EXIT\$//")"
  trap "toolwright_docker_stop; ${toolwright_docker_before:-:}" EXIT
  toolwright_docker
else
  trap toolwright_docker_stop EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  toolwright_docker
  [ "$#" -eq 0 ] || "$@"
  # Here and not at the end of the file: bash reads on, and the file may have changed meanwhile.
  exit "$?"
fi
