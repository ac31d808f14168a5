#include "chat/look_alikes.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "wasmqtt/utf8.hpp"

namespace chat {
namespace {

struct Range {
  std::uint32_t first, last;
};

template <class Each>
void for_each_code_point(std::string_view text, Each each) {
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(wasmqtt::utf8_sequence(text), 1);
    each(wasmqtt::utf8_code_point(text, length));
    text.remove_prefix(length);
  }
}

bool in(std::span<const Range> ranges, std::uint32_t c) {
  return std::any_of(ranges.begin(), ranges.end(), [c](Range r) { return c >= r.first && c <= r.last; });
}

constexpr std::uint32_t zero_width_non_joiner = 0x200C;
constexpr std::uint32_t zero_width_joiner = 0x200D;
constexpr std::uint32_t emoji_presentation = 0xFE0F;

// Unicode's Default_Ignorable_Code_Point, spaces, fillers and code points that have no character.
constexpr std::array<Range, 24> invisible = {{
    {0x00A0, 0x00A0}, {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C}, {0x115F, 0x1160}, {0x1680, 0x1680},
    {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x2000, 0x200F}, {0x2028, 0x202F}, {0x205F, 0x206F}, {0x2800, 0x2800},
    {0x3000, 0x3000}, {0x3164, 0x3164}, {0xE000, 0xF8FF}, {0xFDD0, 0xFDEF}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFF}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0x1FFFE, 0x1FFFF}, {0xE0000, 0x10FFFF},
}};

constexpr std::array<Range, 5> emoji = {{
    {0x00A9, 0x00AE}, {0x203C, 0x2049}, {0x2122, 0x2139}, {0x2190, 0x2BFF}, {0x1F000, 0x1FAFF},
}};

// Arabic to Mongolian: scripts in which a joiner changes how a word is written.
constexpr std::array<Range, 1> joining_scripts = {{{0x0600, 0x18AF}}};

constexpr std::array<Range, 5> latin = {{
    {0x41, 0x5A}, {0x61, 0x7A}, {0xC0, 0xD6}, {0xD8, 0xF6}, {0xF8, 0x24F},
}};
constexpr std::array<Range, 5> near_latin = {{  // Greek, Cyrillic, Armenian, Cherokee
    {0x370, 0x3FF}, {0x400, 0x52F}, {0x531, 0x58A}, {0x13A0, 0x13FF}, {0xAB70, 0xABBF},
}};
// Letters that are Latin ones in another dress: full width, mathematical, circled, small capitals, Lisu.
constexpr std::array<Range, 7> dressed_latin = {{
    {0x250, 0x2AF}, {0x1D00, 0x1DBF}, {0x2100, 0x2188}, {0x249C, 0x24E9}, {0xA4D0, 0xA4F7}, {0xFF21, 0xFF5A},
    {0x1D400, 0x1D7FF},
}};
constexpr std::array<Range, 1> combining_accents = {{{0x300, 0x36F}}};

// Greek, Cyrillic and Armenian letters with the shape of a Latin one.
constexpr std::u32string_view same_shape =
    U"αικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧаеорсухіјѕһԁԛԝӏАВЕЗКМНОРСТУХІЈЅҮոսօհց";

}  // namespace

bool has_invisible_characters(std::string_view name) {
  std::uint32_t before = 0;
  std::uint32_t joiner = 0;  // the one just read, and not yet justified by what follows
  std::uint32_t before_joiner = 0;
  bool found = false;
  for_each_code_point(name, [&](std::uint32_t c) {
    if (joiner != 0) {
      const bool in_emoji = joiner == zero_width_joiner && in(emoji, before_joiner) && in(emoji, c);
      const bool in_word = in(joining_scripts, before_joiner) && in(joining_scripts, c);
      found = found || !(in_emoji || in_word);
      joiner = 0;
    }
    if (c == zero_width_joiner || c == zero_width_non_joiner) {
      joiner = c;
      before_joiner = before;
    } else if (c == emoji_presentation) {
      found = found || !in(emoji, before);
      return;  // what is before stays an emoji
    } else if (in(invisible, c)) {
      found = true;
    }
    before = c;
  });
  return found || joiner != 0;
}

std::string_view look_alike_warning(std::string_view name) {
  bool has_latin = false, has_near_latin = false, has_own_shape = false, has_dressed = false, has_marks = false;
  std::uint32_t before = 0;
  for_each_code_point(name, [&](std::uint32_t c) {
    has_latin = has_latin || in(latin, c);
    has_dressed = has_dressed || in(dressed_latin, c);
    has_marks = has_marks || in(combining_accents, c) || c == zero_width_non_joiner ||
                (c == zero_width_joiner && in(joining_scripts, before));
    before = c;
    if (!in(near_latin, c)) return;
    has_near_latin = true;
    has_own_shape = has_own_shape || same_shape.find(static_cast<char32_t>(c)) == std::u32string_view::npos;
  });
  if (has_dressed || (has_near_latin && (has_latin || !has_own_shape)))
    return "This name may look like another one: it has letters of another alphabet that look like Latin letters.";
  if (has_marks) return "This name may look like another one: it has accents or joiners that may not show.";
  return {};
}

}  // namespace chat
