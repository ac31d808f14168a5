#include "bidi.hpp"
#include "bidi_data.hpp"

#include <algorithm>

namespace semantic::bidi {

namespace {

// Where each range of one class begins, ascending: code point << 8 | class.
std::vector<std::uint32_t> unpack_classes() {
  std::vector<std::uint32_t> starts;
  std::uint32_t begin = 0;
  for (std::size_t at = 0; at < class_runs_size;) {
    starts.push_back(begin << 8 | class_runs[at++]);
    for (int shift = 0;; shift += 7) {
      const std::uint8_t group = class_runs[at++];
      begin += static_cast<std::uint32_t>(group & 127) << shift;
      if (group < 128) break;
    }
  }
  return starts;
}

}  // namespace

Class class_of(std::uint32_t codepoint) {
  static const std::vector<std::uint32_t> starts = unpack_classes();
  return static_cast<Class>(*(std::upper_bound(starts.begin(), starts.end(), codepoint << 8 | 0xFF) - 1) & 0xFF);
}

Bracket bracket(std::uint32_t codepoint) {
  // U+2329 and U+232A are canonically equivalent to these.
  if (codepoint == 0x2329 || codepoint == 0x232A) codepoint += 0x3008 - 0x2329;
  for (const MirrorPair& pair : std::span(bracket_pairs, bracket_pair_count))
    if (codepoint == pair.open || codepoint == pair.close) return {pair.open, codepoint == pair.open};
  return {};
}

std::uint32_t mirrored(std::uint32_t codepoint) {
  for (const auto& pairs : {std::span(bracket_pairs, bracket_pair_count), std::span(relation_pairs, relation_pair_count)})
    for (const MirrorPair& pair : pairs) {
      if (codepoint == pair.open) return pair.close;
      if (codepoint == pair.close) return pair.open;
    }
  return codepoint;
}

}  // namespace semantic::bidi
