#include "widgets.hpp"

#include <algorithm>
#include <cmath>

namespace imgui_impl_web {

namespace {

bool near(float a, float b, float by = 1.5f) { return std::abs(a - b) <= by; }

bool covers(const ImRect& box, const ImRect& rect) {
  return near(box.Min.x, rect.Min.x) && near(box.Max.x, rect.Max.x) && near(box.Min.y, rect.Min.y) && near(box.Max.y, rect.Max.y);
}

const Shape* background(const Item& item, const Look& look, const ImGuiContext& context) {
  for (const Shape& shape : look.shapes)
    if (covers(shape.box, item.rect) && !same_color(shape.color, context, ImGuiCol_NavCursor)) return &shape;
  return nullptr;
}

bool is_header_color(ImU32 color, const ImGuiContext& context) {
  return same_color(color, context, ImGuiCol_Header) || same_color(color, context, ImGuiCol_HeaderHovered) ||
         same_color(color, context, ImGuiCol_HeaderActive);
}

// The square in which a radio button has its circle.
bool in_left_square(const Item& item, const ImRect& box) {
  const float side = item.rect.GetHeight();
  return box.Min.x >= item.rect.Min.x - 2 && box.Max.x <= item.rect.Min.x + side + 2 && near(box.GetWidth(), box.GetHeight(), 2.5f) &&
         box.GetWidth() > side * 0.3f;
}

bool is_radio(const Item& item, const Look& look) {
  if (item.rect.GetWidth() < item.rect.GetHeight() * 1.2f) return false;
  const auto is_circle = [&](const Shape& shape) { return in_left_square(item, shape.box); };
  const auto is_letter_box = [&](const Run& run) { return run.at.x >= item.rect.Min.x + item.rect.GetHeight(); };
  return std::any_of(look.shapes.begin(), look.shapes.end(), is_circle) &&
         std::all_of(look.runs.begin(), look.runs.end(), is_letter_box);
}

bool has_arrow(const ImGuiContext& context, const Item& item, const Look& look) {
  const float side = item.frame.GetHeight();
  return std::any_of(look.shapes.begin(), look.shapes.end(), [&](const Shape& shape) {
    return !shape.picture && same_color(shape.color, context, ImGuiCol_Text) && shape.box.Min.x >= item.frame.Max.x - side - 1 &&
           shape.box.Max.x <= item.frame.Max.x + 1 && shape.box.GetHeight() < side;
  });
}

// A field's text begins at its left edge; a slider's stands in the middle.
Kind kind_of_input(const ImGuiContext& context, const Item& item, const Look& look, const Widget* before) {
  if (context.TempInputId == item.id) return Kind::spin;
  for (const Run& run : look.runs) {
    if (run.at.x >= item.frame.Max.x) continue;
    if (near(run.at.x - item.frame.Min.x, context.Style.FramePadding.x)) return Kind::field;
    if (near(run.at.x - item.frame.Min.x, item.frame.Max.x - run.at.x - run.width, 2.5f)) return Kind::spin;
    return before ? before->kind : Kind::field;
  }
  return before && before->kind == Kind::spin ? Kind::spin : Kind::field;
}

Kind kind_of_plain(const ImGuiContext& context, const Item& item, const Look& look) {
  const Shape* const back = background(item, look, context);
  if (!back && is_radio(item, look)) return Kind::radio;
  if (item.frame.Max.x < item.rect.Max.x - 1) return Kind::spin;  // one that takes no text
  if (back) return is_header_color(back->color, context) && !same_color(back->color, context, ImGuiCol_Button) ? Kind::selectable : Kind::button;
  const bool at_top = !look.runs.empty() && near(look.runs.front().at.y - item.rect.Min.y, std::trunc(context.Style.ItemSpacing.y / 2), 0.75f);
  return at_top ? Kind::selectable : Kind::button;
}

}  // namespace

bool same_color(ImU32 color, const ImGuiContext& context, ImGuiCol of) {
  const ImU32 other = ImGui::ColorConvertFloat4ToU32(context.Style.Colors[of]);
  return ((color ^ other) & ~IM_COL32_A_MASK) == 0;
}

bool is_popup_open(const ImGuiContext& context, ImGuiID popup) {
  return std::any_of(context.OpenPopupStack.begin(), context.OpenPopupStack.end(),
                     [popup](const ImGuiPopupData& open) { return open.PopupId == popup; });
}

std::string_view shown_part(std::string_view label) { return label.substr(0, label.find("##")); }

Kind kind_of(const ImGuiContext& context, const Item& item, const Look& look, const Widget* before, ImGuiID previous) {
  if (item.tab_bar) return Kind::tab;
  for (const ImGuiID owner : {item.window->ID, item.seed, previous})
    if (item.id == ImHashStr("#CLOSE", 0, owner)) return Kind::close;
  for (const ImGuiID owner : {item.window->ID, item.seed})
    if (item.id == ImHashStr("#COLLAPSE", 0, owner)) return Kind::collapse;
  if (item.status & ImGuiItemStatusFlags_Openable) return item.twice ? Kind::menu : Kind::tree_node;
  if (item.status & ImGuiItemStatusFlags_Checkable) return item.twice ? Kind::menu_item : Kind::checkbox;
  if ((item.flags & ImGuiItemFlags_Inputable) || (item.status & ImGuiItemStatusFlags_Inputable))
    return kind_of_input(context, item, look, before);
  if (item.header) return Kind::header;
  if (before && look.runs.empty() && look.shapes.empty()) return before->kind;
  if (item.told) return kind_of_plain(context, item, look);
  const bool open = is_popup_open(context, ImHashStr("##ComboPopup", 0, item.id));
  return open || has_arrow(context, item, look) ? Kind::combo : Kind::button;
}

bool is_on(const ImGuiContext& context, const Item& item, Kind kind, const Look& look, bool before) {
  if (kind == Kind::radio)
    return std::any_of(look.shapes.begin(), look.shapes.end(), [&](const Shape& shape) {
      return in_left_square(item, shape.box) && same_color(shape.color, context, ImGuiCol_CheckMark);
    });
  const Shape* const back = background(item, look, context);
  if (!back) return false;
  return same_color(back->color, context, ImGuiCol_Header) || before;
}

}  // namespace imgui_impl_web
