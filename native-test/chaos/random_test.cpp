// Random pairs and triples of faults in random weather, from seeds.
//
//   WASMQTT_CHAOS_RUNS=1000000 chaos_test -tc="*random*"     more of them
//   WASMQTT_CHAOS_SEED=4711 chaos_test -tc="*random*"        that one again, with its packets
#include <doctest/doctest.h>

#include <cstdlib>

#include "simulation.hpp"
#include "tally.hpp"
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::chaos;

namespace {

Plan plan_from(std::uint64_t seed) {
  Random random(seed);
  Plan plan{.weather = static_cast<int>(random.below(weathers)), .seed = seed};
  const std::size_t faults = 2 + random.below(2);
  unsigned connection = 0;
  for (std::size_t i = 0; i < faults; ++i) {
    const auto kind = static_cast<Fault::Kind>(random.below(Fault::kinds));
    const Direction direction = random.below(2) == 0 ? Direction::outbound : Direction::inbound;
    // Early bytes more often: that is where a session is taken up again.
    const std::size_t offset = random.below(random.below(2) == 0 ? 120 : 460);
    plan.faults.push_back({kind, connection, direction, offset});
    connection += static_cast<unsigned>(random.below(4) == 0 ? 0 : 1);
  }
  plan.version = version_of(seed);
  return plan;
}

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace

TEST_CASE("random pairs and triples of faults in random weather: all promises hold") {
  if (const std::uint64_t seed = number_from("WASMQTT_CHAOS_SEED", 0)) {
    const Outcome outcome = run(plan_from(seed));
    MESSAGE(describe(plan_from(seed)));
    REQUIRE_MESSAGE(outcome.failures.empty(), outcome.report);
    return;
  }
  Tally tally("random faults");
  const std::uint64_t runs = number_from("WASMQTT_CHAOS_RUNS", 15'000 / Tally::stride(1, 10));
  for (std::uint64_t seed = 1; seed <= runs; ++seed) {
    INFO("WASMQTT_CHAOS_SEED=" << seed);
    tally.add(run(plan_from(seed)));
  }
}
