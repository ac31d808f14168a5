# shellcheck shell=bash
# Programs that a script starts and has to stop again. Source after progress.sh.
#
#   start_process NAME LOG cmd args...     in the background, output appended to LOG
#   process_ids[NAME]                      its process id
#   process_is_running NAME
#   await "the broker" NAME CONDITION...   until CONDITION succeeds; ends the script when NAME dies or 10 s pass
#   stop_process NAME; stop_processes      TERM, then KILL after 5 s; only what was started here
#
# Should the script be killed itself, the kernel ends its programs (setpriv --pdeathsig).

declare -gA process_ids=() process_logs=()
process_order=()
process_private_fd='' # a descriptor that the programs shall not inherit, such as a lock

start_process() {
  local name=$1 log=$2 keeper=()
  shift 2
  mkdir -p "${log%/*}"
  ! setpriv --pdeathsig TERM true 2>/dev/null || keeper=(setpriv --pdeathsig TERM)
  (
    [[ -z $process_private_fd ]] || exec {process_private_fd}>&-
    exec "${keeper[@]}" "$@"
  ) >>"$log" 2>&1 </dev/null &
  process_ids[$name]=$!
  process_logs[$name]=$log
  case " ${process_order[*]} " in *" $name "*) ;; *) process_order+=("$name") ;; esac
}

process_is_running() { [[ -n ${process_ids[$1]:-} ]] && kill -0 "${process_ids[$1]}" 2>/dev/null; }

await() {
  local what=$1 name=$2 deadline=$((SECONDS + 10))
  shift 2
  until "$@"; do
    process_is_running "$name" || process_died "$what did not start" "$name"
    [[ $SECONDS -lt $deadline ]] || process_died "$what is not ready after 10 seconds" "$name"
    sleep 0.05
  done
}

process_died() {
  warn "$1; the end of ${process_logs[$2]}:"
  tail -n 15 "${process_logs[$2]}" >&2
  exit 1
}

stop_process() {
  local pid=${process_ids[$1]:-} deadline=$((SECONDS + 5))
  [[ -n $pid ]] || return 0
  unset "process_ids[$1]"
  kill -TERM "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null; do
    if [[ $SECONDS -ge $deadline ]]; then
      warn "$1 did not end within 5 seconds and is killed."
      kill -KILL "$pid" 2>/dev/null || :
      break
    fi
    sleep 0.05
  done
  wait "$pid" 2>/dev/null || :
}

# The last one started goes first: bots before the broker that they say goodbye to.
stop_processes() {
  local i
  for ((i = ${#process_order[@]} - 1; i >= 0; i--)); do
    stop_process "${process_order[i]}"
  done
  process_order=()
}
