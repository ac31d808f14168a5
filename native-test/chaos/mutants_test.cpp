// Oracles that never complain prove nothing: each client that is broken on purpose has to be caught, and for its bug.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>

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
std::size_t runs_until_caught(const Mutant& mutant) {
  std::size_t runs = 0;
  for (std::size_t offset = 0; offset < 420; offset += 3) {
    Plan plan{.weather = static_cast<int>(offset % 2)};
    if (offset > 1) plan.faults = {{Fault::Kind::cut, 0, Direction::outbound, offset}};
    const auto faulty = mutant.make();
    ++runs;
    if (mentions(run(plan, *faulty), mutant.clause)) return runs;
  }
  return 0;
}

}  // namespace

TEST_CASE("each client that is broken on purpose is caught by its oracle") {
  for (const Mutant& mutant : mutants()) {
    const std::size_t runs = runs_until_caught(mutant);
    CHECK_MESSAGE(runs != 0, "not caught: " << std::string(mutant.name));
    std::printf("chaos: a client that %s is caught in run %zu\n", mutant.name, runs);
  }
}
