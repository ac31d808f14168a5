# shellcheck shell=bash
# The browser tests, in one engine after another. Source after packages.sh, build.sh and results.sh.
#
#   build_browser_tests                     the page, the core as WebAssembly, and what the page talks to; 1 on failure
#   run_browser_tests ENGINE FILE...        ENGINE is chromium, firefox or webkit; counts, and says what was skipped and why
#   in_browser ENGINE FILE...               the first half of it, which may run in the background
#   count_browser_tests ENGINE STATUS       the second, with what the first ended with
#   show_browser_table ENGINE... [FILE...]  what became of them, file by file; without a file, in all runs of this build directory
#   browser_test_files                      those of wasm/test that open a browser
#   one_of_each_engine                      short: sign in, chat, packets, workers of the npm package; in the two engines that are not Chromium

build_browser_tests() {
  local fetching log=$root/build/logs/npm-steps.log built=yes fetched=yes
  mkdir -p "${log%/*}"
  step "Building the page"
  # Meanwhile: that waits for the network.
  fetch_for_browser_tests >"$log" 2>&1 &
  fetching=$!
  build_preset wasm-release || { count_failure "The page could not be built." && built=no; }
  # Somebody to talk to, and the services of stages 50 and 60.
  [[ $built == no ]] || build_preset native wasmqtt_peter counting_endpoint wasmqtt_example_programs wasmqtt_rights_service wasmqtt_validation_worker ||
    { count_failure "What the page talks to could not be built." && built=no; }
  wait "$fetching" || fetched=no
  cat "$log"
  [[ $fetched == yes ]] || count_failure "The browser test driver could not be fetched."
  [[ $built == yes && $fetched == yes ]]
}

fetch_for_browser_tests() {
  fetch_npm wasm/npm "what the npm package is made and tested with" || :
  fetch_npm wasm/test/surroundings "what the npm package is run in: Deno, Bun, the newest Node.js, Jest, React" || :
  fetch_npm native-test/brokers "the broker Aedes" || :
  fetch_npm wasm/test "the browser test driver"
}

run_browser_tests() {
  local status=0
  in_browser "$@" || status=$?
  count_browser_tests "$1" "$status"
}

in_browser() {
  local engine=$1 tap=$root/build/browser-tests/$1.tap concurrency=2 minutes=10
  shift
  # WebKit's browser and Firefox draw by the processor, in windows.
  [[ $engine == chromium ]] || concurrency=1 minutes=20
  mkdir -p "$root/build/browser-tests"
  rm -f "$tap"
  export WASMQTT_PAGE WASMQTT_CHROMIUM
  WASMQTT_PAGE=$(page_directory)
  WASMQTT_CHROMIUM=$(browser_program || :)
  WASMQTT_BROWSER=$engine node "$root/wasm/test/run.mjs" --concurrency $concurrency --minutes $minutes --tap "$tap" \
    --counts "$root/build/browser-tests/counts/$engine" "$@"
}

count_browser_tests() {
  local engine=$1 status=$2 tap=$root/build/browser-tests/$1.tap failed_before=$results_failed
  [[ -s $tap ]] || { count_failure "the tests ended with $status before it ran anything." && return; }
  count_tap "$tap" "$engine"
  # "# SKIP reason", and how often.
  sed -n 's/.*# SKIP \(..*\)/\1/p' "$tap" | sort | uniq -c | while read -r count reason; do
    note "$engine skipped $count: $reason"
  done
  [[ $status -eq 0 || $results_failed -gt $failed_before ]] || count_failure "the tests ended with $status."
}

show_browser_table() { node "$root/scripts/lib/browser_table.mjs" "$root/build/browser-tests/counts" "$@"; }

browser_test_files() {
  grep -lE "support/(browser|gallery|person|stores)\.mjs'" "$root"/wasm/test/*.test.mjs
}

# Both at once: each leaves a processor idle.
one_of_each_engine() {
  local engine status logs=$root/build/logs
  declare -A running
  for engine in firefox webkit; do
    has_engine "$engine" || { note "There is no $engine on this system: its tests do not run." && continue; }
    step "Running a few of the browser tests in $engine"
    in_browser "$engine" "$root"/wasm/test/{stage_10,focus,npm_workers}.test.mjs >"$logs/$engine.log" 2>&1 &
    running[$engine]=$!
  done
  for engine in "${!running[@]}"; do
    status=0
    wait "${running[$engine]}" || status=$?
    cat "$logs/$engine.log"
    count_browser_tests "$engine" "$status"
  done
}
