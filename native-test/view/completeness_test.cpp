// Whatever view, whatever width: every interactive item that ImGui was given has a node with role and name, no two nodes
// share an id, and nothing that can be used lies beside the screen.
#include "support/item_check.hpp"
#include "view_world.hpp"

using namespace chat;
using namespace chat::test;

#ifdef IMGUI_ENABLE_TEST_ENGINE

namespace {

bool is_control(const Node& node) {
  return node.role == Role::button || node.role == Role::textbox || node.role == Role::checkbox ||
         node.role == Role::radio || node.role == Role::link;
}

int check_page(ViewWorld& world) {
  world.settle();
  world.before_draw = [] { items.clear(); };  // ImGui's own debug window came before
  const int checked = check_items(world.screen);
  const float width = ImGui::GetIO().DisplaySize.x;
  for (const Node& node : world.screen.tree().nodes()) {
    if (!is_control(node)) continue;
    CAPTURE(node.name);
    CHECK(node.rect.x >= 0);
    CHECK(node.rect.x + node.rect.w <= width + 0.5f);
  }
  return checked;
}

}  // namespace

TEST_CASE("every item has its node, in every view, from a small phone to a wide screen") {
  for (const float width : {320.0f, 390.0f, 700.0f, 1280.0f, 1900.0f, 3840.0f}) {
    CAPTURE(width);
    Settings settings = stage_settings(40);
    settings.qos1 = false;
    ViewWorld world(settings, width, 900);
    CHECK(check_page(world) >= 9);
    world.activate(Role::button, "Advanced");
    check_page(world);
    world.sign_in_as("alice", "test");
    CHECK(check_page(world) >= 5);
    world.receive("chat/messages/alice/peter", message_json("1", "see https://mqtt.org"), Qos::at_least_once);
    world.receive("chat/messages/alice/peter", message_json("2", std::string(3000, 'x')), Qos::at_least_once);
    world.receive("chat/messages/alice/" + std::string(64, 'w'), message_json("3", "long name"), Qos::at_least_once);
    check_page(world);
    world.app.handle(OpenChat{{"alice", std::string(64, 'w')}});
    check_page(world);
    world.app.handle(OpenChat{{"alice", "peter"}});
    check_page(world);
    world.broker.cut();
    world.app.handle(SendMessage{{"alice", "peter"}, std::string(3000, 'y')});
    CHECK(check_page(world) >= 5);
    CHECK(world.says("With QoS 0, messages are not queued."));
    world.reconnect(false);
    world.activate(Role::button, "Show Packets");
    CHECK(check_page(world) >= 10);
    for (const Node& node : world.screen.tree().nodes())
      if (node.role == Role::row && node.position > 1) {
        world.screen.ui().handle_activate(node.id);
        break;
      }
    check_page(world);
    CHECK(world.has(Role::button, "Close details"));
    for (std::string_view tab : {"Timeline", "Session", "Trouble", "Lessons"}) {
      world.activate(Role::radio, tab);
      check_page(world);
    }
    world.activate(Role::button, "Show Packets");
    world.broker.cut();
    check_page(world);
    world.app.handle_signed_in_elsewhere("alice", "ws://localhost:8080");
    check_page(world);
  }
}

TEST_CASE("every item has its node in a group and its dialogs, too") {
  for (const float width : {320.0f, 390.0f, 1280.0f}) {
    CAPTURE(width);
    ViewWorld world(stage_settings(60), width, 568);
    world.sign_in_as("alice", "test");
    const std::string long_name(64, 'w');
    const std::string room = "abcdefghijklmnop";
    world.receive("chat/groups/of/alice", write_groups({{room, std::string(100, 'W'), "alice", {"alice", "peter", long_name}, {}}}),
                  Qos::at_least_once, true);
    check_page(world);
    world.app.handle(OpenChat{ConversationKey::of_room(room)});
    check_page(world);
    world.activate(Role::button, "Members");
    REQUIRE(world.has(Role::dialog, "Group members"));
    CHECK(check_page(world) >= 10);
    world.activate(Role::button, "Delete group");
    check_page(world);
    world.activate(Role::button, "Cancel");
    world.activate(Role::button, "Close");
    world.app.handle(LeaveChat{});
    world.settle();
    world.activate(Role::button, "New group");
    REQUIRE(world.has(Role::dialog, "New group"));
    check_page(world);
  }
}

TEST_CASE("dark and forced colours draw the same nodes as light") {
  ViewWorld world(stage_settings(30));
  world.sign_in_as("alice");
  world.app.handle(AddChat{"peter"});
  world.settle();
  const std::size_t nodes = world.screen.tree().nodes().size();
  for (const semantic::Scheme scheme : {semantic::Scheme::dark, semantic::Scheme::forced}) {
    world.screen.ui().theme() = semantic::make_theme(scheme);
    world.settle();
    CHECK(world.screen.tree().nodes().size() == nodes);
  }
}

#endif
