// The browser's text field and Dear ImGui's InputText, kept the same. What is typed, pasted or composed in the element goes into
// the item as the characters that differ, so that its filters, callbacks and undo see it as typed; what the item makes of it
// goes back into the element.
#pragma once

#include "tree.hpp"

#include <imgui.h>
#include <imgui_internal.h>

#include <string_view>

namespace imgui_impl_web {

class TextInput {
 public:
  /// The item whose element has the focus.
  struct Focused {
    ImGuiID id;
    bool news;               // since now
    bool types;              // a field, not a slider: it is ready to type without a further key
    std::string_view shown;  // what its element was given as its text
  };
  /// Dear ImGui is about to handle it.
  void before_item(ImGuiContext& context, const Focused& item, semantic::Ui& ui);
  /// After the program's pass: what the item has made of it. `text` is valid until the next pass.
  Typed after_pass(ImGuiContext& context, semantic::Ui& ui);
  /// The elements have been patched: the item's selection, if it is not the element's.
  bool take_selection(int& begin, int& end);
  /// A key that the item, not the browser, makes something of: Enter, Escape, Tab, Up, Down.
  static void press(ImGuiContext& context, ImGuiKey key);
  static bool is_active(const ImGuiContext& context, ImGuiID id);
  /// Something, since it got the focus: until then Tab leads on, also where the item knows what to do with it.
  bool was_typed() const { return typed_; }

 private:
  struct Selection {
    int begin = -1, end = -1;
    bool operator==(const Selection&) const = default;
  };
  void start(ImGuiContext& context, ImGuiID id, semantic::Ui& ui);
  bool apply_text(ImGuiContext& context, std::string_view wanted);
  static void select(ImGuiInputTextState& state, int begin, int end);
  static Selection selection_of(const ImGuiInputTextState& state);
  ImGuiID id_ = 0;
  Selection element_;      // of the element, as far as we know
  bool differs_ = false;   // the element's text has not gone into the item yet
  int attempts_ = 0, starts_ = 0;
  bool key_queued_ = false;// which the item gets in the next pass
  bool typed_ = false;
  bool select_ = false;    // the item's selection has to go into the element
};

}  // namespace imgui_impl_web
