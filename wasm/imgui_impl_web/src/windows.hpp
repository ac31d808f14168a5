// Dear ImGui's windows as parts of a page.
#pragma once

#include <imgui.h>
#include <imgui_internal.h>

#include <unordered_set>

namespace imgui_impl_web {

/// Parts of other windows, with elements inside of theirs. One that is docked is drawn as such a part, and is a window all the same.
bool is_child(const ImGuiWindow& window);

/// A page has no edge to look beyond: a window that appears is moved and made smaller until all of it is in sight, and so are all
/// when the page gets smaller. Where the user moves it afterwards, it stays.
class Fit {
 public:
  /// After ImGui::Render(). True: something was moved, and is drawn elsewhere in the next pass.
  bool apply(ImGuiContext& context);

 private:
  ImVec2 size_{};                       // of the page
  std::unordered_set<ImGuiID> fitted_;  // windows that are open, and were moved if they had to
};

}  // namespace imgui_impl_web
