#!/usr/bin/env bash
# Dear ImGui's sources, which distributions do not ship in their binary packages.
#
#   scripts/lib/imgui.sh        puts them into build/deps/imgui, and prints that directory
#   fetch_imgui                 the same, sourced after progress.sh
#
# In this order: the directory that WASMQTT_IMGUI_DIR names, what an earlier call fetched, the source package
# of the machine's own distribution (apt, signed, from the newer suites too), git. Everything is verified.

# shellcheck disable=SC2016 # $(...) in the formats is apt's, not the shell's

imgui_version=1.92.2b
imgui_version_num=19222
imgui_tarball=imgui_1.92.2b+ds.orig.tar.xz
imgui_sha256=e7bd201d56b5ee90d24d5dac85e5c12f98bdb95410252a62d27b7f89e4566d48
imgui_repository=https://github.com/ocornut/imgui.git
imgui_commit=45acd5e0e82f4c954432533ae9985ff0e1aad6d5

fetch_imgui() {
  local deps=$root/build/deps
  if [[ -n ${WASMQTT_IMGUI_DIR:-} ]]; then
    imgui_is_recent "$WASMQTT_IMGUI_DIR" ||
      die "WASMQTT_IMGUI_DIR=$WASMQTT_IMGUI_DIR holds no Dear ImGui $imgui_version or newer"
    return 0
  fi
  imgui_is_recent "$deps/imgui" && return 0
  step "Fetching Dear ImGui $imgui_version (1 MB of sources; the lists that say where they are have 11 MB)"
  mkdir -p "$deps"
  imgui_unpack "$deps" || { imgui_download "$deps" && imgui_unpack "$deps"; } || imgui_clone "$deps" ||
    die "Dear ImGui $imgui_version could not be fetched. Download it and set WASMQTT_IMGUI_DIR to its directory."
}

imgui_is_recent() {
  local number
  number=$(sed -n 's/^#define IMGUI_VERSION_NUM *\([0-9]*\).*/\1/p' "$1/imgui.h" 2>/dev/null) || return 1
  [[ ${number:-0} -ge $imgui_version_num ]]
}

# From the tarball in DEPS, if it is there and whole.
imgui_unpack() {
  local deps=$1
  [[ -f $deps/$imgui_tarball ]] || return 1
  if ! sha256sum --status --check <<<"$imgui_sha256  $deps/$imgui_tarball"; then
    warn "$deps/$imgui_tarball is not the file that was expected (SHA-256); it is ignored."
    rm -f "$deps/$imgui_tarball"
    return 1
  fi
  rm -rf "$deps/imgui.new" "$deps/imgui"
  mkdir "$deps/imgui.new"
  tar -xJf "$deps/$imgui_tarball" -C "$deps/imgui.new" --strip-components=1 || return 1
  mv "$deps/imgui.new" "$deps/imgui"
  imgui_is_recent "$deps/imgui"
}

# The source package through apt, with a configuration and lists of our own under DEPS/apt: the machine's apt
# is not touched, root is not needed, and apt checks signatures against the distribution's keyring as always.
imgui_download() {
  local deps=$1 distribution mirror suite
  command -v apt-get >/dev/null || return 1
  read -r distribution mirror < <(imgui_mirror) || return 1
  rm -f "$root/build/logs/imgui.log"
  for suite in $(imgui_suites "$distribution"); do
    note "looking in $distribution $suite"
    imgui_download_from "$deps" "$distribution" "$mirror" "$suite" && return 0
  done
  return 1
}

# "debian URI": the distribution and the mirror that this machine's apt already uses for it.
imgui_mirror() {
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk -F'|' '($1 == "Debian" || $1 == "Ubuntu") && $1 == $2 && $3 == "main" { print tolower($1), $4; found = 1; exit }
               END { exit !found }'
}

# The releases that may hold the version; the one that keeps it longest first.
imgui_suites() {
  case $1 in
    debian) echo "forky sid" ;;
    ubuntu) apt-get indextargets --format '$(CODENAME)' 'Created-By: Packages' | sort -ru ;;
  esac
}

imgui_download_from() {
  local deps=$1 distribution=$2 mirror=$3 suite=$4 apt=$1/apt log=$root/build/logs/imgui.log version options
  local keyring=/usr/share/keyrings/$distribution-archive-keyring.gpg component=main
  [[ $distribution != ubuntu ]] || component=universe
  [[ -f $keyring ]] || { warn "no $keyring to check signatures with"; return 1; }
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$root/build/logs"
  echo "deb-src [signed-by=$keyring] $mirror $suite $component" >"$apt/sources.list"
  # Freshness of the lists does not matter: the tarball in them is pinned by its hash.
  options=(-o Acquire::Check-Valid-Until=false -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o Acquire::Languages=none
    -o "APT::Sandbox::User=$(id -un)" -o APT::Update::Error-Mode=any)
  apt-get "${options[@]}" update >>"$log" 2>&1 || return 1
  version=$(apt-cache "${options[@]}" showsrc imgui 2>>"$log" |
    awk -v wanted="$imgui_version+ds-" '$1 == "Version:" && index($2, wanted) == 1 { print $2; exit }')
  [[ -n $version ]] || return 1
  note "imgui $version, signed by $distribution"
  (cd "$deps" && apt-get "${options[@]}" source --download-only "imgui=$version" >>"$log" 2>&1) || return 1
  rm -rf "$apt"
}

imgui_clone() {
  local deps=$1 found
  command -v git >/dev/null || { warn "not in this distribution's archive, and there is no git to clone it with"; return 1; }
  note "git, tag v$imgui_version"
  rm -rf "$deps/imgui"
  git clone --quiet --depth 1 --branch "v$imgui_version" "$imgui_repository" "$deps/imgui" || return 1
  found=$(git -C "$deps/imgui" rev-parse HEAD)
  [[ $found == "$imgui_commit" ]] && imgui_is_recent "$deps/imgui" && return 0
  warn "git tag v$imgui_version is commit $found, not $imgui_commit; it is not used."
  rm -rf "$deps/imgui"
  return 1
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  set -euo pipefail
  root=$(cd "$(dirname "$0")/../.." && pwd)
  source "$root/scripts/lib/progress.sh"
  fetch_imgui >&2
  echo "${WASMQTT_IMGUI_DIR:-$root/build/deps/imgui}"
fi
