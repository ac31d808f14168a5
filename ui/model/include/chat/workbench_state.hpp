// What the user tries out on the connection besides chatting: trouble, messages and subscriptions of any kind, three lanes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "wasmqtt/types.hpp"

namespace chat {

struct WorkbenchState {
  // The same messages with QoS 0, 1 and 2, from this client to itself.
  struct Lane {
    std::uint64_t sent = 0;
    std::uint64_t arrived = 0;  // different ones
    std::uint64_t doubled = 0;  // copies beyond the first
    std::uint64_t waiting = 0;  // of those sent: not acknowledged yet
    std::uint64_t missing() const { return sent > arrived + waiting ? sent - arrived - waiting : 0; }
  };

  bool has_trouble = false;     // this platform's connection can be troubled
  bool trouble_elsewhere = false;  // in another tab, which has the connection
  bool losing = false, delayed = false, frozen = false;
  std::vector<std::string> filters;  // subscribed to here
  std::array<Lane, 3> lanes;
  std::string problem;          // why the last publish or subscribe was not accepted; empty: it was
};

}  // namespace chat
