// Messages of a user that a broker has not acknowledged, left behind by a session on this device.
#pragma once

#include <cstddef>
#include <string>

namespace chat {

struct Waiting {
  std::string user, broker;
  std::size_t messages = 0;
};

}  // namespace chat
