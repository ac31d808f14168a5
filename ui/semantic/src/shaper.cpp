#include "semantic/shaper.hpp"

namespace semantic {

namespace {
constexpr std::uint32_t replacement = 0xFFFD;
}

std::uint32_t decode_utf8(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at++);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xF0 && lead < 0xF5 ? 3 : lead >= 0xE0 && lead < 0xF0 ? 2 : lead >= 0xC2 && lead < 0xE0 ? 1 : 0;
  if (more == 0) return replacement;
  std::uint32_t codepoint = lead & (0x3Fu >> more);
  const std::size_t start = at;
  for (int i = 0; i < more; ++i) {
    if (at >= text.size() || (byte(at) & 0xC0) != 0x80) return replacement;
    codepoint = codepoint << 6 | (byte(at++) & 0x3Fu);
  }
  const bool overlong = (more == 2 && codepoint < 0x800) || (more == 3 && codepoint < 0x10000);
  if (overlong || codepoint > 0x10FFFF || (codepoint >= 0xD800 && codepoint < 0xE000)) {
    at = start;
    return replacement;
  }
  return codepoint;
}

void append_utf8(std::uint32_t c, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  }
}

void IdentityShaper::shape(std::string_view text, std::vector<Cluster>& out) {
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = static_cast<std::uint32_t>(at);
    const std::uint32_t codepoint = decode_utf8(text, at);
    out.push_back({codepoint, begin, static_cast<std::uint32_t>(at)});
  }
}

}  // namespace semantic
