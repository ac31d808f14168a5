#include "chat/message_id.hpp"

#include "chat/digits.hpp"

namespace chat {

std::string make_message_id(std::uint64_t high, std::uint64_t low) {
  high = (high & ~std::uint64_t{0xF000}) | 0x4000;                              // version
  low = (low & ~(std::uint64_t{3} << 62)) | (std::uint64_t{1} << 63);           // variant
  const std::string text = digits(high, 16, 16) + digits(low, 16, 16);
  return text.substr(0, 8) + '-' + text.substr(8, 4) + '-' + text.substr(12, 4) + '-' + text.substr(16, 4) + '-' +
         text.substr(20);
}

}  // namespace chat
