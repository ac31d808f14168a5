// What a frame has drawn, read back from its vertices: letters as text, and the shapes between them. Dear ImGui tells of items,
// but neither of plain text nor of the value that a slider shows; both are in its draw lists, letter by letter.
#pragma once

#include <imgui.h>
#include <imgui_internal.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace imgui_impl_web {

/// A line of text, or a part of one.
struct Run {
  unsigned vertex = 0;  // the first one, in its draw list
  ImVec2 at{};          // its top left corner
  float width = 0;
  float size = 0;       // of the font
  ImU32 color = 0;
  ImVec4 clip{};
  bool seen = false;    // not all of it is clipped away
  std::string text;     // UTF-8
};

/// Triangles of one colour that follow each other.
struct Shape {
  unsigned vertex = 0;
  ImU32 color = 0;
  ImRect box;
  bool picture = false;  // of a texture, not of one colour
};

struct Drawn {
  std::vector<Run> runs;      // by vertex
  std::vector<Shape> shapes;  // by vertex
};

/// Which glyph a rectangle of the font texture holds.
class Glyphs {
 public:
  struct Glyph {
    ImFontGlyph glyph;
    float size, space;  // of its font: the height, and what a space advances
  };
  /// Before a frame is read. True: glyphs have moved, and what was drawn before that is not found.
  bool update(const ImFontAtlas& atlas);
  /// By two of its corners; of a glyph that is cut off one of them is enough, or its left and its right side. Null: no glyph.
  const Glyph* find(ImVec2 first, ImVec2 last) const;

 private:
  std::vector<Glyph> glyphs_;
  std::unordered_map<std::uint64_t, std::size_t> by_first_, by_last_;
  std::unordered_multimap<std::uint64_t, std::size_t> by_sides_;
  std::uint64_t known_ = 0;
  int texture_ = -1;
};

/// `bounds`: vertices at which a run ends whatever comes next, ascending.
void read_list(const ImDrawList& list, const Glyphs& glyphs, const std::vector<unsigned>& bounds, Drawn& out);

}  // namespace imgui_impl_web
