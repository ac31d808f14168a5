// One run: client, network, broker and store in a simulated world, with its faults, to its end.
//
//   Outcome outcome = run({.weather = 1, .faults = {{Fault::Kind::cut, 0, Direction::inbound, 17}}});
//   if (!outcome.failures.empty()) print(outcome.report);
#pragma once

#include <array>
#include <string>
#include <vector>

#include "faults.hpp"
#include "faulty.hpp"

namespace wasmqtt::chaos {

struct Outcome {
  std::vector<std::string> failures;
  std::string report;  // plan, failures and the last packets; empty when nothing failed
  std::vector<std::array<std::size_t, 2>> bytes;  // of each connection: outbound, inbound
  std::size_t faults_fired = 0;
  std::size_t wills = 0;
  std::size_t takeovers = 0;  // times that the client believed in another one with its id
  Duration lasted{};
  std::string trace;  // only when asked for, or after a failure
};

Outcome run(const Plan& plan);
Outcome run(const Plan& plan, Faulty& faulty);

}  // namespace wasmqtt::chaos
