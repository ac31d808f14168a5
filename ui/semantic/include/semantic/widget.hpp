// For widgets of one's own: the steps that all of this library's widgets share.
//
//   Id id = semantic::widget_id("Hue");
//   auto item = semantic::begin_widget(ui, id, {160, 40});      // reserves the place, takes pointer input
//   if (item.activated) ...
//   semantic::declare(ui, {.id = id, .role = Role::button, .name = "Hue", .rect = item.rect});
//   semantic::focus_ring(ui, id, item.rect, Theme::radius);
#pragma once

#include "semantic/buttons.hpp"

namespace semantic {

Id widget_id(std::string_view label);  ///< From the label and ImGui's ID stack; no "##" magic.
/// Reserves `size` at the cursor and handles pointer and activation input. `interactive` false: only the place.
SurfaceResult begin_widget(Ui& ui, Id id, ImVec2 size, bool interactive = true);
/// An id that no node of this frame has yet, from a base that may repeat (two equal texts).
Id unique_id(Ui& ui, Id base);
/// Adds the node, with the window's clip rectangle. Returns its index.
int declare(Ui& ui, Node node);
int declare_open(Ui& ui, Node node);
void focus_ring(Ui& ui, Id id, const Rect& rect, float radius);
bool is_disabled();  ///< Inside a disabled() scope.
std::string_view disabled_scope_reason(Ui& ui);

}  // namespace semantic
