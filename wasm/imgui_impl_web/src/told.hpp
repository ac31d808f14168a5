// What a program says of its items where Dear ImGui's hooks cannot: see the end of imgui_impl_web.h. Of one pass.
#pragma once

#include <imgui.h>
#include <imgui_internal.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace imgui_impl_web {

struct ItemFacts {
  std::string name, description, value, purpose;
  float min = 0, max = 0;         // the same: no range
  bool has_value = false, checkable = false, checked = false;
};

/// Something drawn that is no item.
struct Mark {
  enum class What : std::uint8_t { text, image, progress } what = What::text;
  ImGuiWindow* window = nullptr;
  unsigned first = 0, end = 0;    // vertices of its draw list
  ImRect rect;
  ImVec4 clip;
  std::string name;
  int heading = 0;                // of a text: its level
  float fraction = 0, size = 0;   // of progress, 0 to 1; of a text's letters
};

class Told {
 public:
  void clear();
  ItemFacts& of_last_item();
  const ItemFacts* find(ImGuiID id) const;
  void name_table(std::string_view name);
  std::string_view table_name(ImGuiID table) const;
  /// What was drawn last; its letters, if they are its own, began at a vertex `first` that the caller knows.
  Mark& mark_last(Mark::What what, std::string_view name);
  const std::vector<Mark>& marks() const { return marks_; }

 private:
  std::unordered_map<ImGuiID, ItemFacts> items_;
  std::unordered_map<ImGuiID, std::string> tables_;
  std::vector<Mark> marks_;
  Mark ignored_{};
};

}  // namespace imgui_impl_web
