// The whole page on a screen that nobody sees, over a ChatApp and its scripted broker.
//
//   ViewWorld world(stage_settings(10));
//   world.fill("Username", "alice");
//   world.click(Role::button, "Sign In");
#pragma once

#include "chat_view/page.hpp"
#include "chat_world.hpp"
#include "semantic/headless.hpp"

namespace chat::test {

using semantic::Node;
using semantic::Role;

struct ViewWorld : World {
  explicit ViewWorld(Settings settings = stage_settings(10), float width = 1280, float height = 800)
      : World(std::move(settings)), screen(width, height) {
    screen.show([this](semantic::Ui& ui) {
      if (before_draw) before_draw();
      page.draw(ui, state(), intents);
    });
    settle();
  }

  // Hands over what the user asked for, lets the broker answer, and draws until nothing changes any more.
  void settle() {
    for (int i = 0; i < 4; ++i) {
      screen.frame();
      const Intents asked = std::exchange(intents, {});
      app.handle(asked);
      if (broker.is_open()) answer();
      if (asked.empty() && i > 0) break;
    }
    screen.frame();
  }
  void sign_in_as(const std::string& user, const std::string& password = "") {
    sign_in(user, password);
    settle();
  }
  void resize(float width, float height) {
    screen.resize(width, height);
    settle();
  }

  bool click(Role role, std::string_view name) {
    const bool done = screen.click(role, name);
    settle();
    return done;
  }
  bool activate(Role role, std::string_view name) {
    const bool done = screen.activate(role, name);
    settle();
    return done;
  }
  bool fill(std::string_view field, std::string_view text) {
    const bool done = screen.fill(field, text);
    settle();
    return done;
  }
  bool press_enter(std::string_view field) {
    const bool done = screen.press_enter(field);
    settle();
    return done;
  }

  const Node* find(Role role, std::string_view name) const { return screen.find(role, name); }
  bool has(Role role, std::string_view name) const { return find(role, name) != nullptr; }
  // Some node says this in its name, value or description.
  bool says(std::string_view words) const {
    for (const Node& node : screen.tree().nodes())
      for (std::string_view text : {node.name, node.value, node.description})
        if (text.find(words) != std::string_view::npos) return true;
    return false;
  }
  int count_named(Role role, std::string_view name) const {
    int sum = 0;
    for (const Node& node : screen.tree().nodes()) sum += node.role == role && node.name == name ? 1 : 0;
    return sum;
  }
  int count(Role role) const {
    int sum = 0;
    for (const Node& node : screen.tree().nodes()) sum += node.role == role ? 1 : 0;
    return sum;
  }

  semantic::Headless screen;
  chat_view::Page page;
  Intents intents;
  std::function<void()> before_draw;
};

// The row of a table in this position, if it is drawn.
inline const Node* row(const ViewWorld& world, int position) {
  for (const Node& node : world.screen.tree().nodes())
    if (node.role == Role::row && node.position == position) return &node;
  return nullptr;
}

}  // namespace chat::test
