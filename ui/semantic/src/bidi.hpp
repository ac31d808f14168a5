// The Unicode Bidirectional Algorithm (UAX #9, Unicode 15.0): in which order the code points of a line are drawn.
//
//   const std::uint8_t base = bidi::base_level(text);            // 1: the text runs from right to left
//   bidi::resolve(text, base, levels);                           // one level per code point; odd: right to left
//   bidi::visual_order(levels_of_one_line, order);               // from left to right
//
// All of it is linear in the length of the text, whatever the text.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace semantic::bidi {

/// Bidi_Class (UAX #9, table 4).
enum class Class : std::uint8_t {
  L, R, AL, EN, ES, ET, AN, CS, NSM, BN, B, S, WS, ON, LRE, LRO, RLE, RLO, PDF, LRI, RLI, FSI, PDI,
};

Class class_of(std::uint32_t codepoint);

/// False where every level of a text with a left-to-right base would be 0.
bool needs_levels(std::span<const std::uint32_t> text);

/// 1 when the first strong character outside of isolates is right-to-left, else 0 (rules P2 and P3).
std::uint8_t base_level(std::span<const std::uint32_t> text);

/// The embedding level of each code point: rules X1 to L1, paragraph by paragraph, all with the same base level.
/// What rule X9 removes gets the level of the code point before it.
void resolve(std::span<const std::uint32_t> text, std::uint8_t base, std::vector<std::uint8_t>& levels);

/// Rule L2: the indices of one line's levels from left to right.
void visual_order(std::span<const std::uint8_t> levels, std::vector<std::uint32_t>& order);

/// The mirror image of a bracket or relation (rule L4); the code point itself where there is none.
std::uint32_t mirrored(std::uint32_t codepoint);

/// The paired bracket of an opening bracket, and the other way round (rule N0); 0: no bracket. Canonical equivalents
/// are one bracket.
struct Bracket {
  std::uint32_t pair = 0;  // identifies the pair: its opening bracket
  bool opens = false;
};
Bracket bracket(std::uint32_t codepoint);

}  // namespace semantic::bidi
