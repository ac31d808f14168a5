# shellcheck shell=bash
# What the scripts say while they work. Source this; it defines functions only.
#
#   step "Building the page"      a heading, with the seconds since the script began
#   note "why ..."                detail under it
#   warn "..."; die "..."         to standard error; die ends the script with 1
#   quietly LOG cmd args...       runs with its output in LOG; on failure shows the end of it
#                                 (on a terminal the output is shown as it comes)

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
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  if [[ -t 1 ]]; then
    "$@" 2>&1 | tee "$log"
    return "${PIPESTATUS[0]}"
  fi
  "$@" >"$log" 2>&1 && return 0
  local status=$?
  warn "failed ($status): $*"
  tail -n 60 "$log" >&2
  warn "whole log: $log"
  return "$status"
}
