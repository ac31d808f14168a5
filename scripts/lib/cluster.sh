# shellcheck shell=bash
# Three RabbitMQ or ejabberd nodes on this machine, one cluster. Source after progress.sh, processes.sh, ports.sh and brokers.sh.
#
#   write_cluster rabbitmq STATE_DIR "WS1 WS2 WS3" "TCP1 TCP2 TCP3"    starts Erlang's port mapper, and writes for each node a program
#                                             that becomes the node, STATE_DIR/node-1/start
#   start_cluster rabbitmq ...                the same, and starts them; returns when all three answer and are one cluster
#   toggle_node N                             stops or starts one of them; N is 1, 2 or 3. Its process is process_ids[node-N]
#
# Users, passwords and rights are those of scripts/brokers/users and acl. With RabbitMQ, who gives no name may do everything;
# ejabberd lets nobody in without a password. Names, cookie, databases and logs are in STATE_DIR, and nothing of an earlier
# cluster is kept; the system's services are not looked at.

cluster_kind=''
cluster_state=''
cluster_ws=()
cluster_tcp=()
cluster_mapper_port=''

write_cluster() {
  cluster_kind=$1 cluster_state=$2
  read -r -a cluster_ws <<<"$3"
  read -r -a cluster_tcp <<<"$4"
  # What an earlier cluster knew is of other ports.
  rm -rf "$cluster_state"
  mkdir -p "$cluster_state"
  cluster_state=$(cd "$cluster_state" && pwd)
  (umask 077 && head -c 24 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' >"$cluster_state/.erlang.cookie")
  chmod 400 "$cluster_state/.erlang.cookie"
  cluster_mapper_port=$(free_port)
  start_process port-mapper "$cluster_state/epmd.log" epmd -address 127.0.0.1 -port "$cluster_mapper_port"
  await "Erlang's port mapper" port-mapper port_is_open "$cluster_mapper_port"
  local node
  for node in 1 2 3; do
    mkdir -p "$cluster_state/node-$node"
    "write_${cluster_kind}_node" "$node" "$cluster_state/node-$node"
    chmod +x "$cluster_state/node-$node/start"
  done
}

# The first one makes the cluster, the others join it.
start_cluster() {
  local node
  write_cluster "$@"
  for node in 1 2 3; do
    start_node "$node"
  done
}

node_name() { echo "$cluster_kind$1@localhost"; }

start_node() {
  : >"$cluster_state/node-$1.log"
  start_process "node-$1" "$cluster_state/node-$1.log" "$cluster_state/node-$1/start"
  await_node "$1"
}

toggle_node() {
  if process_is_running "node-$1"; then
    stop_process "node-$1"
    step "Node $1 is stopped."
  else
    start_node "$1"
    step "Node $1 is running."
  fi
}

# write_start FOLDER COMMAND...: FOLDER/start becomes the command.
write_start() {
  local folder=$1
  shift
  printf '#!/usr/bin/env bash\nexec' >"$folder/start"
  printf ' %q' "$@" >>"$folder/start"
  echo >>"$folder/start"
}

await_node() {
  local deadline=$((SECONDS + 120)) ws=${cluster_ws[$1 - 1]} tcp=${cluster_tcp[$1 - 1]} log=$cluster_state/node-$1.log
  until broker_answers "$ws" "$tcp" && "${cluster_kind}_is_ready" "$1"; do
    process_is_running "node-$1" || process_died "node $1 of the cluster did not start" "node-$1"
    [[ $SECONDS -lt $deadline ]] || process_died "node $1 of the cluster is not ready after two minutes ($log)" "node-$1"
    sleep 0.2
  done
}

# What a visitor should know, without quotes.
cluster_note() {
  case $cluster_kind in
    rabbitmq)
      echo "The broker is a cluster of three RabbitMQ nodes. A retained message is kept on the node that it was published at only, and not" \
        "for subscriptions with wildcards: you see who comes and who goes, and not who was here before you. There is no QoS 2."
      ;;
    ejabberd)
      echo "The broker is a cluster of three ejabberd nodes. It lets nobody in without a password. A session lives on one node, and is" \
        "lost with it, and what was waiting for its user, too."
      ;;
  esac
}

# ---- RabbitMQ ----

write_rabbitmq_node() {
  local folder=$2 other program=/usr/lib/rabbitmq/bin/rabbitmq-server
  # Debian's program in PATH changes user and directory first, for the system's service; this is what it calls then.
  [[ -x $program ]] || program=$(PATH=$PATH:/usr/sbin command -v rabbitmq-server)
  echo '[rabbitmq_mqtt,rabbitmq_web_mqtt].' >"$folder/enabled_plugins"
  : >"$folder/environment"
  node "$root/scripts/lib/rabbitmq_definitions.mjs" <"$root/scripts/brokers/users" >"$cluster_state/definitions.json"
  {
    sed -e "s|@TCP_PORT@|${cluster_tcp[$1 - 1]}|" -e "s|@WS_PORT@|${cluster_ws[$1 - 1]}|" -e "s|@STATE@|$cluster_state|" \
      "$root/scripts/brokers/rabbitmq.conf.in"
    for other in 1 2 3; do
      echo "cluster_formation.classic_config.nodes.$other = $(node_name "$other")"
    done
  } >"$folder/rabbitmq.conf"
  # The script becomes the node (ALLOW_INPUT), instead of waiting for it: what ends the process ends the node. A node that is
  # silent for 8 s is taken for dead.
  write_start "$folder" env HOME="$cluster_state" ERL_EPMD_ADDRESS=127.0.0.1 \
    ERL_EPMD_PORT="$cluster_mapper_port" RABBITMQ_NODENAME="$(node_name "$1")" RABBITMQ_DIST_PORT="$(free_port)" \
    RABBITMQ_CONF_ENV_FILE="$folder/environment" RABBITMQ_CONFIG_FILE="$folder/rabbitmq.conf" \
    RABBITMQ_ADVANCED_CONFIG_FILE="$folder/none" RABBITMQ_ENABLED_PLUGINS_FILE="$folder/enabled_plugins" \
    RABBITMQ_MNESIA_BASE="$folder/mnesia" RABBITMQ_LOG_BASE="$folder/log" RABBITMQ_LOGS=- RABBITMQ_ALLOW_INPUT=1 \
    RABBITMQ_SERVER_START_ARGS="-noinput -kernel inet_dist_use_interface {127,0,0,1} -kernel net_ticktime 8" "$program"
}

rabbitmq_is_ready() { grep -q 'Server startup complete' "$cluster_state/node-$1.log"; }

# ---- ejabberd ----

# Debian's ejabberdctl changes the user first, for the system's service; this is what it calls then.
write_ejabberd_node() {
  local folder=$2 libraries=(/usr/lib/*-linux-gnu) people
  people=$(sed -n '/^admin:/!s/:.*/@localhost/p' "$root/scripts/brokers/users" | paste -sd , -)
  sed -e "s|@TCP_PORT@|${cluster_tcp[$1 - 1]}|" -e "s|@WS_PORT@|${cluster_ws[$1 - 1]}|" -e "s|@PEOPLE@|${people//,/, }|" \
    "$root/scripts/brokers/ejabberd.yml.in" >"$folder/ejabberd.yml"
  write_start "$folder" env HOME="$cluster_state" ERL_LIBS="${libraries[0]}" ERL_EPMD_ADDRESS=127.0.0.1 \
    ERL_EPMD_PORT="$cluster_mapper_port" erl -noinput -sname "$(node_name "$1")" -kernel inet_dist_use_interface '{127,0,0,1}' \
    -mnesia dir "\"$folder/mnesia\"" -ejabberd config "\"$folder/ejabberd.yml\"" log_path "\"$folder/ejabberd.log\"" -s ejabberd \
    -eval "$(ejabberd_first_start "$1" "$folder/joined")"' io:format("the node is ready~n").'
}

# Erlang: the first node gets the users, the others join it; once.
ejabberd_first_start() {
  local once="filelib:is_file(\"$2\") orelse begin" user password
  if [[ $1 != 1 ]]; then
    once+=" ok = ejabberd_cluster:join('$(node_name 1)'),"
  else
    while IFS=: read -r user password; do
      once+=" ok = ejabberd_auth:try_register(<<\"$user\">>, <<\"localhost\">>, <<\"$password\">>),"
    done <"$root/scripts/brokers/users"
  fi
  echo "$once ok = file:write_file(\"$2\", <<>>) end,"
}

ejabberd_is_ready() { grep -q 'the node is ready' "$cluster_state/node-$1.log"; }
