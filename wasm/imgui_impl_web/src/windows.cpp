#include "windows.hpp"

#include <algorithm>
#include <utility>

namespace imgui_impl_web {

namespace {

// Dear ImGui places popups itself, and a menu bar of the page has its place.
bool is_movable(const ImGuiWindow& window) {
  constexpr ImGuiWindowFlags placed = ImGuiWindowFlags_ChildWindow | ImGuiWindowFlags_Tooltip | ImGuiWindowFlags_NoMove;
  if (window.Flags & placed || window.RootWindow != &window) return false;
  return !(window.Flags & ImGuiWindowFlags_Popup) || window.Flags & ImGuiWindowFlags_Modal;
}

bool fit(ImGuiWindow& window, ImVec2 page) {
  const bool resizes = !(window.Flags & (ImGuiWindowFlags_NoResize | ImGuiWindowFlags_AlwaysAutoResize));
  const ImVec2 size = resizes ? ImMin(window.SizeFull, page) : window.SizeFull;
  const ImVec2 shown = window.Collapsed ? window.Size : size;
  const ImVec2 at = ImMax(ImMin(window.Pos, {page.x - shown.x, page.y - shown.y}), ImVec2());
  const bool moves = at.x != window.Pos.x || at.y != window.Pos.y;
  const bool shrinks = size.x != window.SizeFull.x || size.y != window.SizeFull.y;
  if (moves) ImGui::SetWindowPos(&window, at);
  if (shrinks) ImGui::SetWindowSize(&window, size);
  return moves || shrinks;
}

}  // namespace

bool is_child(const ImGuiWindow& window) {
#ifdef IMGUI_HAS_DOCK
  if (window.DockIsActive) return false;
#endif
  return window.Flags & ImGuiWindowFlags_ChildWindow && !(window.Flags & ImGuiWindowFlags_ChildMenu);
}

bool Fit::apply(ImGuiContext& context) {
  const ImVec2 page = context.IO.DisplaySize, before = std::exchange(size_, page);
  if (page.x < before.x || page.y < before.y) fitted_.clear();
  bool changed = false;
  for (ImGuiWindow* const window : context.Windows) {
    if (!window->Active) {
      fitted_.erase(window->ID);
    } else if (!window->Hidden && is_movable(*window) && fitted_.insert(window->ID).second) {
      changed |= fit(*window, page);
    }
  }
  return changed;
}

}  // namespace imgui_impl_web
