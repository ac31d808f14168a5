# shellcheck shell=bash
# The Mosquitto brokers: `open` (no authentication), `auth` (users, passwords, ACL) and `dynamic` (rights from a database).
# Source after progress.sh, processes.sh and ports.sh.
#
#   start_broker open STATE_DIR WS_PORT TCP_PORT     configuration, state and log in STATE_DIR; returns when it answers
#   write_broker open STATE_DIR WS_PORT TCP_PORT     its configuration only, STATE_DIR/mosquitto.conf
#   broker_password peter                            of the demonstration's users
#   service_password STATE_DIR rights-service        the path of a file with the password of a service at `dynamic`

broker_tls=() # folder of certificates, port of WebSockets, port of TCP: `dynamic` listens there, too

broker_program() { PATH=$PATH:/usr/sbin command -v mosquitto; }

broker_password() { sed -n "s/^$1://p" "$root/scripts/brokers/users"; }

write_broker() {
  local kind=$1 state=$2 ws_port=$3 tcp_port=$4 brokers=$root/scripts/brokers
  mkdir -p "$state"
  state=$(cd "$state" && pwd)
  sed -e "s|@USER@|$(id -un)|" -e "s|@STATE@|$state|" -e "s|@WS_PORT@|$ws_port|" -e "s|@TCP_PORT@|$tcp_port|" \
    -e "s|@PLUGIN@|$(dynamic_security_plugin)|" "$brokers/$kind.conf.in" >"$state/mosquitto.conf"
  case $kind in
    auth)
      write_passwords "$state/passwords" <"$brokers/users"
      install -m 600 "$brokers/acl" "$state/acl"
      ;;
    dynamic)
      local service
      for service in rights-service validation-worker; do
        printf '%s:%s\n' "$service" "$(<"$(service_password "$state" "$service")")"
      done | cat "$brokers/users" - | write_passwords "$state/passwords"
      [[ ${#broker_tls[@]} -eq 0 ]] || write_tls "$state"
      # From then on the plugin writes it itself. Killed meanwhile it may leave none, and would start with nobody's rights.
      grep -qs '"rights-service"' "$state/dynamic-security.json" || install -m 600 "$brokers/dynamic-security.json" "$state/"
      ;;
  esac
}

write_tls() {
  sed -e "s|@TLS@|${broker_tls[0]}|" -e "s|@TLS_WS_PORT@|${broker_tls[1]}|" -e "s|@TLS_TCP_PORT@|${broker_tls[2]}|" \
    "$root/scripts/brokers/tls.conf.in" >>"$1/mosquitto.conf"
}

# Lines of user:password in; hashed before anybody else could read them.
write_passwords() {
  (umask 077 && rm -f "$1" && cat >"$1")
  mosquitto_passwd -U "$1"
}

# Random, made when it is not there yet.
service_password() {
  local file=$1/$2.password
  [[ -s $file ]] || (umask 077 && head -c 24 /dev/urandom | base64 >"$file")
  echo "$file"
}

dynamic_security_plugin() { compgen -G '/usr/lib/*/mosquitto_dynamic_security.so' | head -n 1; }

start_broker() {
  local kind=$1 state=$2 ws_port=$3 tcp_port=$4
  write_broker "$@"
  start_process "broker-$kind" "$state/mosquitto.log" "$(broker_program)" -c "$state/mosquitto.conf"
  await "the broker '$kind'" "broker-$kind" broker_answers "$ws_port" "$tcp_port"
}

broker_answers() { port_is_open "$1" && port_is_open "$2"; }
