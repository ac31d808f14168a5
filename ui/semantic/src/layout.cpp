#include "semantic/layout.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

namespace semantic {

namespace {

bool is_space(std::uint32_t c) { return c == ' ' || c == '\t' || c == 0x3000; }

bool is_ideograph(std::uint32_t c) {
  return (c >= 0x2E80 && c < 0x3000) || (c >= 0x3040 && c < 0xA4D0) || (c >= 0xAC00 && c < 0xD7B0) ||
         (c >= 0xF900 && c < 0xFB00) || (c >= 0xFF00 && c < 0xFFEF) || (c >= 0x1F000 && c < 0x40000) || c >= 0xF0000;
}

bool is_neutral(std::uint32_t c) { return c < 0x80 && !(c >= '0' && c <= '9') && !((c | 32) >= 'a' && (c | 32) <= 'z'); }

// Closing punctuation of East Asian text keeps to the character before it.
bool keeps_to_previous(std::uint32_t c) {
  return c == 0x3001 || c == 0x3002 || c == 0xFF0C || c == 0xFF0E || c == 0xFF01 || c == 0xFF1F || c == 0x300D ||
         c == 0x300F || c == 0xFF09 || c == 0x3015 || c == 0x3011 || c == 0x30FC;
}

bool breaks_before(std::uint32_t previous, std::uint32_t c) {
  if (is_space(c) || keeps_to_previous(c)) return false;
  if (is_space(previous) || previous == '-' || previous == 0x200B) return true;
  return is_ideograph(previous) || is_ideograph(c);
}

struct Breaker {
  TextLayout& out;
  float width;

  void end_line(std::uint32_t first, std::uint32_t last, std::uint32_t end) {
    float ink = 0;
    for (std::uint32_t i = first; i < last; ++i)
      if (!is_space(out.clusters[i].codepoint)) ink = out.clusters[i].x + out.clusters[i].advance;
    reverse_runs(first, last);
    const std::uint32_t begin = out.lines.empty() ? 0 : out.lines.back().end;
    out.lines.push_back({begin, end, first, last, ink});
    out.width = std::max(out.width, ink);
  }

  // From one right-to-left word to the last of its run, what lies between them included.
  void reverse_runs(std::uint32_t first, std::uint32_t last) {
    for (std::uint32_t i = first; i < last; ++i) {
      if (!out.clusters[i].rtl) continue;
      std::uint32_t end = i + 1;
      for (std::uint32_t k = end; k < last && (out.clusters[k].rtl || is_neutral(out.clusters[k].codepoint)); ++k)
        if (out.clusters[k].rtl) end = k + 1;
      float x = out.clusters[i].x;
      for (std::uint32_t k = end; k-- > i;) out.clusters[k].x = x, x += out.clusters[k].advance;
      i = end - 1;
    }
  }

  void run() {
    const auto count = static_cast<std::uint32_t>(out.clusters.size());
    std::uint32_t first = 0, last_break = 0;
    float x = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      LayoutCluster& cluster = out.clusters[i];
      if (cluster.codepoint == '\n') {
        cluster.x = x, cluster.advance = 0;
        end_line(first, i, cluster.end);
        first = last_break = i + 1, x = 0;
        continue;
      }
      if (i > first && breaks_before(out.clusters[i - 1].codepoint, cluster.codepoint)) last_break = i;
      if (width > 0 && i > first && !is_space(cluster.codepoint) && x + cluster.advance > width + 0.01f) {
        const std::uint32_t at = last_break > first ? last_break : i;
        end_line(first, at, out.clusters[at].begin);
        first = last_break = at;
        x = 0;
        for (std::uint32_t k = at; k < i; ++k) out.clusters[k].x = x, x += out.clusters[k].advance;
      }
      cluster.x = x;
      x += cluster.advance;
    }
    end_line(first, count, count ? out.clusters.back().end : 0);
  }
};

}  // namespace

void lay_out(std::string_view text, const Theme& theme, TextStyle style, float width, TextShaper& shaper,
             TextLayout& out) {
  static thread_local std::vector<Cluster> shaped;  // scratch; keeps its capacity
  const Type type = theme.type(style);
  out = {};
  out.font = theme.font(type.face);
  out.font_size = type.size;
  out.line_height = type.line_height;
  shaped.clear();
  shaper.shape(text, shaped);
  out.clusters.reserve(shaped.size());
  ImFontBaked* baked = out.font->GetFontBaked(type.size);
  const float scale = type.size / baked->Size;
  for (const Cluster& cluster : shaped) {
    std::uint32_t drawn = cluster.codepoint;
    float advance = 0;
    if (drawn == '\t') {
      advance = 4 * baked->GetCharAdvance(' ') * scale;
    } else if (drawn >= 32 && drawn != 127) {
      advance = baked->GetCharAdvance(static_cast<ImWchar>(drawn)) * scale;
    }
    out.clusters.push_back({drawn, cluster.begin, cluster.end, 0, advance, cluster.rtl});
  }
  Breaker{out, width}.run();
  out.height = static_cast<float>(out.lines.size()) * out.line_height;
}

float TextLayout::caret_x(std::uint32_t at, int& line) const {
  line = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    line = static_cast<int>(i);
    if (at < lines[i].end || i + 1 == lines.size()) break;
  }
  const LayoutLine& found = lines[static_cast<std::size_t>(line)];
  float x = 0;
  for (std::uint32_t i = found.first; i < found.last && clusters[i].begin < at; ++i)
    x = clusters[i].x + clusters[i].advance;
  return x;
}

namespace {

struct Pen {
  ImDrawList& list;
  ImFontBaked* baked;
  float scale, density;
  ImU32 color;

  // Whole device pixels: the glyph's image is then copied, not blurred.
  float snap(float v) const { return std::round(v * density) / density; }

  void glyph(std::uint32_t codepoint, float x, float y) {
    const ImFontGlyph* found = baked->FindGlyph(static_cast<ImWchar>(codepoint));
    if (!found || !found->Visible) return;
    const ImFontGlyph g = *found;
    const ImU32 tint = g.Colored ? color | ~IM_COL32_A_MASK : color;
    const float left = snap(x + g.X0 * scale), top = snap(y + g.Y0 * scale);
    list.PrimReserve(6, 4);
    list.PrimRectUV({left, top}, {left + (g.X1 - g.X0) * scale, top + (g.Y1 - g.Y0) * scale}, {g.U0, g.V0},
                    {g.U1, g.V1}, tint);
  }
};

}  // namespace

void draw_line(ImDrawList& list, const TextLayout& layout, const LayoutLine& line, ImVec2 at, ImU32 color,
               float max_width) {
  ImFontBaked* baked = layout.font->GetFontBaked(layout.font_size);
  const float scale = layout.font_size / baked->Size;
  std::uint32_t last = line.last;
  float ellipsis = 0;
  constexpr std::uint32_t dots = 0x2026;
  if (max_width > 0 && line.width > max_width + 0.5f) {
    ellipsis = baked->GetCharAdvance(static_cast<ImWchar>(dots)) * scale;
    while (last > line.first && layout.clusters[last - 1].x + layout.clusters[last - 1].advance > max_width - ellipsis)
      --last;
  }
  // A glyph that is loaded now may move the atlas to a new texture, so all are loaded before the first is drawn.
  for (std::uint32_t i = line.first; i < last; ++i)
    if (layout.clusters[i].codepoint > 32) baked->FindGlyph(static_cast<ImWchar>(layout.clusters[i].codepoint));
  if (ellipsis > 0) baked->FindGlyph(static_cast<ImWchar>(dots));
  const float density = layout.font->CurrentRasterizerDensity > 0 ? layout.font->CurrentRasterizerDensity : 1.0f;
  Pen pen{list, baked, scale, density, color};
  const float y = at.y + (layout.line_height - (baked->Ascent - baked->Descent) * scale) * 0.5f;
  float x = at.x;
  for (std::uint32_t i = line.first; i < last; ++i) {
    const LayoutCluster& cluster = layout.clusters[i];
    if (cluster.codepoint > 32) pen.glyph(cluster.codepoint, at.x + cluster.x, y);
    x = at.x + cluster.x + cluster.advance;
  }
  if (ellipsis > 0) pen.glyph(dots, x, y);
}

}  // namespace semantic
