#include "semantic/buttons.hpp"

#include "semantic/containers.hpp"
#include "semantic/widget.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace semantic {

namespace {

constexpr float icon_size = 18, icon_gap = 8;

struct Look {
  Color fill, text, border;
  bool filled, outlined;
};

Look look_of(const Palette& c, const ButtonOptions& options, bool hovered, bool held, bool disabled) {
  const bool on = options.pressed.value_or(false);
  const Color surface = held ? c.active : hovered ? c.hover : c.panel;
  if (disabled) return {c.active, c.text_muted, c.border, options.kind != ButtonKind::ghost, false};
  switch (options.kind) {
    case ButtonKind::primary:
      return {held ? c.accent_active : hovered ? c.accent_hover : c.accent, c.on_accent, c.accent, true, false};
    case ButtonKind::danger:
      return {mix(c.danger, Color{0}, held ? 0.2f : hovered ? 0.1f : 0.0f), c.on_danger, c.danger, true, false};
    case ButtonKind::ghost:
      return {on ? c.accent_soft : surface, on ? c.on_accent_soft : c.text, c.border, on || hovered || held, false};
    case ButtonKind::secondary: break;
  }
  return {on ? c.accent_soft : surface, on ? c.on_accent_soft : c.text, on ? c.accent : c.border, true, true};
}

float button_height(Ui& ui, const ButtonOptions& options) {
  return options.small && !ui.theme().touch ? 32.0f : ui.theme().control_height();
}

std::uint32_t toggle_states(const ButtonOptions& options, bool disabled) {
  std::uint32_t states = disabled ? state_disabled : 0u;
  if (options.pressed) states |= state_toggles | (*options.pressed ? state_pressed : 0u);
  if (options.expanded) states |= state_expands | (*options.expanded ? state_expanded : 0u);
  return states;
}

void tooltip(Ui& ui, const SurfaceResult& item, std::string_view words) {
  constexpr double delay = 0.4;
  if (!item.hovered || words.empty() || ui.theme().touch) return;
  const auto hovered_for = static_cast<double>(ImGui::GetCurrentContext()->HoveredIdTimer);
  if (hovered_for < delay) return ui.wake_in(delay - hovered_for + 0.02);
  const Palette& c = ui.theme().color;
  const TextLayout& layout = ui.layout(words, TextStyle::small, 280);
  const ImVec2 size{layout.width + 20, layout.height + 12}, screen = ImGui::GetIO().DisplaySize;
  ImVec2 at{item.rect.x + (item.rect.w - size.x) * 0.5f, item.rect.y + item.rect.h + 8};
  if (at.y + size.y > screen.y) at.y = item.rect.y - size.y - 8;
  at.x = std::clamp(at.x, 4.0f, std::max(4.0f, screen.x - size.x - 4));
  ImDrawList* list = ImGui::GetForegroundDrawList();
  list->AddRectFilled(at, {at.x + size.x, at.y + size.y}, c.text.u32(), Theme::radius_small);
  for (std::size_t i = 0; i < layout.lines.size(); ++i)
    draw_line(*list, layout, layout.lines[i], {at.x + 10, at.y + 6 + static_cast<float>(i) * layout.line_height},
              c.panel.u32());
}

void paint_content(Ui& ui, const Rect& r, std::string_view label, const ButtonOptions& options, Color color) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float middle = r.y + r.h * 0.5f;
  if (options.icon_only)
    return draw_icon(*list, options.icon, {r.x + (r.w - 20) * 0.5f, middle - 10}, 20, color.u32());
  const TextLayout& layout = ui.layout(label, TextStyle::small_strong);
  const bool chevron = options.expanded.has_value();
  const float lead = options.icon != Icon::none ? icon_size + icon_gap : 0;
  const float trail = chevron ? icon_size + 4 : 0;
  const float words = std::min(layout.width, r.w - lead - trail - 8);
  float x = r.x + (r.w - words - lead - trail) * 0.5f;
  if (lead > 0) draw_icon(*list, options.icon, {x, middle - icon_size * 0.5f}, icon_size, color.u32());
  draw_line(*list, layout, layout.lines.front(), {x + lead, middle - layout.line_height * 0.5f}, color.u32(), words);
  if (chevron)
    draw_icon(*list, *options.expanded ? Icon::chevron_down : Icon::chevron_right,
              {x + lead + words + 4, middle - icon_size * 0.5f}, icon_size, color.u32());
}

void paint_check(Ui& ui, const Rect& row, bool checked, bool hovered, bool disabled) {
  const Palette& c = ui.theme().color;
  constexpr float size = 20;
  const ImVec2 at{row.x, row.y + (std::min(row.h, ui.theme().touch ? 44.0f : 36.0f) - size) * 0.5f};
  const ImVec2 end{at.x + size, at.y + size};
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (checked) {
    list->AddRectFilled(at, end, disabled ? c.control_border.u32() : hovered ? c.accent_hover.u32() : c.accent.u32(), 6);
    draw_icon(*list, Icon::check, {at.x + 2, at.y + 2}, 16, disabled ? c.panel.u32() : c.on_accent.u32());
  } else {
    list->AddRectFilled(at, end, hovered ? c.hover.u32() : c.panel.u32(), 6);
    list->AddRect(at, end, c.control_border.u32(), 6, 0, 1.5f);
  }
}

void paint_radio(Ui& ui, const SurfaceResult& item, std::string_view name, bool on) {
  const Palette& c = ui.theme().color;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 center{item.rect.x + 10, item.rect.y + item.rect.h * 0.5f};
  list->AddCircleFilled(center, 9, on ? c.accent.u32() : item.hovered ? c.hover.u32() : c.panel.u32());
  if (on) list->AddCircleFilled(center, 3.5f, c.on_accent.u32());
  else list->AddCircle(center, 9, c.control_border.u32(), 0, 1.5f);
  draw_text(ui, {item.rect.x + 28, center.y - ui.theme().type(TextStyle::small).line_height * 0.5f}, name, TextStyle::small, c.text);
}

void paint_segment(Ui& ui, const SurfaceResult& item, std::span<const std::string_view> segments, int index, bool on, bool ticked) {
  const Palette& c = ui.theme().color;
  const Rect& r = item.rect;
  const bool first = index == 0, last = index + 1 == static_cast<int>(segments.size());
  const ImDrawFlags corners = first ? ImDrawFlags_RoundCornersLeft : last ? ImDrawFlags_RoundCornersRight : ImDrawFlags_RoundCornersNone;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const Color fill = on ? c.accent : item.held ? c.active : item.hovered ? c.hover : c.panel;
  list->AddRectFilled(r.min(), r.max(), fill.u32(), Theme::radius, corners);
  // Neighbours share their border.
  list->AddRect({r.x - (first ? 0.0f : 1.0f), r.y}, r.max(), on ? c.accent.u32() : c.control_border.u32(), Theme::radius, corners, 1);
  const TextLayout& layout = ui.layout(segments[static_cast<std::size_t>(index)], TextStyle::small_strong);
  draw_line(*list, layout, layout.lines.front(),
            {r.x + (r.w - layout.width) * 0.5f, r.y + (r.h - layout.line_height) * 0.5f}, on ? c.on_accent.u32() : c.text.u32());
  if (ticked) draw_icon(*list, Icon::check, {r.x + r.w - 16, r.y + 3}, 12, (on ? c.on_accent : c.success_text).u32());
}

// Where each segment ends, from the bar's left edge: of equal width, or, where a word would touch its border, as the words need.
std::vector<float> segment_ends(Ui& ui, std::span<const std::string_view> segments, float width) {
  const float count = static_cast<float>(segments.size());
  std::vector<float> ends;
  float words = 0, widest = 0, end = 0;
  for (const std::string_view segment : segments) {
    const float needed = ui.text_width(segment, TextStyle::small_strong);
    words += needed;
    widest = std::max(widest, needed);
  }
  const bool equal = widest + 2 * Theme::space_2 <= width / count;
  for (const std::string_view segment : segments) {
    end += equal ? std::floor(width / count) : ui.text_width(segment, TextStyle::small_strong) + (width - words) / count;
    ends.push_back(std::round(end));
  }
  ends.back() = width;
  return ends;
}

}  // namespace

ImVec2 button_size(Ui& ui, std::string_view label, const ButtonOptions& options) {
  const float height = button_height(ui, options);
  if (options.icon_only) return {height, height};
  if (options.width > 0) return {options.width, height};
  if (options.width < 0) return {std::max(1.0f, ImGui::GetContentRegionAvail().x), height};
  const float icons = (options.icon != Icon::none ? icon_size + icon_gap : 0) + (options.expanded ? icon_size + 4 : 0);
  const float padding = options.small ? Theme::space_3 : Theme::space_4;
  return {ui.text_width(label, TextStyle::small_strong) + icons + 2 * padding, height};
}

bool button(Ui& ui, std::string_view label, const ButtonOptions& options) {
  const Id id = widget_id(label);
  const bool off = options.disabled || !options.disabled_reason.empty();
  if (off) ImGui::BeginDisabled();
  const bool disabled = is_disabled();
  const SurfaceResult item = begin_widget(ui, id, button_size(ui, label, options));
  if (off) ImGui::EndDisabled();
  const Look look = look_of(ui.theme().color, options, item.hovered, item.held, disabled);
  const Rect& r = item.rect;
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (look.filled) list->AddRectFilled(r.min(), r.max(), look.fill.u32(), Theme::radius);
  if (look.outlined || ui.theme().scheme == Scheme::forced)
    list->AddRect(r.min(), r.max(), look.border.u32(), Theme::radius, 0, 1);
  paint_content(ui, r, label, options, look.text);
  focus_ring(ui, id, r, Theme::radius);
  const std::string_view reason = options.disabled_reason.empty() ? disabled_scope_reason(ui) : options.disabled_reason;
  declare(ui, {.id = id, .role = Role::button, .states = toggle_states(options, disabled), .rect = r, .name = label,
               .description = disabled ? reason : options.description});
  if (options.icon_only) tooltip(ui, item, label);
  return item.activated;
}

bool checkbox(Ui& ui, std::string_view label, bool& checked, const CheckOptions& options) {
  const Id id = widget_id(label);
  const float room = std::max(40.0f, ImGui::GetContentRegionAvail().x);
  const TextLayout& layout = ui.layout(label, TextStyle::body, room - 32);
  const float row = ui.theme().touch ? 44.0f : 36.0f;
  const float label_height = std::max(row, layout.height + 8);
  const TextLayout* more = options.description.empty() ? nullptr : &ui.layout(options.description, TextStyle::small, room - 32);
  const ImVec2 size{std::min(room, 32 + std::max(layout.width, more ? more->width : 0)),
                    label_height + (more ? more->height + 4 : 0)};
  if (options.disabled) ImGui::BeginDisabled();
  const bool disabled = is_disabled();
  const SurfaceResult item = begin_widget(ui, id, size);
  if (options.disabled) ImGui::EndDisabled();
  if (item.activated) checked = !checked;
  paint_check(ui, item.rect, checked, item.hovered, disabled);
  const Palette& c = ui.theme().color;
  ImDrawList* list = ImGui::GetWindowDrawList();
  float y = item.rect.y + (label_height - layout.height) * 0.5f;
  for (const LayoutLine& line : layout.lines) {
    draw_line(*list, layout, line, {item.rect.x + 32, y}, disabled ? c.text_muted.u32() : c.text.u32());
    y += layout.line_height;
  }
  for (std::size_t i = 0; more && i < more->lines.size(); ++i, y += more->line_height)
    draw_line(*list, *more, more->lines[i], {item.rect.x + 32, y}, c.text_muted.u32());
  focus_ring(ui, id, item.rect, Theme::radius_small);
  declare(ui, {.id = id, .role = Role::checkbox,
               .states = (checked ? state_checked : 0u) | (disabled ? state_disabled : 0u), .rect = item.rect,
               .name = label, .description = options.description.empty() ? disabled_scope_reason(ui) : options.description});
  return item.activated;
}

float segmented_width(Ui& ui, std::span<const std::string_view> segments) {
  float widest = 0;
  for (const std::string_view words : segments) widest = std::max(widest, ui.text_width(words, TextStyle::small_strong));
  return std::ceil(widest + 2 * Theme::space_4) * static_cast<float>(segments.size());
}

bool radio_group(Ui& ui, std::string_view label, std::span<const std::string_view> choices, int& chosen,
                 const RadioOptions& options) {
  if (options.label_visible) text(ui, label, {.style = TextStyle::small_strong, .hidden = true});
  const auto group_scope = group(ui, Role::radio_group, label);
  const bool bar = !options.segments.empty();
  const float right = ImGui::GetCursorScreenPos().x + ImGui::GetContentRegionAvail().x;
  const float height = ui.theme().touch ? 44.0f : bar ? ui.theme().control_height() : 32.0f;
  const float bar_width = options.width > 0 ? options.width : bar ? segmented_width(ui, options.segments) : 0;
  const std::vector<float> ends = bar ? segment_ends(ui, options.segments, bar_width) : std::vector<float>();
  const int before = chosen;
  for (int i = 0; i < static_cast<int>(choices.size()); ++i) {
    const std::string_view name = choices[static_cast<std::size_t>(i)];
    const ImVec2 size{bar ? ends[static_cast<std::size_t>(i)] - (i == 0 ? 0 : ends[static_cast<std::size_t>(i) - 1])
                          : ui.text_width(name, TextStyle::small) + 28, height};
    if (i > 0 && bar) ImGui::SameLine(0, 0);
    else if (i > 0 && !options.vertical && ImGui::GetItemRectMax().x + 16 + size.x <= right) ImGui::SameLine(0, 16);
    const Id id = widget_id(name);
    const SurfaceResult item = begin_widget(ui, id, size);
    if (item.activated) chosen = i;
    const bool ticked = (options.ticked >> i & 1u) != 0;
    if (bar) paint_segment(ui, item, options.segments, i, chosen == i, ticked);
    else paint_radio(ui, item, name, chosen == i);
    focus_ring(ui, id, item.rect, Theme::radius_small);
    declare(ui, {.id = id, .role = Role::radio,
                 .states = (chosen == i ? state_checked : 0u) | (is_disabled() ? state_disabled : 0u), .rect = item.rect,
                 .name = name, .description = ticked ? options.tick : std::string_view{},
                 .set_size = static_cast<int>(choices.size()), .position = i + 1});
  }
  return chosen != before;
}

SurfaceResult button_surface(Ui& ui, std::string_view name, ImVec2 size, const ButtonOptions& options) {
  const Id id = widget_id(name);
  const bool off = options.disabled || !options.disabled_reason.empty();
  if (off) ImGui::BeginDisabled();
  const bool disabled = is_disabled();
  const SurfaceResult item = begin_widget(ui, id, size);
  if (off) ImGui::EndDisabled();
  const Look look = look_of(ui.theme().color, options, item.hovered, item.held, disabled);
  if (look.filled)
    ImGui::GetWindowDrawList()->AddRectFilled(item.rect.min(), item.rect.max(), look.fill.u32(), Theme::radius);
  focus_ring(ui, id, item.rect, Theme::radius);
  declare(ui, {.id = id, .role = Role::button, .states = toggle_states(options, disabled), .rect = item.rect,
               .name = name, .description = disabled ? options.disabled_reason : options.description});
  return item;
}

}  // namespace semantic
