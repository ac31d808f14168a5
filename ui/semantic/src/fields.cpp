#include "semantic/fields.hpp"

#include "memory.hpp"
#include "semantic/icons.hpp"
#include "semantic/widget.hpp"

#include <imgui_internal.h>

#include <algorithm>

namespace semantic {

namespace {

constexpr float padding_x = 12;

// The box is as high as a button, so that the two stand well side by side.
float padding_y_of(const Theme& theme) {
  return (theme.control_height() - theme.type(TextStyle::body).line_height) * 0.5f;
}

// One dot per code point, and the byte offsets that go with it.
std::string dots_for(const std::string& text, std::vector<std::uint32_t>& starts) {
  std::string dots;
  starts.clear();
  for (std::size_t at = 0; at < text.size();) {
    starts.push_back(static_cast<std::uint32_t>(at));
    decode_utf8(text, at);
    append_utf8(0x2022, dots);
  }
  return dots;
}

std::uint32_t to_dots(const std::vector<std::uint32_t>& starts, int byte) {
  const auto at = std::lower_bound(starts.begin(), starts.end(), static_cast<std::uint32_t>(std::max(0, byte)));
  return static_cast<std::uint32_t>(at - starts.begin()) * 3;
}

// What is painted inside the box: the text in layout coordinates, scrolled as the platform scrolled it.
struct Interior {
  Ui& ui;
  const TextLayout& layout;
  ImVec2 origin;
  float width;  // of the box
  ImDrawList* list;

  ImVec2 place_of(std::size_t i) const {
    return {origin.x + layout.indent(layout.lines[i], width), origin.y + static_cast<float>(i) * layout.line_height};
  }

  template <class Paint> void each_line_range(std::uint32_t begin, std::uint32_t end, Paint paint) const {
    for (std::size_t i = 0; i < layout.lines.size(); ++i) {
      const LayoutLine& line = layout.lines[i];
      if (begin >= line.end || end <= line.begin) continue;
      const ImVec2 at = place_of(i);
      layout.each_stretch(line, begin, end, [&](float from, float to) { paint(at.x + from, at.x + to, at.y); });
      // A selected line break shows as a small square, as in text editors.
      const bool with_break = end >= line.end && i + 1 < layout.lines.size();
      if (with_break && layout.rtl) paint(at.x - 4, at.x, at.y);
      else if (with_break) paint(at.x + line.width, at.x + line.width + 4, at.y);
    }
  }

  void selection(std::uint32_t begin, std::uint32_t end) const {
    each_line_range(begin, end, [&](float from, float to, float y) {
      list->AddRectFilled({from, y}, {to, y + layout.line_height}, ui.theme().color.selection.u32(), 2);
    });
  }

  void caret(std::uint32_t at) const {
    int line = 0;
    const float in_line = layout.caret_x(at, line);
    const auto [left, y] = place_of(static_cast<std::size_t>(line));
    const float x = left + in_line;
    list->AddRectFilled({x - 0.5f, y + 3}, {x + 1.0f, y + layout.line_height - 3}, ui.theme().color.text.u32());
  }

  void words(Color color) const {
    for (std::size_t i = 0; i < layout.lines.size(); ++i) {
      const ImVec2 at = place_of(i);
      if (at.y < list->GetClipRectMax().y && at.y + layout.line_height > list->GetClipRectMin().y)
        draw_line(*list, layout, layout.lines[i], at, color.u32());
    }
  }
};

void paint_box(Ui& ui, const Rect& box, bool focused, bool hovered, bool invalid, bool disabled) {
  const Palette& c = ui.theme().color;
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(box.min(), box.max(), disabled ? c.raised.u32() : c.panel.u32(), Theme::radius);
  const Color edge = invalid ? c.danger_text : focused ? c.focus : hovered ? c.text_muted : c.control_border;
  list->AddRect(box.min(), box.max(), edge.u32(disabled ? 0.6f : 1), Theme::radius, 0, focused || invalid ? 2.0f : 1.0f);
}

void line_below(Ui& ui, std::string_view words, bool error) {
  if (words.empty()) return;
  const Palette& c = ui.theme().color;
  TextOptions options{.style = TextStyle::small, .color = error ? c.danger_text : c.text_muted};
  if (error) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_icon(*ImGui::GetWindowDrawList(), Icon::warning, {at.x, at.y + 2}, 16, c.danger_text.u32());
    ImGui::SetCursorScreenPos({at.x + 22, at.y});
  }
  text(ui, words, options);
}

bool is_left_to_platform(const Ui& ui, const FieldOptions& options, bool focused) {
  return focused && ui.platform_paints_typing && !options.password;
}

std::uint32_t field_states(const Ui& ui, const FieldOptions& options, bool disabled, bool focused) {
  std::uint32_t states = disabled ? state_disabled : 0u;
  if (is_left_to_platform(ui, options, focused)) states |= state_typing;
  if (options.password) states |= state_password;
  if (options.max_lines > 1) states |= state_multiline;
  if (options.required) states |= state_required;
  if (!options.error.empty()) states |= state_invalid;
  if (options.enter_submits) states |= state_enter_submits;
  return states;
}

// The platform's text wins where it is news, the program's otherwise.
bool exchange_text(TextEdit& edit, bool fresh, std::string& value, bool disabled) {
  if (fresh && !disabled) {
    if (edit.text == value) return false;
    value = edit.text;
    return true;
  }
  if (edit.text != value) {
    edit = {.id = edit.id, .text = value};
    edit.selection_begin = edit.selection_end = static_cast<int>(value.size());
  }
  return false;
}

struct Shown {
  Rect box;
  bool focused, disabled;
  const TextEdit& edit;
};

void paint_interior(Ui& ui, const Shown& shown, const FieldOptions& options) {
  const Palette& c = ui.theme().color;
  const Rect& box = shown.box;
  const float padding_y = padding_y_of(ui.theme());
  static thread_local std::vector<std::uint32_t> starts;
  const std::string dots = options.password ? dots_for(shown.edit.text, starts) : std::string();
  const float room = std::max(1.0f, box.w - 2 * padding_x - options.end_room);
  const float wrap = options.max_lines > 1 ? room : 0;
  const TextLayout& layout = ui.layout(options.password ? dots : shown.edit.text, TextStyle::body, wrap);
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->PushClipRect({box.x + padding_x - 2, box.y + 2}, {box.x + padding_x + room + 2, box.y + box.h - 2}, true);
  const Interior inside{ui, layout, {box.x + padding_x - shown.edit.scroll_x, box.y + padding_y - shown.edit.scroll_y},
                        room, list};
  const auto offset = [&](int byte) {
    return options.password ? to_dots(starts, byte) : static_cast<std::uint32_t>(std::max(0, byte));
  };
  const TextEdit& edit = shown.edit;
  if (shown.focused && edit.selection_end > edit.selection_begin)
    inside.selection(offset(edit.selection_begin), offset(edit.selection_end));
  if (edit.text.empty()) {
    const std::string_view reason = shown.disabled && !options.disabled_reason.empty() ? options.disabled_reason : options.placeholder;
    if (!reason.empty()) draw_text(ui, {box.x + padding_x, box.y + padding_y}, reason, TextStyle::body, c.text_muted, room);
  }
  inside.words(shown.disabled ? c.text_muted : c.text);
  if (shown.focused && edit.selection_begin == edit.selection_end) inside.caret(offset(edit.selection_end));
  list->PopClipRect();
}

float box_height(Ui& ui, const std::string& value, const FieldOptions& options, float width) {
  const float line = ui.theme().type(TextStyle::body).line_height, padding_y = padding_y_of(ui.theme());
  if (options.max_lines <= 1) return line + 2 * padding_y;
  const auto lines = static_cast<float>(ui.layout(value, TextStyle::body, std::max(1.0f, width - 2 * padding_x)).lines.size());
  return std::min(lines, static_cast<float>(options.max_lines)) * line + 2 * padding_y;
}

}  // namespace

FieldResult text_field(Ui& ui, std::string_view label, std::string& value, const FieldOptions& options) {
  FieldResult result;
  result.id = widget_id(label);
  const bool off = options.disabled || !options.disabled_reason.empty();
  if (off) ImGui::BeginDisabled();
  const bool disabled = is_disabled();
  bool fresh = false;
  TextEdit& edit = ui.text_edit(result.id, fresh);
  result.refused = ui.limit_text(result.id, options.max_bytes);
  result.changed = exchange_text(edit, fresh, value, disabled);
  if (result.changed) ui.set_unsettled();  // what the program makes of it belongs to this frame
  if (options.label_visible) {
    text(ui, label, {.style = TextStyle::small_strong, .hidden = true});
    ImGui::SetCursorPosY(ImGui::GetCursorPosY() - 2);
  }
  const float width = options.width > 0 ? options.width : std::max(40.0f, ImGui::GetContentRegionAvail().x);
  // The pointer over the room at its end is that button's.
  SurfaceResult item = begin_widget(ui, result.id, {width - options.end_room, box_height(ui, value, options, width)});
  item.rect.w = width;
  result.box = item.rect;
  if (off) ImGui::EndDisabled();
  result.focused = ui.focused() == result.id && !disabled;
  if (item.activated && !result.focused) ui.request_focus(result.id);
  if (options.take_focus) ui.request_focus(result.id, options.select_all);
  result.submitted = ui.take_submit(result.id) && !disabled;
  if (result.submitted && !ui.memory().forms.empty()) ui.memory().forms.back().submitted = true;
  const bool invalid = !options.error.empty();
  paint_box(ui, item.rect, result.focused, item.hovered, invalid, disabled);
  if (!is_left_to_platform(ui, options, result.focused))
    paint_interior(ui, {item.rect, result.focused, disabled, edit}, options);
  const Type type = ui.theme().type(TextStyle::body);
  const std::uint32_t states = field_states(ui, options, disabled, result.focused);
  declare(ui, {.id = result.id, .role = Role::textbox, .states = states, .rect = item.rect, .name = label,
               .description = invalid ? options.error : off ? options.disabled_reason : options.hint,
               .value = value, .placeholder = options.placeholder, .autocomplete = options.autocomplete,
               .font_size = type.size, .line_height = type.line_height,
               .padding_x = padding_x, .padding_y = padding_y_of(ui.theme()), .end_room = options.end_room});
  line_below(ui, invalid ? options.error : options.hint, invalid);
  return result;
}

}  // namespace semantic
