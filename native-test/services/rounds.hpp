// How often the tests that repeat themselves do: a few times in the suite, as often as asked by scripts/rights.
#pragma once

#include <unistd.h>

#include <cstdlib>

namespace test {

inline int rounds(int usually) {
  const char* asked = std::getenv("WASMQTT_ROUNDS");
  if (asked == nullptr) return usually;
  ::alarm(0);  // what takes a case too long in the suite does not here
  return std::atoi(asked);
}

}  // namespace test
