#include "semantic/layout.hpp"

#include "bidi.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace semantic {

namespace {

bool is_space(std::uint32_t c) { return c == ' ' || c == '\t' || c == 0x3000; }

bool is_ideograph(std::uint32_t c) {
  return (c >= 0x2E80 && c < 0x3000) || (c >= 0x3040 && c < 0xA4D0) || (c >= 0xAC00 && c < 0xD7B0) ||
         (c >= 0xF900 && c < 0xFB00) || (c >= 0xFF00 && c < 0xFFEF) || (c >= 0x1F000 && c < 0x40000) || c >= 0xF0000;
}

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

// The clusters of one line, or of its logical beginning: gives each its x, and returns the width without hanging spaces.
float place(std::span<LayoutCluster> clusters, const TextLayout& layout) {
  static thread_local std::vector<std::uint8_t> levels;  // scratch, as the next
  static thread_local std::vector<std::uint32_t> order;
  std::size_t inked = clusters.size();
  while (inked > 0 && is_space(clusters[inked - 1].codepoint)) --inked;
  float x = 0, width = 0;
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    clusters[i].x = x;
    x += clusters[i].advance;
    if (i + 1 == inked) width = x;
  }
  if (!layout.mixed) return width;
  // Rule L1: white space at the end of a line is the paragraph's.
  levels.clear();
  for (std::size_t i = 0; i < clusters.size(); ++i) levels.push_back(i < inked ? clusters[i].level : layout.rtl);
  bidi::visual_order(levels, order);
  x = layout.rtl ? width - x : 0;  // what hangs, hangs over the left edge
  for (const std::uint32_t i : order) clusters[i].x = x, x += clusters[i].advance;
  return width;
}

struct Breaker {
  TextLayout& out;
  float width;

  void end_line(std::uint32_t first, std::uint32_t last, std::uint32_t end) {
    const float ink = place(std::span(out.clusters).subspan(first, last - first), out);
    const std::uint32_t begin = out.lines.empty() ? 0 : out.lines.back().end;
    out.lines.push_back({begin, end, first, last, ink});
    out.width = std::max(out.width, ink);
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
        for (std::uint32_t k = at; k < i; ++k) x += out.clusters[k].advance;
      }
      x += cluster.advance;
    }
    end_line(first, count, count ? out.clusters.back().end : 0);
  }
};

// Most texts need none: everything below U+0590, where the right-to-left scripts begin, has a lead byte below 0xD6.
bool may_need_levels(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xD6; });
}

// The direction of each cluster, and mirrored brackets where it is right to left.
void add_levels(std::string_view text, TextLayout& out) {
  static thread_local std::vector<std::uint32_t> codepoints;  // scratch, as the next
  static thread_local std::vector<std::uint8_t> levels;
  codepoints.clear();
  for (std::size_t at = 0; at < text.size();) codepoints.push_back(decode_utf8(text, at));
  out.mixed = bidi::needs_levels(codepoints);
  if (!out.mixed) return;
  const std::uint8_t base = bidi::base_level(codepoints);
  out.rtl = base == 1;
  bidi::resolve(codepoints, base, levels);
  std::size_t at = 0, index = 0;
  for (LayoutCluster& cluster : out.clusters) {
    for (; at < cluster.begin; ++index) decode_utf8(text, at);
    if (index >= levels.size()) break;
    cluster.level = levels[index];
    if (cluster.rtl() && cluster.codepoint == codepoints[index]) cluster.codepoint = bidi::mirrored(cluster.codepoint);
  }
}

float advance_of(ImFontBaked* baked, std::uint32_t codepoint) {
  if (codepoint == '\t') return 4 * baked->GetCharAdvance(' ');
  return codepoint >= 32 && codepoint != 127 ? baked->GetCharAdvance(static_cast<ImWchar>(codepoint)) : 0;
}

}  // namespace

void lay_out(std::string_view text, const Theme& theme, TextStyle style, float width, TextShaper& shaper,
             TextLayout& out) {
  static thread_local std::vector<Cluster> shaped;  // scratch; keeps its capacity
  const Type type = theme.type(style);
  out = {};
  out.font = theme.font(type.face);
  out.shifted = theme.shifted(type.face);
  out.font_size = type.size;
  out.line_height = type.line_height;
  shaped.clear();
  shaper.shape(text, shaped);
  out.clusters.reserve(shaped.size());
  ImFontBaked* baked = out.font->GetFontBaked(type.size);
  const float scale = type.size / baked->Size;
  for (const Cluster& cluster : shaped) out.clusters.push_back({cluster.codepoint, cluster.begin, cluster.end, 0, 0, 0});
  if (may_need_levels(text)) add_levels(text, out);
  for (LayoutCluster& cluster : out.clusters) cluster.advance = advance_of(baked, cluster.codepoint) * scale;
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
  for (std::uint32_t i = found.first; i < found.last; ++i) {
    const LayoutCluster& c = clusters[i];
    if (c.begin > at) break;
    const float part = std::min(1.0f, static_cast<float>(at - c.begin) / static_cast<float>(c.end - c.begin));
    x = c.rtl() ? c.x + c.advance * (1 - part) : c.x + c.advance * part;
  }
  return x;
}

namespace {

// Images at quarters of a device pixel, as browsers draw them: letters then stand as far apart as they should. On a dense
// screen whole pixels will do.
struct Pen {
  ImDrawList& list;
  ImFontBaked* baked;
  std::array<ImFontBaked*, 3> shifted;
  float scale, density;
  ImU32 color;

  Pen(ImDrawList& to, const TextLayout& layout, ImU32 tint) : list(to), shifted{}, color(tint) {
    baked = layout.font->GetFontBaked(layout.font_size);
    scale = layout.font_size / baked->Size;
    density = layout.font->CurrentRasterizerDensity > 0 ? layout.font->CurrentRasterizerDensity : 1.0f;
    constexpr float dense = 1.75f;
    if (!layout.shifted.front() || density >= dense) return;
    for (std::size_t i = 0; i < shifted.size(); ++i) shifted[i] = layout.shifted[i]->GetFontBaked(layout.font_size);
  }

  // Whole device pixels: the glyph's image is then copied, not blurred.
  float snap(float v) const { return std::round(v * density) / density; }

  // The image of a glyph at x, which is moved to where that image belongs.
  const ImFontGlyph* find(std::uint32_t codepoint, float& x) const {
    ImFontBaked* from = baked;
    if (shifted.front()) {
      const int quarters = static_cast<int>(std::lround(x * density * 4)), quarter = quarters & 3;
      x = static_cast<float>(quarters >> 2) / density;
      if (quarter != 0) from = shifted[static_cast<std::size_t>(quarter - 1)];
    }
    return from->FindGlyph(static_cast<ImWchar>(codepoint));
  }

  void glyph(std::uint32_t codepoint, float x, float y) {
    const ImFontGlyph* found = find(codepoint, x);
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
  static thread_local std::vector<LayoutCluster> shortened;  // scratch
  Pen pen(list, layout, color);
  std::span<const LayoutCluster> clusters = std::span(layout.clusters).subspan(line.first, line.last - line.first);
  constexpr std::uint32_t dots = 0x2026;
  float shift = 0, dots_x = -1;
  if (max_width > 0 && line.width > max_width + 0.5f) {
    const float ellipsis = pen.baked->GetCharAdvance(static_cast<ImWchar>(dots)) * pen.scale;
    shortened.clear();
    float used = 0;
    for (const LayoutCluster& cluster : clusters) {
      if (used + cluster.advance > max_width - ellipsis) break;
      used += cluster.advance;
      shortened.push_back(cluster);
    }
    place(shortened, layout);
    clusters = shortened;
    shift = layout.rtl ? ellipsis : 0;
    dots_x = layout.rtl ? 0 : used;
  }
  const float left = at.x + shift;
  // A glyph that is loaded now may move the atlas to a new texture, so all are loaded before the first is drawn.
  const auto load = [&](std::uint32_t codepoint, float x) { pen.find(codepoint, x); };
  for (const LayoutCluster& cluster : clusters)
    if (cluster.codepoint > 32) load(cluster.codepoint, left + cluster.x);
  if (dots_x >= 0) load(dots, at.x + dots_x);
  // Whole device pixels, rounded down, as browsers place text in its line.
  const float lead = (layout.line_height - (pen.baked->Ascent - pen.baked->Descent) * pen.scale) * 0.5f;
  const float y = at.y + std::floor(lead * pen.density) / pen.density;
  for (const LayoutCluster& cluster : clusters)
    if (cluster.codepoint > 32) pen.glyph(cluster.codepoint, left + cluster.x, y);
  if (dots_x >= 0) pen.glyph(dots, at.x + dots_x, y);
}

}  // namespace semantic
