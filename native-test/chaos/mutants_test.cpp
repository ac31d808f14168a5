// Oracles that never complain prove nothing: each client that is broken on purpose has to be caught, and for its bug.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "mutants.hpp"
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::chaos;

namespace {

bool mentions(const Outcome& outcome, const char* words) {
  return std::any_of(outcome.failures.begin(), outcome.failures.end(),
                     [&](const std::string& failure) { return failure.find(words) != std::string::npos; });
}

// The first run that shows the bug, of undisturbed ones and of some cuts; 0: none does.
std::size_t runs_until_caught(const Mutant& mutant, ProtocolVersion version) {
  std::size_t runs = 0;
  for (std::size_t offset = 0; offset < 420; offset += 3) {
    Plan plan{.weather = static_cast<int>(offset % 2), .version = version};
    if (offset > 1) plan.faults = {{Fault::Kind::cut, 0, Direction::outbound, offset}};
    const auto faulty = mutant.make();
    ++runs;
    if (mentions(run(plan, *faulty), mutant.clause)) return runs;
  }
  return 0;
}

}  // namespace

TEST_CASE("each client that is broken on purpose is caught by its oracle, in each version") {
  for (const Mutant& mutant : mutants()) {
    for (const ProtocolVersion version : both_versions) {
      if (mutant.only_in_5 && version != ProtocolVersion::mqtt_5) continue;
      const std::string name = (version == ProtocolVersion::mqtt_5 ? "MQTT 5: " : "MQTT 3.1.1: ") + std::string(mutant.name);
      const std::size_t runs = runs_until_caught(mutant, version);
      CHECK_MESSAGE(runs != 0, "not caught: " << name);
      std::printf("chaos: %s: caught in run %zu\n", name.c_str(), runs);
    }
  }
}
