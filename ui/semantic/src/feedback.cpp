// Badges, avatars, live regions, progress, dividers.
#include "semantic/icons.hpp"
#include "semantic/motion.hpp"
#include "semantic/text.hpp"
#include "semantic/widget.hpp"

#include "memory.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

namespace semantic {

namespace {

struct ToneColors {
  Color text, surface, dot;
};

ToneColors tone_colors(const Palette& c, Tone tone) {
  switch (tone) {
    case Tone::accent: return {c.on_accent_soft, c.accent_soft, c.accent};
    case Tone::success: return {c.success_text, c.success_soft, c.success};
    case Tone::warning: return {c.warning_text, c.warning_soft, c.warning_text};
    case Tone::danger: return {c.danger_text, c.danger_soft, c.danger};
    case Tone::neutral: break;
  }
  return {mix(c.text_muted, c.text, 0.35f), c.active, c.control_border};
}

constexpr float badge_padding = 10, badge_height = 24, dot_room = 14;

// Outlines tell surfaces apart where the system's colours leave no fills.
void outline_if_forced(Ui& ui, const Rect& rect, float radius) {
  if (ui.theme().scheme == Scheme::forced)
    ImGui::GetWindowDrawList()->AddRect(rect.min(), rect.max(), ui.theme().color.border.u32(), radius, 0, 1);
}

int visible_initial(std::string_view name, std::string& out) {
  std::size_t at = 0;
  if (name.empty()) return 0;
  std::uint32_t c = decode_utf8(name, at);
  if (c >= 'a' && c <= 'z') c -= 32;
  append_utf8(c, out);
  return 1;
}

Id live_id(std::string_view kind) { return widget_id(kind); }

}  // namespace

ImVec2 badge_size(Ui& ui, std::string_view words, const BadgeOptions& options) {
  const float width = ui.text_width(words, TextStyle::small_strong) + 2 * badge_padding + (options.dot ? dot_room : 0);
  return {options.max_width > 0 ? std::min(width, options.max_width) : width, badge_height};
}

void draw_badge(Ui& ui, ImVec2 at, std::string_view words, const BadgeOptions& options) {
  ToneColors colors = tone_colors(ui.theme().color, options.tone);
  if (options.solid) colors = {ui.theme().color.on_accent, ui.theme().color.accent, ui.theme().color.on_accent};
  const ImVec2 size = badge_size(ui, words, options);
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(at, {at.x + size.x, at.y + size.y}, colors.surface.u32(), size.y * 0.5f);
  outline_if_forced(ui, {at.x, at.y, size.x, size.y}, size.y * 0.5f);
  float x = at.x + badge_padding;
  if (options.dot) {
    list->AddCircleFilled({x + 4, at.y + size.y * 0.5f}, 4, colors.dot.u32());
    x += dot_room;
  }
  draw_text(ui, {x, at.y + 2}, words, TextStyle::small_strong, colors.text, at.x + size.x - badge_padding - x);
}

void badge(Ui& ui, std::string_view words, const BadgeOptions& options) {
  const ImVec2 size = badge_size(ui, words, options);
  const Id id = unique_id(ui, widget_id(words) ^ 0xBAD6Eu);
  const SurfaceResult item = begin_widget(ui, id, size, false);
  draw_badge(ui, item.rect.min(), words, options);
  if (options.hidden) return;
  const float left = badge_padding + (options.dot ? dot_room : 0);
  const TextLine line{words, {}, {item.rect.x + left, item.rect.y + 2, size.x - left - badge_padding, 20}};
  declare(ui, {.id = id, .role = Role::text, .rect = item.rect, .name = words, .lines = {&line, 1},
               .font_size = 14, .line_height = 20, .font = static_cast<std::uint8_t>(FontFace::semibold)});
}

void draw_avatar(Ui& ui, ImVec2 at, float size, std::string_view name) {
  static constexpr Color fills[] = {{0x4F46E5}, {0x0F766E}, {0xB4346B}, {0x9A5408}, {0x2563B8}, {0x6D3FC0}, {0x3E6B1E}};
  const ImGuiID hash = ImHashData(name.data(), name.size());
  const bool forced = ui.theme().scheme == Scheme::forced;
  const Color fill = forced ? ui.theme().color.panel : fills[(hash * 0x9E3779B1u >> 20) % std::size(fills)];
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 center{at.x + size * 0.5f, at.y + size * 0.5f};
  list->AddCircleFilled(center, size * 0.5f, fill.u32());
  if (forced) list->AddCircle(center, size * 0.5f, ui.theme().color.text.u32());
  std::string initial;
  if (!visible_initial(name, initial)) return;
  const TextLayout& layout = ui.layout(initial, size >= 36 ? TextStyle::body_strong : TextStyle::small_strong);
  draw_line(*list, layout, layout.lines.front(), {center.x - layout.width * 0.5f, center.y - layout.line_height * 0.5f},
            forced ? ui.theme().color.text.u32() : Color{0xFFFFFF}.u32());
}

void avatar(Ui& ui, std::string_view name, float size) {
  const SurfaceResult item = begin_widget(ui, 0, {size, size}, false);
  draw_avatar(ui, item.rect.min(), size, name);
}

void status(Ui& ui, std::string_view words, const BadgeOptions& options) {
  const Id id = unique_id(ui, live_id("status"));
  const SurfaceResult item = begin_widget(ui, id, options.unseen ? ImVec2{1, 1} : badge_size(ui, words, options), false);
  if (!options.unseen) draw_badge(ui, item.rect.min(), words, options);
  declare(ui, {.id = id, .role = Role::status, .rect = item.rect, .name = words, .font_size = 14, .line_height = 20,
               .padding_x = badge_padding + (options.dot ? dot_room : 0), .padding_y = 2});
}

void alert(Ui& ui, std::string_view words, Tone tone) {
  const Id id = unique_id(ui, live_id("alert"));
  if (words.empty()) return;
  const ToneColors colors = tone_colors(ui.theme().color, tone);
  constexpr float icon_room = 44, padding = 12;
  const float width = std::max(icon_room + 40, ImGui::GetContentRegionAvail().x);
  const TextLayout& layout = ui.layout(words, TextStyle::small, width - icon_room - padding);
  const SurfaceResult item = begin_widget(ui, id, {width, layout.height + 2 * padding}, false);
  const Entrance entrance(ui, id);
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(item.rect.min(), item.rect.max(), colors.surface.u32(), Theme::radius);
  list->AddRect(item.rect.min(), item.rect.max(), mix(colors.surface, colors.text, 0.25f).u32(), Theme::radius);
  draw_icon(*list, Icon::warning, {item.rect.x + padding, item.rect.y + padding}, 20, colors.text.u32());
  std::vector<TextLine>& lines = ui.memory().lines;
  lines.clear();
  for (std::size_t i = 0; i < layout.lines.size(); ++i) {
    const LayoutLine& line = layout.lines[i];
    const ImVec2 at{item.rect.x + icon_room + layout.indent(line, width - icon_room - padding),
                    item.rect.y + padding + static_cast<float>(i) * layout.line_height};
    draw_line(*list, layout, line, at, colors.text.u32());
    lines.push_back({words.substr(line.begin, line.end - line.begin), {}, {at.x, at.y, line.width, layout.line_height}});
  }
  declare(ui, {.id = id, .role = Role::alert, .states = layout.rtl ? state_rtl : state_none, .rect = item.rect,
               .name = words, .lines = lines, .font_size = 14, .line_height = 20});
}

void progress(Ui& ui, std::string_view name, float fraction, std::string_view value_text) {
  constexpr float height = 8;
  const Palette& c = ui.theme().color;
  const Id id = widget_id(name);
  const SurfaceResult item = begin_widget(ui, id, {std::max(1.0f, ImGui::GetContentRegionAvail().x), height}, false);
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(item.rect.min(), item.rect.max(), c.active.u32(), height * 0.5f);
  outline_if_forced(ui, item.rect, height * 0.5f);
  float from = 0, to = std::clamp(fraction, 0.0f, 1.0f);
  if (fraction < 0) {
    const bool still = ui.theme().reduced_motion;
    const auto phase = still ? 0.35f : static_cast<float>(std::fmod(ImGui::GetTime() * 0.7, 1.3)) - 0.3f;
    from = std::max(0.0f, phase), to = std::min(1.0f, phase + 0.3f);
    if (!still && ImGui::IsRectVisible(item.rect.min(), item.rect.max())) ui.wake_in(0);
  }
  if (to > from)
    list->AddRectFilled({item.rect.x + item.rect.w * from, item.rect.y}, {item.rect.x + item.rect.w * to, item.rect.y + height},
                        c.accent.u32(), height * 0.5f);
  declare(ui, {.id = id, .role = Role::progress, .rect = item.rect, .name = name, .value = value_text,
               .progress = fraction < 0 ? -1 : std::clamp(fraction, 0.0f, 1.0f)});
}

void separator(Ui& ui, std::string_view words, Tone tone) {
  const Palette& c = ui.theme().color;
  const Color color = tone == Tone::neutral ? c.border : tone_colors(c, tone).dot;
  const float width = std::max(1.0f, ImGui::GetContentRegionAvail().x);
  const float height = words.empty() ? 1.0f : 28.0f;
  const Id id = unique_id(ui, widget_id(words) ^ 0x5E9u);
  const SurfaceResult item = begin_widget(ui, id, {width, height}, false);
  const Rect& r = item.rect;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float y = std::floor(r.y + height * 0.5f) + (words.empty() ? 0 : 0.5f);
  if (words.empty()) {
    list->AddRectFilled({r.x, r.y}, {r.x + width, r.y + 1}, color.u32());
  } else {
    const TextLayout& layout = ui.layout(words, TextStyle::tiny);
    const float left = r.x + (width - layout.width) * 0.5f, right = left + layout.width;
    list->AddLine({r.x, y}, {left - 12, y}, color.u32());
    list->AddLine({right + 12, y}, {r.x + width, y}, color.u32());
    draw_line(*list, layout, layout.lines.front(), {left, r.y + 6},
              tone == Tone::neutral ? c.text_muted.u32() : tone_colors(c, tone).text.u32());
  }
  declare(ui, {.id = id, .role = Role::separator, .rect = r, .name = words});
}

}  // namespace semantic
