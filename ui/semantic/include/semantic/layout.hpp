// Lines of text: where they break, how wide they are, and in which order their glyphs stand.
//
// Breaks as CSS does with `white-space: pre-wrap; overflow-wrap: anywhere`: at '\n', after spaces (which hang over the
// edge), after hyphens, between ideographs, and inside a word only where it alone is too long. Within a line the Unicode
// Bidirectional Algorithm (UAX #9) gives the order; the base direction is that of the text's first strong letter, as with
// `dir="auto"`. A browser that lays the same text out with the same font (kerning off) comes to the same lines, so that a
// caret drawn here stands where the browser has it.
#pragma once

#include "semantic/shaper.hpp"
#include "semantic/theme.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace semantic {

struct LayoutCluster {
  std::uint32_t codepoint;   // what to draw
  std::uint32_t begin, end;  // bytes of the text
  float x;                   // from the left end of its line
  float advance;
  std::uint8_t level;        // embedding level (UAX #9); odd: right to left

  bool rtl() const { return (level & 1) != 0; }
};

struct LayoutLine {
  std::uint32_t begin, end;          // bytes, with the trailing break
  std::uint32_t first, last;         // clusters [first, last), in logical order
  float width;                       // without hanging spaces
};

struct TextLayout {
  std::vector<LayoutCluster> clusters;
  std::vector<LayoutLine> lines;     // at least one
  float width = 0;                   // of the widest line
  float height = 0;                  // lines * line_height
  float line_height = 0;
  float font_size = 0;
  ImFont* font = nullptr;
  std::array<ImFont*, 3> shifted{};  // see Fonts
  bool rtl = false;                  // the base direction; lines then end at the right edge
  bool mixed = false;                // not all of it runs from left to right

  /// Where a line begins in a box of that width.
  float indent(const LayoutLine& line, float box) const { return rtl ? box - line.width : 0; }

  /// Where the caret stands before the byte `at`: x from the line's left end, and the line.
  float caret_x(std::uint32_t at, int& line) const;

  /// Calls `paint(from, to)` for each stretch of the line that shows bytes [begin, end); from the line's left end.
  template <class Paint>
  void each_stretch(const LayoutLine& line, std::uint32_t begin, std::uint32_t end, Paint paint) const;
};

/// Lays out `text`; `width` 0: breaks only at '\n'.
void lay_out(std::string_view text, const Theme& theme, TextStyle style, float width, TextShaper& shaper,
             TextLayout& out);

/// Draws one line, its top left corner at `at`. Where it is wider than `max_width` (0: never), its logical end is cut off
/// and an ellipsis stands there.
void draw_line(ImDrawList& list, const TextLayout& layout, const LayoutLine& line, ImVec2 at, ImU32 color,
               float max_width = 0);

template <class Paint>
void TextLayout::each_stretch(const LayoutLine& line, std::uint32_t begin, std::uint32_t end, Paint paint) const {
  float from = 0, to = 0;
  bool open = false;
  for (std::uint32_t i = line.first; i < line.last; ++i) {
    const LayoutCluster& c = clusters[i];
    if (c.begin >= end) break;
    if (c.end <= begin || c.advance == 0) continue;
    if (open && c.x == to) {
      to += c.advance;
    } else if (open && c.x + c.advance == from) {
      from = c.x;
    } else {
      if (open) paint(from, to);
      from = c.x, to = c.x + c.advance;
    }
    open = true;
  }
  if (open) paint(from, to);
}

}  // namespace semantic
