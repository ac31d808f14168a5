// How long things take, for tests that say it.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

namespace test {

using Steady = std::chrono::steady_clock;

inline double milliseconds_since(Steady::time_point begin) { return std::chrono::duration<double, std::milli>(Steady::now() - begin).count(); }

inline void print_times(const std::string& what, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  double load = 0;  // without it the figures say little
  (void)::getloadavg(&load, 1);
  MESSAGE("note: " << what << ": median " << times[times.size() / 2] << " ms, worst " << times.back() << " ms, with a load of " << load);
}

}  // namespace test
