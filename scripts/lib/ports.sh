# shellcheck shell=bash
# TCP ports on this machine. Source after progress.sh.
#
#   port_is_open 8081                          somebody listens there
#   require_free_ports "8081 the open broker's WebSocket (--open-ws)" ...    or end the script, naming all
#   free_port                                  prints a port that nobody uses now

port_is_open() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null || (exec 3<>"/dev/tcp/::1/$1") 2>/dev/null
}

# Each argument: the port, a space, what it is for.
require_free_ports() {
  local entry port taken=()
  for entry in "$@"; do
    port=${entry%% *}
    [[ $port =~ ^[0-9]+$ && $port -ge 1 && $port -le 65535 ]] || die "$port is no port number, for ${entry#* }"
    ! port_is_open "$port" || taken+=("$entry")
  done
  [[ ${#taken[@]} -gt 0 ]] || return 0
  warn "Already in use on this machine:"
  for entry in "${taken[@]}"; do
    port=${entry%% *}
    warn "  port $port, wanted for ${entry#* }$(port_owner "$port")"
  done
  if [[ -d /run/systemd/system ]] && systemctl is-active --quiet mosquitto; then
    warn "Mosquitto runs as a service of this system. To stop it: sudo systemctl disable --now mosquitto"
  fi
  die "Stop what uses them, or choose others with the options named, or let --free-ports choose."
}

# "; process 123 (mosquitto) has it", where that can be known.
port_owner() {
  command -v ss >/dev/null || return 0
  ss -Hltnp "sport = :$1" 2>/dev/null |
    sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/; process \2 (\1) has it/p' | head -n 1
}

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    port_is_open "$port" || break
  done
  echo "$port"
}
