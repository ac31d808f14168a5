// How often the tests that repeat themselves do: a few times in the suite, as often as asked by scripts/rights.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdlib>

namespace test {

inline int rounds(int usually) {
  const char* asked = std::getenv("WASMQTT_ROUNDS");
  if (asked == nullptr) return usually;
  ::alarm(0);  // what takes a case too long in the suite does not here
  return std::atoi(asked);
}

// For a change of rights or of forbidden words to be in force: a second is promised, and measured by scripts/rights. The suite runs
// beside others on a busy machine; what is in force by then has been noticed at once, and not by the comparison every 30 s.
inline std::chrono::milliseconds soon() { return std::chrono::milliseconds{std::getenv("WASMQTT_ROUNDS") != nullptr ? 1000 : 10'000}; }

}  // namespace test
