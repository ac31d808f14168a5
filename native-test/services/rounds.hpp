// How often the tests that repeat themselves do: a few times in the suite, as often as asked by scripts/rights.
#pragma once

#include <cstdlib>

namespace test {

inline int rounds(int usually) {
  const char* asked = std::getenv("WASMQTT_ROUNDS");
  return asked == nullptr ? usually : std::atoi(asked);
}

}  // namespace test
