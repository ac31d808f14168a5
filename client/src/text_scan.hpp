// The common case of text on the wire, eight bytes at a time: ASCII without U+0000.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace wasmqtt {

enum class Wildcards : bool { allowed, refused };

namespace text_scan {

constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
constexpr std::uint64_t highs = 0x8080'8080'8080'8080;

inline std::uint64_t load(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// A high bit where a byte of `word` is zero; above one that is, there may be false alarms, which only cost time.
constexpr std::uint64_t zeros(std::uint64_t word) { return (word - ones) & ~word & highs; }

constexpr std::uint64_t suspects(std::uint64_t word, Wildcards wildcards) {
  std::uint64_t found = (word & highs) | zeros(word);
  if (wildcards == Wildcards::refused) found |= zeros(word ^ ones * '+') | zeros(word ^ ones * '#');
  return found;
}

}  // namespace text_scan

// True when every byte is 01 to 7F and, where wildcards are refused, neither + nor #. False means: look closer.
inline bool is_plain(std::string_view text, Wildcards wildcards) {
  using namespace text_scan;
  const char* at = text.data();
  std::size_t left = text.size();
  if (left < 8) {
    std::uint64_t word = ones;  // a harmless filling
    if (left != 0) std::memcpy(&word, at, left);
    return suspects(word, wildcards) == 0;
  }
  std::uint64_t found = 0;
  for (; left > 8; at += 8, left -= 8) found |= suspects(load(at), wildcards);
  return (found | suspects(load(text.data() + text.size() - 8), wildcards)) == 0;
}

}  // namespace wasmqtt
