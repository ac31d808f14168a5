// Lines of text: where they break and how wide they are.
//
// Breaks as CSS does with `white-space: pre-wrap; overflow-wrap: anywhere`: at '\n', after spaces (which hang over the
// edge), after hyphens, between ideographs, and inside a word only where it alone is too long. Within a line, words of
// a right-to-left script that follow one another are placed from right to left; paragraphs stay left-aligned. A browser that lays
// the same text out with the same font (kerning off) comes to the same lines, so that a caret drawn here stands where
// the browser thinks that it stands.
#pragma once

#include "semantic/shaper.hpp"
#include "semantic/theme.hpp"

#include <string_view>
#include <vector>

namespace semantic {

struct LayoutCluster {
  std::uint32_t codepoint;
  std::uint32_t begin, end;  // bytes of the text
  float x;                   // from the start of its line
  float advance;
  bool rtl;                  // words of a right-to-left script: x runs backwards from one to the next
};

struct LayoutLine {
  std::uint32_t begin, end;          // bytes, with the trailing break
  std::uint32_t first, last;         // clusters [first, last)
  float width;                       // without hanging spaces
};

struct TextLayout {
  std::vector<LayoutCluster> clusters;
  std::vector<LayoutLine> lines;     // one at least
  float width = 0;                   // of the widest line
  float height = 0;                  // lines * line_height
  float line_height = 0;
  float font_size = 0;
  ImFont* font = nullptr;

  /// Where the caret stands before the byte `at`: x from the line's start, and the line.
  float caret_x(std::uint32_t at, int& line) const;
};

/// Lays out `text`; `width` 0: breaks only at '\n'.
void lay_out(std::string_view text, const Theme& theme, TextStyle style, float width, TextShaper& shaper,
             TextLayout& out);

/// Draws one line, its top left corner at `at`; cut off with an ellipsis where it is wider than `max_width` (0: never).
void draw_line(ImDrawList& list, const TextLayout& layout, const LayoutLine& line, ImVec2 at, ImU32 color,
               float max_width = 0);

}  // namespace semantic
