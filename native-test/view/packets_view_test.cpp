#include "view_world.hpp"

#include <cmath>

#include "chat/packet_export.hpp"

using namespace chat;
using namespace chat::test;

namespace {

void open_packets(ViewWorld& world) {
  world.sign_in_as("alice", "s3cret");
  CHECK(world.click(Role::button, "Show Packets"));
}

}  // namespace

TEST_CASE("the packets stand in a table with the article's words") {
  ViewWorld world(stage_settings(40), 1900, 1000);
  open_packets(world);
  CHECK(world.find(Role::button, "Show Packets")->is(semantic::state_pressed));
  CHECK(world.has(Role::table, "Packets"));
  for (std::string_view name : {"Idx", "Direction", "Time (ms)", "Packet", "Topic", "QoS", "Id", "Size", "RTT"})
    CHECK_MESSAGE(world.has(Role::column_header, name), name);
  for (std::string_view name : {"connect", "connack", "publish", "subscribe", "suback", "puback", "OUTBOUND", "INBOUND",
                                "chat/status/alice"})
    CHECK_MESSAGE(world.has(Role::cell, name), name);
  for (std::string_view name : {"Pause", "Clear", "Export"}) CHECK(world.has(Role::button, name));
  for (std::string_view name : {"Table", "Timeline", "Session", "Show All Packets", "Inbound Only", "Outbound only"}) CHECK(world.has(Role::radio, name));
  CHECK(world.has(Role::textbox, "Filter"));
  CHECK(world.has(Role::checkbox, "Show Pings"));
  CHECK(world.has(Role::textbox, "New chat"));  // the chat stays usable beside it
}

TEST_CASE("filters: direction, text, pings") {
  ViewWorld world(stage_settings(40), 1900, 1000);
  open_packets(world);
  world.click(Role::radio, "Inbound Only");
  CHECK_FALSE(world.has(Role::cell, "OUTBOUND"));
  CHECK(world.has(Role::cell, "INBOUND"));
  world.click(Role::radio, "Outbound only");
  CHECK_FALSE(world.has(Role::cell, "INBOUND"));
  world.click(Role::radio, "Show All Packets");
  world.fill("Filter", "STATUS");
  CHECK(world.has(Role::cell, "publish"));
  CHECK_FALSE(world.has(Role::cell, "connect"));
  world.fill("Filter", "");
  world.pass(70s);
  world.settle();
  CHECK_FALSE(world.has(Role::cell, "pingreq"));
  world.click(Role::checkbox, "Show Pings");
  CHECK(world.has(Role::cell, "pingreq"));
  CHECK(world.has(Role::cell, "pingresp"));
}

TEST_CASE("a filter shows what it does in the very frame in which it was typed") {
  ViewWorld world(stage_settings(20));
  world.sign_in_as("alice");
  world.activate(Role::button, "Show Packets");
  world.screen.fill("Filter", "CONNACK");
  CHECK(world.says("1 of "));
}

TEST_CASE("details name every field; the password is nowhere, not even in the export") {
  ViewWorld world(stage_settings(40), 1900, 1000);
  open_packets(world);
  std::string exported;
  world.app.on_download = [&](const std::string&, const std::string& text) { exported = text; };
  REQUIRE(row(world, 3));
  world.screen.ui().handle_activate(row(world, 3)->id);
  world.settle();
  CHECK(world.has(Role::heading, "Packet 2: connect, outbound"));
  for (std::string_view name : {"Client id", "Clean session", "Keep alive", "Will topic", "Will QoS", "Will retain",
                                "Will payload", "User name", "Password"})
    CHECK_MESSAGE(world.has(Role::cell, name), name);
  CHECK(world.has(Role::cell, "••••"));
  CHECK(world.has(Role::cell, "mqtt-chat-client-alice"));
  CHECK(world.click(Role::button, "Answer: connack 3"));
  CHECK(world.has(Role::heading, "Packet 3: connack, inbound"));
  CHECK(world.has(Role::button, "Answer to: connect 2"));
  CHECK(world.has(Role::cell, "Session present"));
  world.click(Role::button, "Export");
  CHECK(exported.find("\"packet\":\"connect\"") != std::string::npos);
  CHECK(exported.find("s3cret") == std::string::npos);
  CHECK_FALSE(world.says("s3cret"));
  CHECK(world.click(Role::button, "Close details"));
  CHECK_FALSE(world.says("Packet 3:"));
  world.screen.ui().handle_activate(row(world, 3)->id);
  world.settle();
  CHECK(world.has(Role::button, "Close details"));
  world.screen.press_escape();
  world.settle();
  CHECK_FALSE(world.has(Role::button, "Close details"));
}

TEST_CASE("pause holds the list, clear empties it") {
  ViewWorld world(stage_settings(40), 1900, 1000);
  open_packets(world);
  world.click(Role::button, "Pause");
  world.receive("chat/messages/alice/peter", message_json("1", "later"), Qos::at_least_once);
  world.settle();
  CHECK_FALSE(world.has(Role::cell, "chat/messages/alice/peter"));
  CHECK(world.says("paused: 2 new"));
  CHECK_FALSE(world.has(Role::button, "Pause"));
  world.click(Role::button, "Resume");
  CHECK(world.has(Role::cell, "chat/messages/alice/peter"));
  world.click(Role::button, "Clear");
  CHECK(world.has(Role::text, "No packets yet"));
}

TEST_CASE("more packets than are kept: the newest are there, and the others are counted") {
  ViewWorld world(stage_settings(10), 1900, 1000);
  open_packets(world);
  const std::vector<std::uint8_t> ping{0xC0, 0};
  for (int i = 0; i < 100'007; ++i)
    world.app.mqtt()->trace().record(world.loop.now(), wasmqtt::Direction::outbound, ping);
  world.settle();
  CHECK_MESSAGE(world.says("of 100 000 packets"), "the ring is full");
  CHECK(world.says("older dropped"));
}

TEST_CASE("the timeline shows the same packets as arrows with names") {
  ViewWorld world(stage_settings(40), 1900, 1000);
  open_packets(world);
  world.click(Role::radio, "Timeline");
  CHECK(world.has(Role::log, "Timeline"));
  CHECK(world.has(Role::button, "2 outbound connect with will"));
  world.click(Role::button, "2 outbound connect with will");
  CHECK(world.has(Role::heading, "Packet 2: connect, outbound"));
}

TEST_CASE("a wide table has retain, DUP and the payload, too") {
  ViewWorld world(stage_settings(40), 2600, 1000);
  open_packets(world);
  world.receive("chat/messages/alice/peter", message_json("7", "again"), Qos::at_least_once, false, true);
  world.settle();
  for (std::string_view name : {"Retain", "DUP", "Payload"}) CHECK(world.has(Role::column_header, name));
  CHECK(world.count_named(Role::cell, "yes") >= 2);  // the retained status, the repeated message
  CHECK(world.has(Role::cell, message_json("7", "again")));
}

TEST_CASE("pointing at a packet marks the others of its exchange, in the table and on the timeline") {
  ViewWorld world(stage_settings(20), 1900, 1000);
  open_packets(world);
  REQUIRE(world.has(Role::cell, "suback"));
  const semantic::Rect suback = world.find(Role::cell, "suback")->rect;
  world.screen.move_pointer({suback.x + 4, suback.y + 4});
  world.settle();
  int marked = 0;
  for (const Node& node : world.screen.tree().nodes()) marked += node.name.ends_with(", of the same exchange") ? 1 : 0;
  CHECK(marked == 2);
}

TEST_CASE("the timeline says what waits for its answer, what is retained or repeated, who has a will, and for how long nothing happened") {
  ViewWorld world(stage_settings(30), 1900, 1200);
  open_packets(world);
  world.pass(5s);
  world.receive("chat/messages/alice/peter", message_json("7", "again"), Qos::at_least_once, false, true);
  REQUIRE(world.app.mqtt()->publish("x", "", {.qos = Qos::exactly_once}));
  world.loop.run_turns();
  world.settle();
  world.click(Role::radio, "Timeline");
  CHECK(world.says("outbound connect with will"));
  CHECK(world.says("QoS 1 retain chat/status/alice"));
  CHECK(world.says("QoS 1 DUP chat/messages/alice/peter"));
  CHECK(world.says("QoS 2 x, not answered"));
  CHECK(world.says("s without a packet"));
}

TEST_CASE("the session has its state, subscriptions with the granted QoS, what is in flight, and the topics with what is retained") {
  ViewWorld world(stage_settings(30), 1900, 1800);
  open_packets(world);
  world.receive("chat/status/bob", status_json("online"), Qos::at_most_once, true);
  world.click(Role::radio, "Session");
  CHECK(world.has(Role::cell, "mqtt-chat-client-alice"));
  CHECK(world.says("new"));
  CHECK(world.says("kept by the broker"));
  CHECK(world.says("s, if idle"));
  CHECK(world.has(Role::cell, "chat/messages/alice/+"));
  CHECK(world.says("Nothing: every publish"));
  CHECK(world.has(Role::cell, "chat/status/bob"));
  CHECK(world.count_named(Role::cell, status_json("online")) == 2);  // the last message there, and retained
  REQUIRE(world.app.mqtt()->publish("x/y", "", {.qos = Qos::at_least_once}));
  world.screen.frame(2);
  CHECK(world.has(Role::table, "In flight"));
  CHECK(world.has(Role::cell, "x/y"));
  world.settle();
  CHECK_FALSE(world.has(Role::table, "In flight"));
  world.click(Role::radio, "Table");
  world.settle();
  CHECK_FALSE(world.state().session);
}

TEST_CASE("hostile input is a notice beside the packets, and can be dismissed") {
  ViewWorld world(stage_settings(20), 1900, 1000);
  open_packets(world);
  world.receive("chat/messages/alice/mallory", "{");
  world.settle();
  CHECK(world.says("could not be read"));
  world.click(Role::button, "Dismiss");
  CHECK_FALSE(world.says("could not be read"));
}

TEST_CASE("the export is one JSON object a line") {
  World world(stage_settings(20));
  world.sign_in("alice");
  world.receive("chat/messages/alice/peter", message_json("1", "two\\nlines"), Qos::at_least_once);
  const std::string lines = export_json_lines(world.app.mqtt()->trace());
  std::size_t count = 0;
  for (std::size_t from = 0; from < lines.size(); ++count) {
    const std::size_t end = lines.find('\n', from);
    CHECK(lines[from] == '{');
    CHECK(lines[end - 1] == '}');
    from = end + 1;
  }
  CHECK(count == world.app.mqtt()->trace().end() - 1);
  CHECK(lines.find("\"payload\": {") != std::string::npos);
}

TEST_CASE("on the smallest phone the status keeps off the buttons, and the packets have most of the window") {
  ViewWorld world(stage_settings(40), 320, 640);
  open_packets(world);
  const auto rect = [&](Role role, std::string_view name) {
    const Node* node = world.find(role, name);
    REQUIRE_MESSAGE(node != nullptr, name);
    return node->rect;
  };
  const semantic::Rect status = rect(Role::status, "Connected");
  CHECK(status.x + status.w + 8 <= rect(Role::button, "Show Packets").x);
  CHECK(rect(Role::group, "Packet tools").h <= 640 * 0.35f);
  CHECK(rect(Role::column_header, "Topic").w >= 100);
  CHECK(world.has(Role::column_header, "Direction"));
  CHECK(world.has(Role::cell, "OUTBOUND"));
  const float filters = rect(Role::table, "Packets").y;
  CHECK(world.click(Role::cell, "suback"));
  CHECK(world.has(Role::region, "Packet details"));
  CHECK(rect(Role::table, "Packets").y < filters - 80);  // the filters' room
  CHECK_FALSE(world.has(Role::textbox, "Filter"));
  CHECK(world.click(Role::button, "Close details"));
  CHECK(world.has(Role::textbox, "Filter"));
}

TEST_CASE("the heading of the packets stands on the line of their buttons") {
  for (const float width : {390.0f, 1280.0f, 2560.0f}) {
    ViewWorld world(stage_settings(40), width, 900);
    open_packets(world);
    const auto middle = [&](Role role, std::string_view name) {
      const semantic::Rect& r = world.find(role, name)->rect;
      return r.y + r.h * 0.5f;
    };
    CAPTURE(width);
    const float slack = width < 640 ? 10.0f : 1.0f;  // a phone has the count below the heading
    CHECK(std::abs(middle(Role::heading, "Packets") - middle(Role::button, "Pause")) <= slack);
    CHECK(std::abs(middle(Role::textbox, "Filter") - middle(Role::checkbox, "Show Pings")) <= 2);
  }
}

TEST_CASE("a splitter between chat and packets: by keyboard, by pointer, within its limits") {
  ViewWorld world(stage_settings(20), 1280, 800);
  open_packets(world);
  const Node* bar = world.find(Role::separator, "Chat and packets");
  REQUIRE(bar);
  CHECK(bar->is(semantic::state_focusable));
  CHECK(bar->progress == doctest::Approx(0.5));
  const float before = world.find(Role::region, "Conversation")->rect.h;
  world.screen.ui().handle_row(bar->id, 60);
  world.settle();
  CHECK(world.state().packet_layout.above == 60);
  CHECK(world.find(Role::region, "Conversation")->rect.h > before + 60);
  CHECK(world.find(Role::separator, "Chat and packets")->progress == doctest::Approx(0.6));
  world.screen.ui().handle_row(bar->id, 100);
  world.settle();
  bar = world.find(Role::separator, "Chat and packets");
  CHECK(world.state().packet_layout.above == bar->set_size);
  CHECK(bar->set_size < 90);
  const semantic::Rect grip = bar->rect;
  world.screen.move_pointer({grip.x + 100, grip.y + grip.h / 2});
  world.screen.frame();
  ImGui::GetIO().AddMouseButtonEvent(0, true);
  world.screen.frame();
  world.screen.move_pointer({grip.x + 100, 300});
  world.settle();
  ImGui::GetIO().AddMouseButtonEvent(0, false);
  world.settle();
  bar = world.find(Role::separator, "Chat and packets");
  CHECK(bar->rect.y + bar->rect.h / 2 == doctest::Approx(300).epsilon(0.02));
  // A last move that comes with the release, in the frame of it, counts, and is remembered.
  world.screen.move_pointer({grip.x + 100, 300});
  ImGui::GetIO().AddMouseButtonEvent(0, true);
  world.screen.frame();
  ImGui::GetIO().AddMousePosEvent(grip.x + 100, 400);
  ImGui::GetIO().AddMouseButtonEvent(0, false);
  world.settle();
  bar = world.find(Role::separator, "Chat and packets");
  CHECK(bar->rect.y + bar->rect.h / 2 == doctest::Approx(400).epsilon(0.02));
}

TEST_CASE("the packets are docked right or below, where there is room for either") {
  ViewWorld world(stage_settings(20), 1280, 800);
  open_packets(world);
  CHECK(world.find(Role::region, "Packets")->rect.w > 1000);
  CHECK(world.click(Role::button, "Dock right"));
  CHECK(world.find(Role::region, "Packets")->rect.w < 700);
  CHECK(world.find(Role::region, "Packets")->rect.h > 600);
  CHECK(world.click(Role::button, "Dock below"));
  CHECK(world.find(Role::region, "Packets")->rect.w > 1000);
  world.resize(900, 800);
  CHECK_FALSE(world.has(Role::button, "Dock right"));
}

TEST_CASE("the details leave the table the columns of the article") {
  ViewWorld world(stage_settings(20), 1280, 800);
  open_packets(world);
  world.screen.ui().handle_activate(row(world, 3)->id);
  world.settle();
  REQUIRE(world.has(Role::button, "Close details"));
  for (std::string_view name : {"Idx", "Direction", "Time (ms)", "Packet", "Topic", "QoS", "Id", "Size", "RTT"})
    CHECK_MESSAGE(world.has(Role::column_header, name), name);
}
