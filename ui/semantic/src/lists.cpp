#include "semantic/lists.hpp"

#include "memory.hpp"
#include "scroll.hpp"
#include "semantic/widget.hpp"

#include <imgui_internal.h>

#include <algorithm>

namespace semantic {

namespace {

void end_list(Ui& ui, int node) {
  ImGui::PopStyleVar();
  end_group(ui, node);
}

}  // namespace

Scope list(Ui& ui, std::string_view name) {
  Scope scope = group(ui, Role::list, name, state_arrow_keys);
  scope.release();
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(Theme::space_2, 2));
  return {ui, static_cast<int>(ui.tree().nodes().size()) - 1, end_list};
}

SurfaceResult list_item(Ui& ui, std::string_view name, float height, const ItemOptions& options) {
  const Id id = unique_id(ui, widget_id(name));
  const Palette& c = ui.theme().color;
  const ImVec2 size{std::max(1.0f, ImGui::GetContentRegionAvail().x), height};
  const SurfaceResult item = begin_widget(ui, id, size);
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (options.selected || item.hovered || item.held) {
    const Color fill = options.selected ? c.accent_soft : item.held ? c.active : c.hover;
    list->AddRectFilled(item.rect.min(), item.rect.max(), fill.u32(), Theme::radius);
  }
  if (options.selected && ui.theme().scheme == Scheme::forced)
    list->AddRect(item.rect.min(), item.rect.max(), c.accent.u32(), Theme::radius, 0, 2);
  declare_open(ui, {.id = id ^ 0x115Du, .role = Role::list_item, .rect = item.rect, .set_size = options.set_size,
                    .position = options.position});
  declare(ui, {.id = id, .role = Role::button, .states = options.selected ? state_current : 0u, .rect = item.rect,
               .name = name, .description = options.description});
  ui.tree().close();
  focus_ring(ui, id, {item.rect.x + 2, item.rect.y + 2, item.rect.w - 4, item.rect.h - 4}, Theme::radius_small);
  return item;
}

}  // namespace semantic
