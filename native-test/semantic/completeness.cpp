// Every interactive item that ImGui was given has a node, and every node a place and, where it needs one, a name.
#include "semantic/semantic.hpp"
#include "support/item_check.hpp"

using namespace semantic;
using namespace wasmqtt::test;

#ifdef IMGUI_ENABLE_TEST_ENGINE

namespace {

struct Everything {
  std::string user, password, message = "two\nlines";
  bool qos = true, dialog_open = false;
  int choice = 0;
  LogState state;
  TableState rows;

  void draw(Ui& ui) {
    const auto all = screen(ui);
    heading(ui, 1, "Gallery");
    {
      const auto login = form(ui, "Login");
      text_field(ui, "Username", user, {.error = "Enter a name"});
      text_field(ui, "Password", password, {.password = true});
      checkbox(ui, "Use QoS 1", qos, {.description = "Publish with QoS 1"});
      button(ui, "Sign In", {.kind = ButtonKind::primary, .width = -1});
    }
    constexpr std::string_view choices[] = {"All", "Inbound"};
    radio_group(ui, "Direction", choices, choice);
    button(ui, "Theme", {.icon = Icon::moon, .icon_only = true});
    link(ui, "Article", "https://example.org/");
    status(ui, "Connected", {.tone = Tone::success, .dot = true});
    alert(ui, "The broker is not reachable.");
    progress(ui, "Loading", 0.4f, "40 %");
    separator(ui, "Today");
    {
      const auto chats = list(ui, "Chats");
      list_item(ui, "peter", 64, {.selected = true, .description = "2 unread"});
      list_item(ui, "vy", 64);
    }
    const Column columns[] = {{.name = "Idx", .width = 60}, {.name = "Topic"}};
    table(ui, "Packets", rows, columns, 30, [](int, int) { return Cell{.text = "x"}; }, {.size = {0, 200}});
    text_field(ui, "Message", message, {.max_lines = 4, .label_visible = false});
    log(ui, "Messages", state, 20, [&](int) { text(ui, "Hello", {.links = true}); }, {.size = {0, 200}});
    if (const auto box = dialog(ui, "New chat", dialog_open)) button(ui, "Create");
  }
};

}  // namespace

TEST_CASE("every interactive item drawn has a node with a role and a name") {
  for (const bool with_dialog : {false, true}) {
    Headless page(900, 2000);
    Everything everything;
    everything.dialog_open = with_dialog;
    page.show([&](Ui& ui) {
      items.clear();  // ImGui's own debug window came before
      everything.draw(ui);
    });
    CHECK(check_items(page) > 15);
  }
}

TEST_CASE("every node has a place on the screen") {
  Headless page(900, 2000);
  Everything everything;
  page.show([&](Ui& ui) { everything.draw(ui); });
  for (const Node& node : page.tree().nodes()) {
    CAPTURE(role_name(node.role));
    CAPTURE(node.name);
    CHECK(node.rect.w > 0);
    CHECK(node.rect.h > 0);
  }
}

#endif
