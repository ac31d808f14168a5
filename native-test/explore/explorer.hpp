// Goes through every order of a world's events, each state once.
//
//   const Report report = explore(mix, honest, {});
//   if (!report.failures.empty()) print(report.counterexample);
#pragma once

#include <cstdint>
#include <functional>
#include <limits>

#include "small_world.hpp"

namespace wasmqtt::explore {

struct Report {
  std::uint64_t states = 0;       // distinct ones
  std::uint64_t transitions = 0;
  std::uint64_t ends = 0;         // states in which nothing has to happen any more
  std::size_t depth = 0;          // longest path
  bool complete = false;          // all of it was seen
  std::vector<std::string> failures;
  Path counterexample;
};

struct Limits {
  std::uint64_t states = std::numeric_limits<std::uint64_t>::max();
  std::size_t depth = std::numeric_limits<std::size_t>::max();
  // Asked now and then: whether to stop.
  std::function<bool(const Report&)> stop{};
};

Report explore(const Mix& mix, const Faulties& faulties, const Limits& limits);
// A shortest path to a failure, found by going one event deeper each time. No failures: none within `limits`.
Report shortest(const Mix& mix, const Faulties& faulties, const Limits& limits, const char* words = "");

}  // namespace wasmqtt::explore
