# shellcheck shell=bash
# Counting what passed and failed. Source after progress.sh.
#
#   count_ctest FILE                  reads what ctest --output-junit wrote: doctest's own counts where there are any
#   show_failures FILE                what doctest said of each failed test case in it
#   show_notes FILE                   what the suites in it had to remark: their lines that begin with "note: "
#   count_tap FILE NAME               reads the TAP that node --test wrote
#   count_failure "the page could not be built"
#   report_results                    the closing line; returns 1 if anything failed or nothing ran

results_passed=0
results_failed=0
results_skipped=0

results_add() {
  results_passed=$((results_passed + $1))
  results_failed=$((results_failed + $2))
  results_skipped=$((results_skipped + ${3:-0}))
}

# One line per suite: its time, its counts, its name.
results_show() {
  local mark='' skipped=''
  [[ $3 -eq 0 ]] || mark=$progress_red
  [[ $4 -eq 0 ]] || skipped=", $4 skipped"
  printf '        %s%7.2f s  %4d passed, %d failed%s  %s%s\n' "$mark" "$1" "$2" "$3" "$skipped" "$5" "$progress_off"
}

count_ctest() {
  local seconds passed failed skipped name
  while read -r seconds passed failed skipped name; do
    results_show "$seconds" "$passed" "$failed" "$skipped" "$name"
    results_add "$passed" "$failed" "$skipped"
  done < <(results_of_junit "$1")
}

# A suite's output ends with counts, and another suite's may follow: without this the end of the log names no test case.
show_failures() {
  awk '
    /<testcase / { failed = /status="fail"/; lines = 0 }
    /^=+$/ { inside = failed }
    /^\[doctest\] test cases:/ { inside = 0 }
    inside && ++lines <= 80' "$1" | plain_of_xml
}

show_notes() {
  local line
  while IFS= read -r line; do
    note "$line"
  done < <(sed -n 's/^\(.*<system-out>\)\{0,1\}note: //p' "$1" | plain_of_xml)
}

plain_of_xml() {
  sed -e 's/&quot;/"/g' -e "s/&apos;/'/g" -e 's/&lt;/</g' -e 's/&gt;/>/g' -e 's/&amp;/\&/g'
}

# A suite that CTest calls failed though no test case of it did has crashed, hung, or tripped a sanitizer.
# One that CTest did not run has failed too, unless it asked to be skipped by its return code.
results_of_junit() {
  awk '
    function attribute(key, rest) {
      rest = $0
      sub(".*[ \t]" key "=\"", "", rest)
      sub("\".*", "", rest)
      return rest
    }
    /<testcase / {
      name = attribute("name"); seconds = attribute("time"); status = attribute("status")
      passed = failed = skipped = cases = asked = 0
    }
    /<skipped message="SKIP_/ { asked = 1 }
    /\[doctest\] test cases:/ {
      cases = 1
      for (i = 1; i < NF; ++i) {
        if ($(i + 1) ~ /^passed/) passed += $i
        if ($(i + 1) ~ /^failed/) failed += $i
        if ($(i + 1) ~ /^skipped/) skipped += $i
      }
    }
    /<\/testcase>/ {
      if (asked || status == "disabled") skipped = 1
      else if (status != "run" && !failed) failed = 1
      else if (!cases) passed = status == "run"
      print seconds, passed, failed, skipped, name
    }' "$1"
}

count_tap() {
  local file=$1 seconds passed failed skipped
  read -r seconds passed failed skipped < <(awk '
    /^# pass / { passed = $3 }
    /^# fail / { failed += $3 }
    /^# cancelled / { failed += $3 }
    /^# skipped / { skipped += $3 }
    /^# todo / { skipped += $3 }
    /^# duration_ms / { seconds = $3 / 1000 }
    END { print seconds + 0, passed + 0, failed + 0, skipped + 0 }' "$file")
  results_show "$seconds" "$passed" "$failed" "$skipped" "$2"
  results_add "$passed" "$failed" "$skipped"
}

count_failure() {
  warn "        $1"
  results_add 0 1
}

report_results() {
  [[ $results_skipped -eq 0 ]] || echo "$results_skipped skipped"
  echo "$results_passed passed, $results_failed failed"
  [[ $results_failed -eq 0 && $results_passed -gt 0 ]]
}
