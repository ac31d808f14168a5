#include "told.hpp"

namespace imgui_impl_web {

void Told::clear() {
  items_.clear();
  tables_.clear();
  marks_.clear();
}

// In a window that is folded no item is submitted, and the last one is another.
ItemFacts& Told::of_last_item() { return items_[ImGui::GetCurrentWindow()->SkipItems ? 0 : ImGui::GetItemID()]; }

const ItemFacts* Told::find(ImGuiID id) const {
  const auto it = items_.find(id);
  return id == 0 || it == items_.end() ? nullptr : &it->second;
}

void Told::name_table(std::string_view name) {
  if (const ImGuiTable* const table = ImGui::GetCurrentContext()->CurrentTable) tables_[table->ID] = name;
}

std::string_view Told::table_name(ImGuiID table) const {
  const auto it = tables_.find(table);
  return it == tables_.end() ? std::string_view() : std::string_view(it->second);
}

Mark& Told::mark_last(Mark::What what, std::string_view name) {
  const ImGuiContext& context = *ImGui::GetCurrentContext();
  ImGuiWindow* const window = context.CurrentWindow;
  if (window->SkipItems) return ignored_ = {};
  const auto end = static_cast<unsigned>(window->DrawList->VtxBuffer.Size);
  // Before what comes next, which begins at the end.
  return marks_.emplace_back(Mark{what, window, end > 0 ? end - 1 : 0, end, context.LastItemData.Rect, window->ClipRect.ToVec4(),
                                  std::string(name), 0, 0, context.FontSize});
}

}  // namespace imgui_impl_web
