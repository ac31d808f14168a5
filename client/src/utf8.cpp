#include "wasmqtt/utf8.hpp"

#include <cstdint>

#include "text_scan.hpp"

namespace wasmqtt {
namespace {

bool is_continuation(unsigned char byte) { return (byte & 0xc0) == 0x80; }

// Length of the well-formed multi-byte sequence at `p`, table 3-7 of the Unicode standard; 0: ill-formed.
std::size_t sequence_length(const unsigned char* p, std::size_t left) {
  const unsigned char lead = p[0];
  if (lead >= 0xc2 && lead <= 0xdf) return left >= 2 && is_continuation(p[1]) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if (left < 3 || !is_continuation(p[1]) || !is_continuation(p[2])) return 0;
    if (lead == 0xe0 && p[1] < 0xa0) return 0;  // overlong
    if (lead == 0xed && p[1] > 0x9f) return 0;  // surrogate
    return 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if (left < 4 || !is_continuation(p[1]) || !is_continuation(p[2]) || !is_continuation(p[3])) return 0;
    if (lead == 0xf0 && p[1] < 0x90) return 0;  // overlong
    if (lead == 0xf4 && p[1] > 0x8f) return 0;  // above U+10FFFF
    return 4;
  }
  return 0;
}

std::uint32_t code_point(const unsigned char* p, std::size_t length) {
  switch (length) {
    case 2: return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
    case 3: return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
    case 4: return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
    default: return p[0];
  }
}

// Apart, so that the common way through check_utf8() calls nothing.
[[gnu::noinline]] Error check_closely(std::string_view text) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t left = text.size();
  while (left != 0) {
    if (left >= 16 && is_plain({reinterpret_cast<const char*>(p), 16}, Wildcards::allowed)) {
      p += 16;
      left -= 16;
      continue;
    }
    std::size_t length = 1;
    if (*p == 0) return local_error(Errc::nul_in_string);
    if (*p >= 0x80) {
      length = sequence_length(p, left);
      if (length == 0) return local_error(Errc::ill_formed_utf8);
    }
    p += length;
    left -= length;
  }
  return {};
}

}  // namespace

Error check_utf8(std::string_view text) {
  if (text.size() > 65'535) return local_error(Errc::string_too_long);
  return is_plain(text, Wildcards::allowed) ? Error{} : check_closely(text);
}

std::size_t utf8_sequence(std::string_view text) {
  if (text.empty()) return 0;
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  return *p < 0x80 ? 1 : sequence_length(p, text.size());
}

std::uint32_t utf8_code_point(std::string_view text, std::size_t length) {
  return code_point(reinterpret_cast<const unsigned char*>(text.data()), length);
}

bool has_discouraged_characters(std::string_view text) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t left = text.size();
  while (left != 0) {
    const std::size_t length = *p < 0x80 ? 1 : sequence_length(p, left);
    if (length == 0) return true;
    const std::uint32_t c = code_point(p, length);
    if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) return true;
    if ((c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef)) return true;
    p += length;
    left -= length;
  }
  return false;
}

}  // namespace wasmqtt
