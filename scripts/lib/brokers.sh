# shellcheck shell=bash
# The two Mosquitto brokers: `open` (no authentication) and `auth` (users, passwords, ACL).
# Source after progress.sh, processes.sh and ports.sh.
#
#   start_broker open STATE_DIR WS_PORT TCP_PORT     configuration, state and log in STATE_DIR; returns when it answers
#   write_broker open STATE_DIR WS_PORT TCP_PORT     its configuration only, STATE_DIR/mosquitto.conf
#   broker_password peter                            of the demonstration's users

broker_program() { PATH=$PATH:/usr/sbin command -v mosquitto; }

broker_password() { sed -n "s/^$1://p" "$root/scripts/brokers/users"; }

write_broker() {
  local kind=$1 state=$2 ws_port=$3 tcp_port=$4 brokers=$root/scripts/brokers
  mkdir -p "$state"
  state=$(cd "$state" && pwd)
  sed -e "s|@USER@|$(id -un)|" -e "s|@STATE@|$state|" -e "s|@WS_PORT@|$ws_port|" -e "s|@TCP_PORT@|$tcp_port|" \
    "$brokers/$kind.conf.in" >"$state/mosquitto.conf"
  [[ $kind == auth ]] || return 0
  install -m 600 "$brokers/users" "$state/passwords"
  mosquitto_passwd -U "$state/passwords"
  install -m 600 "$brokers/acl" "$state/acl"
}

start_broker() {
  local kind=$1 state=$2 ws_port=$3 tcp_port=$4
  write_broker "$@"
  start_process "broker-$kind" "$state/mosquitto.log" "$(broker_program)" -c "$state/mosquitto.conf"
  await "the broker '$kind'" "broker-$kind" broker_answers "$ws_port" "$tcp_port"
}

broker_answers() { port_is_open "$1" && port_is_open "$2"; }
