# shellcheck shell=bash
# What the scripts say while they work. Source this; it defines functions only.
#
#   step "Building the page"      a heading, with the seconds since the script began
#   note "why ..."                detail under it
#   warn "..."; die "..."         to standard error; die ends the script with 1
#   quietly LOG cmd args...       runs with its output in LOG; on failure shows the end of it
#                                 (on a terminal its last line is shown meanwhile)

progress_began=${progress_began:-$SECONDS}

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  progress_bold=$'\e[1m' progress_dim=$'\e[2m' progress_red=$'\e[31m' progress_off=$'\e[0m'
else
  progress_bold='' progress_dim='' progress_red='' progress_off=''
fi

step() {
  printf '%s[%3d s]%s %s%s%s\n' "$progress_dim" $((SECONDS - progress_began)) "$progress_off" \
    "$progress_bold" "$*" "$progress_off"
}

note() { printf '        %s\n' "$*"; }

warn() { printf '%s%s%s\n' "$progress_red" "$*" "$progress_off" >&2; }

die() {
  warn "$@"
  exit 1
}

quietly() {
  local log=$1 status=0
  shift
  mkdir -p "${log%/*}"
  if [[ -t 1 ]]; then
    "$@" 2>&1 </dev/null | tee "$log" | show_last_line || status=${PIPESTATUS[0]}
  else
    "$@" >"$log" 2>&1 || status=$?
  fi
  [[ $status -ne 0 ]] || return 0
  warn "failed ($status): $*"
  tail -n 60 "$log" >&2
  warn "whole log: $log"
  return "$status"
}

# One line of the terminal, overwritten with each line that is read, and empty in the end.
show_last_line() {
  local line width
  width=$(($(stty size </dev/tty 2>/dev/null | cut -d' ' -f2 || echo 80) - 10))
  while IFS= read -r line; do
    printf '\r\e[K        %s%.*s%s' "$progress_dim" "$width" "${line//[[:cntrl:]]/ }" "$progress_off"
  done
  printf '\r\e[K'
}
