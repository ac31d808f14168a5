// A platform without a screen: ImGui without a renderer, and user input as function calls. For native tests of views.
//
//   semantic::Headless page(1280, 800);
//   page.show([&](semantic::Ui& ui) { auto all = semantic::screen(ui); draw(ui, state); });
//   page.fill("Username", "alice");
//   page.click(Role::button, "Sign In");
//   CHECK(page.find(Role::heading, "Chats"));
//
// Things are found by role and exact accessible name, as a browser test finds them. What cannot be found or is disabled
// makes the call return false and changes nothing.
#pragma once

#include "semantic/ui.hpp"

#include <functional>
#include <string>

namespace semantic {

class Headless {
 public:
  using Draw = std::function<void(Ui&)>;

  Headless(float width, float height);
  ~Headless();
  Headless(const Headless&) = delete;
  Headless& operator=(const Headless&) = delete;

  Ui& ui() { return ui_; }
  const Tree& tree() const { return ui_.tree(); }

  void show(Draw draw);            ///< What each frame draws; draws one.
  void frame(int count = 1);       ///< Draws frames, each until it is settled. The clock moves 1/60 s with each.
  void resize(float width, float height);

  const Node* find(Role role, std::string_view name) const { return ui_.tree().find(role, name); }
  bool fill(std::string_view field, std::string_view text);
  bool press_enter(std::string_view field);
  void press_escape();
  bool click(Role role, std::string_view name);     ///< With the pointer, in the middle of what can be seen of it.
  bool activate(Role role, std::string_view name);  ///< With the keyboard.
  bool scroll(std::string_view container, float y);
  void move_pointer(ImVec2 to);

  std::vector<Request> requests;   ///< All that were made, oldest first; clear it freely.
  int passes = 0;                  ///< Frames drawn, those drawn again to settle included.

 private:
  void pass();
  ImGuiContext* context_;
  Ui ui_;
  Draw draw_;
};

}  // namespace semantic
