// Whether every interactive item that ImGui was given has its node: ImGui's item hooks against the semantic tree.
//
//   #include "support/item_check.hpp"                 // and link wasmqtt_imgui_hooks
//   page.show([&](semantic::Ui& ui) { items.clear(); draw(ui); });     // ImGui's own debug window came before
//   const int checked = check_items(page);            // draws a frame; fails where a node, or its name, is missing
#pragma once

#include <doctest/doctest.h>
#include <imgui_internal.h>

#include <set>

#include "semantic/headless.hpp"

namespace wasmqtt::test {

inline std::set<ImGuiID> items;

inline bool is_window(ImGuiID id) {
  for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows)
    if (window->ID == id || window->ChildId == id || window->MoveId == id) return true;
  return false;
}

inline int check_items(semantic::Headless& page) {
  ImGui::GetCurrentContext()->TestEngineHookItems = true;
  page.frame();
  ImGui::GetCurrentContext()->TestEngineHookItems = false;
  int checked = 0;
  for (const ImGuiID id : items) {
    if (id == 0 || is_window(id)) continue;
    const semantic::Node* node = page.tree().find(id);
    CAPTURE(id);
    REQUIRE(node);
    CAPTURE(node->name);
    if (node->role != semantic::Role::row) CHECK_FALSE(node->name.empty());
    ++checked;
  }
  CHECK(page.tree().duplicates() == 0);
  return checked;
}

}  // namespace wasmqtt::test
