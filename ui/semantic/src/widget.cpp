#include "semantic/widget.hpp"

#include "memory.hpp"

#include <imgui_internal.h>

namespace semantic {

Id widget_id(std::string_view label) {
  ImGuiWindow* window = ImGui::GetCurrentWindow();
  return ImHashData(label.data(), label.size(), window->IDStack.back() ^ 0x5E3A471Cu);
}

Id unique_id(Ui& ui, Id base) {
  while (base == 0 || ui.tree().contains(base)) base = ImHashData(&base, sizeof base, 0x71D5u);
  return base;
}

SurfaceResult begin_widget(Ui& ui, Id id, ImVec2 size, bool interactive) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImRect box(at, {at.x + size.x, at.y + size.y});
  SurfaceResult result;
  result.rect = {at.x, at.y, size.x, size.y};
  ImGui::ItemSize(size, 0);
  const bool visible = ImGui::ItemAdd(box, interactive ? id : 0);
  if (!interactive || is_disabled()) {
    ui.take_activation(id);
    return result;
  }
  if (visible) result.activated = ImGui::ButtonBehavior(box, id, &result.hovered, &result.held);
  if (ui.take_activation(id)) result.activated = true;
  result.focused = ui.focused() == id;
  return result;
}

namespace {
Node complete(Node node) {
  const ImRect& clip = ImGui::GetCurrentWindow()->ClipRect;
  node.clip = to_rect(clip.Min, clip.Max);
  return node;
}
}  // namespace

int declare(Ui& ui, Node node) { return ui.tree().add(complete(node)); }
int declare_open(Ui& ui, Node node) { return ui.tree().open(complete(node)); }

void focus_ring(Ui& ui, Id id, const Rect& rect, float radius) {
  if (ui.focused() != id || !ui.focus_visible()) return;
  constexpr float away = 2;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 min{rect.x - away, rect.y - away}, max{rect.x + rect.w + away, rect.y + rect.h + away};
  // Two tones, so that the ring stands out on any surface.
  list->AddRect({min.x - 1, min.y - 1}, {max.x + 1, max.y + 1}, ui.theme().color.panel.u32(), radius + away + 1, 0, 1);
  list->AddRect(min, max, ui.theme().color.focus.u32(), radius + away, 0, 2);
}

bool is_disabled() { return (ImGui::GetCurrentContext()->CurrentItemFlags & ImGuiItemFlags_Disabled) != 0; }

std::string_view disabled_scope_reason(Ui& ui) {
  const auto& reasons = ui.memory().disabled_reasons;
  for (auto it = reasons.rbegin(); it != reasons.rend(); ++it)
    if (!it->empty()) return *it;
  return {};
}

}  // namespace semantic
