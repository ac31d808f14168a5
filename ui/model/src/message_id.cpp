#include "chat/message_id.hpp"

#include <cinttypes>
#include <cstdio>

namespace chat {

std::string make_message_id(std::uint64_t high, std::uint64_t low) {
  high = (high & ~std::uint64_t{0xF000}) | 0x4000;                              // version
  low = (low & ~(std::uint64_t{3} << 62)) | (std::uint64_t{1} << 63);           // variant
  char text[40];
  std::snprintf(text, sizeof text, "%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%012" PRIx64, high >> 32,
                (high >> 16) & 0xFFFF, high & 0xFFFF, low >> 48, low & 0xFFFF'FFFF'FFFF);
  return text;
}

}  // namespace chat
