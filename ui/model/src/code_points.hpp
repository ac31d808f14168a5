// The code points of well-formed UTF-8 (wasmqtt::check_utf8), one by one. Internal.
#pragma once

#include <cstdint>
#include <string_view>

namespace chat {

template <class Each>
void for_each_code_point(std::string_view text, Each each) {
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[at++]);
    std::uint32_t code_point = lead < 0x80 ? lead : lead < 0xE0 ? lead & 0x1Fu : lead < 0xF0 ? lead & 0x0Fu : lead & 0x07u;
    for (; at < text.size() && (static_cast<std::uint8_t>(text[at]) & 0xC0) == 0x80; ++at)
      code_point = code_point << 6 | (static_cast<std::uint8_t>(text[at]) & 0x3Fu);
    each(code_point);
  }
}

}  // namespace chat
