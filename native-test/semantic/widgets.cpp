#include "semantic/headless.hpp"
#include "semantic/semantic.hpp"

#include <doctest/doctest.h>

using namespace semantic;

TEST_CASE("a button is activated by pointer and by keyboard, once each") {
  Headless page(400, 300);
  int sent = 0;
  page.show([&](Ui& ui) {
    const auto all = screen(ui);
    if (button(ui, "Send", {.kind = ButtonKind::primary})) ++sent;
  });
  CHECK(page.click(Role::button, "Send"));
  CHECK(sent == 1);
  CHECK(page.activate(Role::button, "Send"));
  CHECK(sent == 2);
  page.frame(3);
  CHECK(sent == 2);
}

TEST_CASE("a disabled button is not activated and tells the reason") {
  Headless page(400, 300);
  int sent = 0;
  page.show([&](Ui& ui) {
    const auto all = screen(ui);
    if (button(ui, "Send", {.disabled_reason = "Offline"})) ++sent;
    const auto off = disabled(ui, true, "Signing in");
    if (button(ui, "Other")) ++sent;
  });
  CHECK_FALSE(page.click(Role::button, "Send"));
  page.ui().handle_activate(page.find(Role::button, "Send")->id);
  page.frame(2);
  CHECK(sent == 0);
  CHECK(page.find(Role::button, "Send")->description == "Offline");
  CHECK(page.find(Role::button, "Other")->is(state_disabled));
  CHECK(page.find(Role::button, "Other")->description == "Signing in");
}

TEST_CASE("an activation that no widget claims is dropped, not kept for a later widget") {
  Headless page(400, 300);
  bool there = true;
  int sent = 0;
  page.show([&](Ui& ui) {
    const auto all = screen(ui);
    if (there && button(ui, "Send")) ++sent;
  });
  const Id id = page.find(Role::button, "Send")->id;
  there = false;
  page.frame();
  page.ui().handle_activate(id);
  page.frame();
  there = true;
  page.frame(2);
  CHECK(sent == 0);
}

TEST_CASE("checkboxes and radio buttons change and say so") {
  Headless page(400, 300);
  bool qos = false;
  int shown = 0;
  constexpr std::string_view choices[] = {"All", "Inbound", "Outbound"};
  page.show([&](Ui& ui) {
    const auto all = screen(ui);
    checkbox(ui, "Use QoS 1", qos);
    radio_group(ui, "Direction", choices, shown);
  });
  page.click(Role::checkbox, "Use QoS 1");
  CHECK(qos);
  CHECK(page.find(Role::checkbox, "Use QoS 1")->is(state_checked));
  page.activate(Role::radio, "Outbound");
  page.frame();
  CHECK(shown == 2);
  CHECK(page.find(Role::radio, "Outbound")->is(state_checked));
  CHECK_FALSE(page.find(Role::radio, "All")->is(state_checked));
  const Node* radio = page.find(Role::radio, "Outbound");
  CHECK(page.tree().nodes()[static_cast<std::size_t>(radio->parent)].role == Role::radio_group);
}

TEST_CASE("a field takes the platform's text, and the program's text wins when it changes") {
  Headless page(400, 300);
  std::string message;
  int changes = 0;
  page.show([&](Ui& ui) {
    const auto all = screen(ui);
    changes += text_field(ui, "Message", message).changed ? 1 : 0;
  });
  CHECK(page.fill("Message", "Grüße 你好"));
  CHECK(message == "Grüße 你好");
  CHECK(changes == 1);
  message.clear();
  page.frame();
  CHECK(page.find(Role::textbox, "Message")->value.empty());
  page.frame();
  CHECK(changes == 1);
}

TEST_CASE("a field refuses a text above its limit as a whole and says so; what was typed before it, in the same frame, stays") {
  Headless page(400, 300);
  std::string name;
  std::size_t refused = 0;
  page.show([&](Ui& ui) {
    const auto all = screen(ui);
    refused += text_field(ui, "Username", name, {.max_bytes = 4}).refused;
  });
  page.fill("Username", "abü");
  CHECK(name == "abü");
  CHECK(refused == 0);
  const Id id = page.find(Role::textbox, "Username")->id;
  page.ui().handle_text({.id = id, .text = "ab"});
  page.ui().handle_text({.id = id, .text = "abcü"});
  page.frame();
  CHECK(name == "ab");
  CHECK(refused == 5);
  page.frame();
  CHECK(refused == 5);
}

TEST_CASE("an error marks the field invalid, describes it and is read beside it") {
  Headless page(400, 300);
  std::string name;
  page.show([&](Ui& ui) {
    const auto all = screen(ui);
    text_field(ui, "Username", name, {.error = "Enter a name", .autocomplete = "username", .required = true});
  });
  const Node* field = page.find(Role::textbox, "Username");
  REQUIRE(field);
  CHECK(field->is(state_invalid));
  CHECK(field->is(state_required));
  CHECK(field->description == "Enter a name");
  CHECK(field->autocomplete == "username");
  CHECK(page.find(Role::text, "Enter a name"));
}

TEST_CASE("the field that has the focus is left to a platform that paints typing, a password is not") {
  Headless page(400, 300);
  page.ui().platform_paints_typing = true;
  std::string user, password;
  page.show([&](Ui& ui) {
    const auto all = screen(ui);
    text_field(ui, "Username", user, {.placeholder = "alice"});
    text_field(ui, "Password", password, {.password = true});
  });
  const auto left_to_platform = [&](const char* name) { return page.find(Role::textbox, name)->is(state_typing); };
  const auto corners = [&] { return page.frame(), ImGui::GetDrawData()->TotalVtxCount; };
  const auto focus = [&](const char* name) {
    page.ui().handle_focus(page.find(Role::textbox, name)->id);
    page.frame();
  };
  focus("Username");
  const int focused = corners();
  CHECK(left_to_platform("Username"));
  page.fill("Username", "somebody");
  focus("Username");
  CHECK(corners() == focused);
  focus("Password");
  CHECK_FALSE(left_to_platform("Username"));
  CHECK_FALSE(left_to_platform("Password"));
  const int empty = corners();
  page.fill("Password", "secret");
  focus("Password");
  CHECK(corners() > empty);
}

TEST_CASE("Enter in any field submits the form around it") {
  Headless page(400, 300);
  std::string user, other;
  int submitted = 0;
  page.show([&](Ui& ui) {
    const auto all = screen(ui);
    {
      const auto login = form(ui, "Login");
      text_field(ui, "Username", user);
      submitted += login.submitted() ? 1 : 0;
    }
    text_field(ui, "Elsewhere", other);
  });
  page.press_enter("Elsewhere");
  CHECK(submitted == 0);
  page.press_enter("Username");
  CHECK(submitted == 1);
}

TEST_CASE("a multi-line field grows with its text up to its limit") {
  Headless page(400, 300);
  std::string message;
  page.show([&](Ui& ui) {
    const auto all = screen(ui);
    text_field(ui, "Message", message, {.max_lines = 3});
  });
  const float one = page.find(Role::textbox, "Message")->rect.h;
  page.fill("Message", "1\n2");
  CHECK(page.find(Role::textbox, "Message")->rect.h == one + 24);
  page.fill("Message", "1\n2\n3\n4\n5");
  CHECK(page.find(Role::textbox, "Message")->rect.h == one + 48);
}

TEST_CASE("a dialog is modal, takes Escape, and is as high as what is in it") {
  Headless page(800, 600);
  bool open = true;
  page.show([&](Ui& ui) {
    const auto all = screen(ui);
    if (const auto box = dialog(ui, "New chat", open)) button(ui, "Create");
  });
  const Node* box = page.find(Role::dialog, "New chat");
  REQUIRE(box);
  CHECK(box->is(state_modal));
  CHECK(box->rect.h == doctest::Approx(40 + 2 * Theme::space_6));
  page.press_escape();
  page.frame();
  CHECK_FALSE(page.find(Role::dialog, "New chat"));
}

TEST_CASE("ids stay the same from frame to frame and when other widgets come") {
  Headless page(400, 300);
  bool more = false;
  page.show([&](Ui& ui) {
    const auto all = screen(ui);
    if (more) text(ui, "A line above");
    button(ui, "Send");
  });
  const Id before = page.find(Role::button, "Send")->id;
  more = true;
  page.frame(2);
  CHECK(page.find(Role::button, "Send")->id == before);
}

TEST_CASE("text says its lines for a layer to select from, with links as pieces") {
  Headless page(300, 300);
  const std::string words = "A message that is long enough to wrap, see https://example.org/x, right?";
  page.show([&](Ui& ui) {
    const auto all = screen(ui);
    text(ui, words, {.links = true});
  });
  const Node* node = page.find(Role::text, words);
  REQUIRE(node);
  std::string joined;
  std::string href;
  for (const TextLine& line : node->lines) joined += line.text, href += line.href;
  CHECK(joined == words);
  CHECK(href.find("https://example.org/x") != std::string::npos);
}

TEST_CASE("a scroll area goes where the platform scrolled it, and not past its end") {
  Headless page(400, 200);
  page.show([&](Ui& ui) {
    const auto all = screen(ui);
    const auto area = scroll_area(ui, "Settings");
    for (int i = 0; i < 50; ++i) {
      const IdScope scope(i);
      button(ui, "Row");
    }
  });
  const float top = page.find(Role::button, "Row")->rect.y;
  CHECK(page.scroll("Settings", 100));
  CHECK(page.find(Role::button, "Row")->rect.y == top - 100);
  page.scroll("Settings", 1e6f);
  page.frame();
  const Node* area = page.find(Role::group, "Settings");
  CHECK(area->scroll_y == area->content_height - area->rect.h);
}

TEST_CASE("a region below the fold is as high, and its widgets are as named, as when it is in sight") {
  Headless page(400, 200);
  page.show([&](Ui& ui) {
    const auto all = screen(ui);
    const auto area = scroll_area(ui, "Settings");
    for (const char* name : {"First", "Second", "Third"}) {
      const auto part = region(ui, {.role = Role::region, .name = name, .auto_height = true});
      for (int i = 0; i < 8; ++i) {
        const IdScope scope(i);
        button(ui, name);
      }
    }
  });
  const float first = page.find(Role::region, "First")->rect.h;
  CHECK(first > 200);
  CHECK(page.find(Role::region, "Third")->rect.h == first);
  CHECK(page.find(Role::button, "Third")->rect.h == page.find(Role::button, "First")->rect.h);
  const float height = page.find(Role::group, "Settings")->content_height;
  CHECK(height > 3 * first);
  page.scroll("Settings", height - 200);
  CHECK(page.find(Role::group, "Settings")->scroll_y == height - 200);
}

TEST_CASE("a table asks only for the rows in sight and says which row was chosen") {
  Headless page(600, 300);
  TableState state;
  state.stick_to_bottom = false;
  const Column columns[] = {{.name = "Idx", .width = 60}, {.name = "Topic"}, {.name = "RTT", .width = 80, .hide_below = 700}};
  int asked = 0, chosen = -1;
  std::string held;
  page.show([&](Ui& ui) {
    asked = 0;
    const auto all = screen(ui);
    const TableResult result = table(ui, "Packets", state, columns, 100000, [&](int row, int) {
      ++asked;
      held = std::to_string(row);
      return Cell{.text = held};
    });
    if (result.activated >= 0) chosen = result.activated;
  });
  CHECK(asked < 60);
  CHECK_FALSE(page.find(Role::column_header, "RTT"));
  CHECK(page.find(Role::table, "Packets")->set_size == 100001);
  for (const Node& node : page.tree().nodes())
    if (node.role == Role::row && node.position == 5) page.ui().handle_activate(node.id);
  page.frame();
  CHECK(chosen == 3);
}
