# shellcheck shell=bash
# Configure and build a CMake preset. Source after progress.sh.
#
#   build_preset native [TARGET...]       into build/native, log in build/logs; returns 1 on failure
#   fetch_npm FOLDER "the broker Aedes"   what FOLDER/package-lock.json names, exactly as locked
#   page_directory                        what a static server has to serve, after wasm-release is built

build_preset() {
  local preset=$1 log=$root/build/logs/$1 configure=(env "CXX=${CXX:-g++}" cmake)
  shift
  # Another checkout finds what this one has compiled.
  export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
  # Without these it keeps nothing that was compiled with precompiled headers.
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
  ! command -v ccache >/dev/null || export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER:-ccache}
  if [[ $preset == wasm-* ]]; then
    use_emscripten
    configure=(emcmake cmake)
  fi
  # What was not there when it was configured may have been installed since.
  if [[ ! -f $root/build/$preset/build.ninja || -n ${packages_are_new:-} || -n ${WASMQTT_IMGUI_DIR:-} ]]; then
    note "configuring $preset"
    (cd "$root" && quietly "$log-configure.log" "${configure[@]}" --preset "$preset" -Wno-dev \
      ${WASMQTT_IMGUI_DIR:+-DWASMQTT_IMGUI_DIR="$WASMQTT_IMGUI_DIR"}) || return 1
  fi
  quietly "$log-build.log" cmake --build "$root/build/$preset" ${1:+--target "$@"}
}

# Debian's Emscripten finds its JavaScript modules only through Debian's Node.js; another one has to be told.
use_emscripten() {
  local emcc
  emcc=$(readlink -f "$(command -v emcc)")
  [[ $emcc != /usr/share/emscripten/* || ! -d /usr/share/nodejs ]] ||
    export NODE_PATH=/usr/share/nodejs${NODE_PATH:+:$NODE_PATH}
}

page_directory() { echo "$root/build/wasm-release/page"; }

fetch_npm() {
  local folder=$root/$1 what=$2
  [[ $folder/node_modules/.package-lock.json -nt $folder/package-lock.json ]] && return 0
  step "Fetching $what (npm)"
  (cd "$folder" && quietly "$root/build/logs/npm.log" npm ci --no-audit --no-fund --ignore-scripts)
}
