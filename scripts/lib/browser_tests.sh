# shellcheck shell=bash
# The browser tests, in one engine after another. Source after packages.sh, build.sh and results.sh.
#
#   build_browser_tests                     the page, the core as WebAssembly, and what the page talks to; 1 on failure
#   run_browser_tests ENGINE FILE...        ENGINE is chromium, firefox or webkit; counts, and says what was skipped and why
#   show_browser_table ENGINE... [FILE...]  what became of them, file by file; without a file, in all runs of this build directory
#   browser_test_files                      those of wasm/test that open a browser
#   one_of_each_engine                      short: sign in, chat, packets, workers of the npm package; in the two engines that are not Chromium

build_browser_tests() {
  step "Building the page"
  build_preset wasm-release || { count_failure "The page could not be built." && return 1; }
  # Somebody to talk to, and the services of stages 50 and 60.
  build_preset native wasmqtt_peter counting_endpoint wasmqtt_example_programs wasmqtt_rights_service wasmqtt_validation_worker || { count_failure "What the page talks to could not be built." && return 1; }
  fetch_npm wasm/npm "what the npm package is made and tested with" || :
  fetch_npm wasm/test/surroundings "what the npm package is run in: Deno, Bun, the newest Node.js, Jest, React" || :
  fetch_npm native-test/brokers "the broker Aedes" || :
  fetch_npm wasm/test "the browser test driver" || { count_failure "The browser test driver could not be fetched." && return 1; }
}

run_browser_tests() {
  local engine=$1 tap=$root/build/browser-tests/$1.tap status=0 concurrency=2 minutes=10 failed_before=$results_failed
  shift
  # WebKit's browser and Firefox draw by the processor, in windows.
  [[ $engine == chromium ]] || concurrency=1 minutes=20
  mkdir -p "$root/build/browser-tests"
  rm -f "$tap"
  export WASMQTT_PAGE WASMQTT_CHROMIUM
  WASMQTT_PAGE=$(page_directory)
  WASMQTT_CHROMIUM=$(browser_program || :)
  WASMQTT_BROWSER=$engine node "$root/wasm/test/run.mjs" --concurrency $concurrency --minutes $minutes --tap "$tap" \
    --counts "$root/build/browser-tests/counts/$engine" "$@" || status=$?
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
  grep -lE "support/(browser|gallery|person)\.mjs'" "$root"/wasm/test/*.test.mjs
}

one_of_each_engine() {
  local engine
  for engine in firefox webkit; do
    has_engine "$engine" || { note "There is no $engine on this system: its tests do not run." && continue; }
    step "Running a few of the browser tests in $engine"
    run_browser_tests "$engine" "$root"/wasm/test/{stage_10,focus,npm_workers}.test.mjs
  done
}
