#include "drawn.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace imgui_impl_web {

namespace {

constexpr float most_spaces = 3.5f;  // further apart are two texts

std::uint64_t key_of(ImVec2 uv) {
  std::uint64_t key = 0;
  static_assert(sizeof uv == sizeof key);
  std::memcpy(&key, &uv, sizeof key);
  return key;
}

struct Letter {
  unsigned vertex;
  unsigned codepoint;
  ImVec2 pen;  // left, and top of the line
  float advance, space, size;
  ImU32 color;
  ImVec4 clip;
  bool seen;
};

void append_utf8(unsigned c, std::string& out) {
  char bytes[5];
  ImTextCharToUtf8(bytes, c);  // with a zero at its end
  out += bytes;
}

ImU32 alpha_of(ImU32 color) { return color >> IM_COL32_A_SHIFT; }

// Anti-aliased edges fade to nothing.
ImU32 strongest(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c) {
  ImU32 best = a.col;
  if (alpha_of(b.col) > alpha_of(best)) best = b.col;
  return alpha_of(c.col) > alpha_of(best) ? c.col : best;
}

class Reader {
 public:
  Reader(const ImDrawList& list, const Glyphs& glyphs, Drawn& out) : list_(list), glyphs_(glyphs), out_(out) {}

  void read() {
    for (const ImDrawCmd& command : list_.CmdBuffer)
      if (!command.UserCallback) read(command);
    const auto before = [](const auto& a, const auto& b) { return a.vertex < b.vertex; };
    if (!std::is_sorted(letters_.begin(), letters_.end(), before)) std::stable_sort(letters_.begin(), letters_.end(), before);
    if (!std::is_sorted(out_.shapes.begin(), out_.shapes.end(), before))
      std::stable_sort(out_.shapes.begin(), out_.shapes.end(), before);
  }

  void join(const std::vector<unsigned>& bounds) {
    auto bound = bounds.begin();
    float end = 0;
    for (const Letter& letter : letters_) {
      bool fresh = out_.runs.empty();
      for (; bound != bounds.end() && *bound <= letter.vertex; ++bound) fresh = true;
      const float gap = letter.pen.x - end;
      if (!fresh) {
        const Run& run = out_.runs.back();
        fresh = std::abs(letter.pen.y - run.at.y) > 0.5f || letter.size != run.size || letter.color != run.color || gap < -letter.space ||
                gap > most_spaces * letter.space;
      }
      if (fresh) {
        out_.runs.push_back({letter.vertex, letter.pen, 0, letter.size, letter.color, letter.clip, false, {}});
      } else {
        out_.runs.back().text.append(static_cast<std::size_t>(std::max(0.0f, std::round(gap / letter.space))), ' ');
      }
      append_utf8(letter.codepoint, out_.runs.back().text);
      out_.runs.back().seen |= letter.seen;
      end = letter.pen.x + letter.advance;
      out_.runs.back().width = end - out_.runs.back().at.x;
    }
  }

 private:
  const ImDrawVert& vertex(const ImDrawCmd& command, unsigned index) const {
    return list_.VtxBuffer.Data[command.VtxOffset + index];
  }

  void read(const ImDrawCmd& command) {
    const ImDrawIdx* index = list_.IdxBuffer.Data + command.IdxOffset;
    const ImDrawIdx* const end = index + command.ElemCount;
    while (index + 3 <= end) {
      if (index + 6 <= end && index[3] == index[0] && index[4] == index[2] && read_letter(command, index)) {
        index += 6;
        continue;
      }
      add_triangle(command, index);
      index += 3;
    }
  }

  bool read_letter(const ImDrawCmd& command, const ImDrawIdx* index) {
    const ImDrawVert &first = vertex(command, index[0]), &last = vertex(command, index[2]);
    if (first.uv.x == last.uv.x || first.uv.y == last.uv.y) return false;
    const Glyphs::Glyph* const found = glyphs_.find(first.uv, last.uv);
    if (!found) return false;
    const ImVec4& clip = command.ClipRect;
    const bool seen = last.pos.x > clip.x && first.pos.x < clip.z && last.pos.y > clip.y && first.pos.y < clip.w;
    const ImFontGlyph& g = found->glyph;
    // Of a glyph that is cut off a part is drawn, in the same scale.
    const float scale = (last.pos.y - first.pos.y) / (last.uv.y - first.uv.y) * (g.V1 - g.V0) / (g.Y1 - g.Y0);
    const float left = first.pos.x - ((first.uv.x - g.U0) / (g.U1 - g.U0) * (g.X1 - g.X0) + g.X0) * scale;
    const float top = first.pos.y - ((first.uv.y - g.V0) / (g.V1 - g.V0) * (g.Y1 - g.Y0) + g.Y0) * scale;
    letters_.push_back({command.VtxOffset + index[0], g.Codepoint, {left, std::round(top)}, g.AdvanceX * scale,
                        found->space * scale, std::round(found->size * scale), first.col, clip, seen});
    return true;
  }

  void add_triangle(const ImDrawCmd& command, const ImDrawIdx* index) {
    const ImDrawVert &a = vertex(command, index[0]), &b = vertex(command, index[1]), &c = vertex(command, index[2]);
    const ImU32 color = strongest(a, b, c);
    if (alpha_of(color) == 0) return;
    ImRect box(ImMin(a.pos, ImMin(b.pos, c.pos)), ImMax(a.pos, ImMax(b.pos, c.pos)));
    const unsigned lowest = command.VtxOffset + std::min({index[0], index[1], index[2]});
    const unsigned highest = command.VtxOffset + std::max({index[0], index[1], index[2]});
    const bool picture = a.uv.x != b.uv.x || a.uv.y != c.uv.y;
    if (!out_.shapes.empty() && out_.shapes.back().color == color && out_.shapes.back().picture == picture && lowest <= shape_end_) {
      out_.shapes.back().box.Add(box);
      shape_end_ = std::max(shape_end_, highest);
      return;
    }
    out_.shapes.push_back({lowest, color, box, picture});
    shape_end_ = highest;
  }

  const ImDrawList& list_;
  const Glyphs& glyphs_;
  Drawn& out_;
  std::vector<Letter> letters_;
  unsigned shape_end_ = 0;
};

}  // namespace

bool Glyphs::update(const ImFontAtlas& atlas) {
  ImFontAtlasBuilder* const builder = atlas.Builder;
  if (!builder || !atlas.TexData) return false;
  std::uint64_t count = static_cast<std::uint64_t>(builder->BakedPool.Size) << 32;
  for (int i = 0; i < builder->BakedPool.Size; ++i) count += static_cast<std::uint64_t>(builder->BakedPool[i].Glyphs.Size);
  const int texture = atlas.TexData->UniqueID;
  if (count == known_ && texture == texture_) return false;
  const bool moved = texture_ != -1 && texture != texture_;
  known_ = count;
  texture_ = texture;
  glyphs_.clear();
  by_first_.clear();
  by_last_.clear();
  by_sides_.clear();
  for (int i = 0; i < builder->BakedPool.Size; ++i) {
    ImFontBaked& baked = builder->BakedPool[i];
    if (baked.WantDestroy) continue;
    const float space = std::max(1.0f, baked.GetCharAdvance(' '));
    for (const ImFontGlyph& glyph : baked.Glyphs) {
      if (!glyph.Visible) continue;
      by_first_.try_emplace(key_of({glyph.U0, glyph.V0}), glyphs_.size());
      by_last_.try_emplace(key_of({glyph.U1, glyph.V1}), glyphs_.size());
      by_sides_.emplace(key_of({glyph.U0, glyph.U1}), glyphs_.size());
      glyphs_.push_back({glyph, baked.Size, space});
    }
  }
  return moved;
}

const Glyphs::Glyph* Glyphs::find(ImVec2 first, ImVec2 last) const {
  if (const auto it = by_first_.find(key_of(first)); it != by_first_.end()) return &glyphs_[it->second];
  if (const auto it = by_last_.find(key_of(last)); it != by_last_.end()) return &glyphs_[it->second];
  for (auto [it, end] = by_sides_.equal_range(key_of({first.x, last.x})); it != end; ++it) {
    const Glyph& found = glyphs_[it->second];
    if (found.glyph.V0 <= first.y && found.glyph.V1 >= last.y) return &found;
  }
  return nullptr;
}

void read_list(const ImDrawList& list, const Glyphs& glyphs, const std::vector<unsigned>& bounds, Drawn& out) {
  out.runs.clear();
  out.shapes.clear();
  Reader reader(list, glyphs, out);
  reader.read();
  reader.join(bounds);
}

}  // namespace imgui_impl_web
