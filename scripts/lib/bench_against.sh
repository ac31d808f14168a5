# shellcheck shell=bash
# The native measurements of this checkout beside those of an earlier revision. Source after build.sh, with what scripts/bench sets.
#
#   bench_against REVISION ROUNDS QUICK      builds both, runs them in turn, prints each ratio; QUICK is yes or no
#
# The revision lies in build/against/<its id>, with its own build.

earlier_checkout() {
  local id folder
  id=$(git -C "$root" rev-parse --verify --short "$1^{commit}") || die "There is no revision $1 here."
  folder=$root/build/against/$id
  [[ -d $folder ]] || git -C "$root" worktree add --quiet --force --detach "$folder" "$id" >&2 || die "$1 could not be checked out."
  # Dear ImGui is not fetched twice.
  [[ ! -d $root/build/deps || -d $folder/build/deps ]] || { mkdir -p "$folder/build" && cp -r "$root/build/deps" "$folder/build/"; }
  echo "$folder"
}

# one_round CHECKOUT NAME ROUND MINIMUM COUNT
one_round() {
  local programs=$1/build/native-bench/native-test/bench out=$results/against/$2-$3 part
  for part in codec client; do
    "$programs/${part}_bench" --benchmark_min_time="$4" --benchmark_out="$out-$part.json" --benchmark_out_format=json >/dev/null 2>&1
  done
  "$programs/throughput" "$5" 1 "$out-throughput.json" >/dev/null
}

bench_against() {
  local folder rounds=$2 minimum=0.2 count=50000 round
  [[ $3 == no ]] || { rounds=1 minimum=0.001 count=500; }
  folder=$(earlier_checkout "$1")
  build_preset native-bench codec_bench client_bench throughput
  step "Building $1"
  (root=$folder build_preset native-bench codec_bench client_bench throughput) || die "$1 could not be built."
  rm -rf "$results/against" && mkdir -p "$results/against"
  begin_measuring against "This checkout beside $1, natively, in turn"
  for ((round = 1; round <= rounds; ++round)); do
    note "round $round of $rounds"
    # Who goes first may find the processor cooler.
    if ((round % 2)); then
      one_round "$root" new "$round" "$minimum" "$count" && one_round "$folder" old "$round" "$minimum" "$count"
    else
      one_round "$folder" old "$round" "$minimum" "$count" && one_round "$root" new "$round" "$minimum" "$count"
    fi
  done
  node "$root/native-test/bench/against.mjs" "$results/against"
}
