// What the user asks of the rights service, as the views show it. One request at a time.
#pragma once

#include <optional>
#include <string>

#include "chat/groups.hpp"

namespace chat {

struct GroupRequests {
  // On its way: until its answer, or until nobody has answered for too long.
  std::optional<GroupRequest> pending{};
  // The last one that came to nothing, and why: the service's reason, or that it does not answer.
  GroupRequest failed{};
  std::string problem{};
  // Counts those that were accepted.
  std::uint64_t accepted = 0;
};

}  // namespace chat
