// The tables of bidi_data.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace semantic::bidi {

/// For each range of code points of one Bidi_Class, from U+0000 to U+10FFFF: the class, an index into Class, and the
/// length of the range in groups of seven bits, the lowest first; all but the last group have bit 7 set.
extern const std::uint8_t class_runs[];
extern const std::size_t class_runs_size;

/// Mirror images of each other.
struct MirrorPair {
  std::uint16_t open, close;
};
extern const MirrorPair bracket_pairs[];   // of BidiBrackets.txt
extern const std::size_t bracket_pair_count;
extern const MirrorPair relation_pairs[];  // most others of BidiMirroring.txt
extern const std::size_t relation_pair_count;

}  // namespace semantic::bidi
