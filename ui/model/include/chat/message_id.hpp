// A message's identifier: UUID version 4 (RFC 9562), made of random bits that the caller gives.
#pragma once

#include <cstdint>
#include <string>

namespace chat {

std::string make_message_id(std::uint64_t random_high, std::uint64_t random_low);

}  // namespace chat
