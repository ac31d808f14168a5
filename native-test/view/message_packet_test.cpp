// From a message to the packet that brought it or took it away, and back.
#include "chat/packet_fields.hpp"
#include "chat/packet_message.hpp"
#include "view_world.hpp"

using namespace chat;
using namespace chat::test;

TEST_CASE("while the packets are in sight, a message leads to the one that took it away or brought it") {
  ViewWorld world(stage_settings(20), 1900, 1000);
  world.sign_in_as("alice");
  world.receive("chat/messages/alice/peter", message_json("from-peter", "hi"), Qos::at_least_once);
  world.settle();
  world.click(Role::button, "peter");
  CHECK_FALSE(world.has(Role::button, "Show packet"));
  world.click(Role::button, "Show Packets");
  world.fill("Filter", "type:connect");
  CHECK(world.click(Role::button, "Show packet"));
  world.settle();
  CHECK(world.says("publish, inbound"));
  CHECK(world.find(Role::textbox, "Filter")->value.empty());
  world.click(Role::button, "Clear");
  world.settle();
  CHECK(world.click(Role::button, "Show packet"));
  CHECK_FALSE(world.says("publish, inbound"));
}

TEST_CASE("a message leads to its own packet, whatever identifier it has: others choose theirs, too, and may choose the same") {
  ViewWorld world(stage_settings(20), 1900, 1000);
  world.sign_in_as("alice");
  world.receive("chat/messages/alice/peter", message_json("1", "peter's"));
  world.receive("chat/messages/alice/minh", message_json("1", "minh's"));
  world.receive("chat/messages/alice/vy", message_json("content", "vy's"));
  world.receive("chat/messages/alice/jenny", message_json("a\\\"b", "jenny's"));
  // More than the trace keeps of a packet.
  world.receive("chat/messages/alice/long", message_json("1", std::string(65'536, 'x')));
  world.settle();
  world.click(Role::button, "Show Packets");
  for (const std::string sender : {"peter", "minh", "vy", "jenny", "long"}) {
    CAPTURE(sender);
    const auto number = packet_of(*world.state().trace, {{"alice", sender}, world.chat_with(sender)->messages().front().number}, world.state().conversations);
    REQUIRE(number != 0);
    const auto& entry = (*world.state().trace)[number];
    CHECK(packet_topic(entry, world.state().trace->bytes(entry)) == "chat/messages/alice/" + sender);
    if (sender == "long") continue;  // its time is out of sight
    world.click(Role::button, sender);
    CHECK(world.click(Role::button, "Show packet"));
    world.settle();
    CHECK(world.has(Role::heading, "Packet " + std::to_string(number) + ": publish, inbound"));
  }
}

TEST_CASE("on a phone the time of a message leads to its packet in the place of the chat, and that one back") {
  ViewWorld world(stage_settings(20), 390, 844);
  world.sign_in_as("alice");
  world.receive("chat/messages/alice/peter", message_json("from-peter", "hi"), Qos::at_least_once);
  world.settle();
  world.click(Role::button, "peter");
  CHECK(world.click(Role::button, "Show packet"));
  world.settle();
  CHECK(world.says("publish, inbound"));
  CHECK_FALSE(world.has(Role::log, "Messages"));
  CHECK(world.click(Role::button, "Clear"));
  world.settle();
  CHECK(world.click(Role::button, "Show Packets"));
  CHECK(world.has(Role::log, "Messages"));
  CHECK(world.click(Role::button, "Show packet"));
  world.settle();
  CHECK_MESSAGE(world.has(Role::log, "Messages"), "what is not held any more leads nowhere");
}

TEST_CASE("on a phone a packet leads to its message in the place of the packets") {
  ViewWorld world(stage_settings(20), 390, 844);
  world.sign_in_as("alice");
  world.app.handle(AddChat{"peter"});
  world.app.handle(SendMessage{{"alice", "peter"}, "hello"});
  world.app.handle(LeaveChat{});
  world.settle();
  CHECK(world.click(Role::button, "Show Packets"));
  world.fill("Filter", "chat/messages/peter/alice");
  world.screen.ui().handle_activate(row(world, 2)->id);
  world.settle();
  CHECK(world.click(Role::button, "Show message"));
  CHECK(world.state().open == ConversationKey{"alice", "peter"});
  CHECK(world.has(Role::log, "Messages"));
}

TEST_CASE("a packet leads back to its chat message, from its acknowledgement, too") {
  ViewWorld world(stage_settings(20), 1280, 800);
  world.sign_in_as("alice");
  world.app.handle(AddChat{"peter"});
  world.app.handle(SendMessage{{"alice", "peter"}, "hello"});
  world.app.handle(AddChat{"bob"});
  world.settle();
  CHECK(world.click(Role::button, "Show Packets"));
  world.fill("Filter", "type:puback topic:chat/messages/peter/alice");
  REQUIRE(row(world, 2));
  world.screen.ui().handle_activate(row(world, 2)->id);
  world.settle();
  CHECK(world.state().open == ConversationKey{"alice", "bob"});
  CHECK(world.click(Role::button, "Show message"));
  CHECK(world.state().open == ConversationKey{"alice", "peter"});
  CHECK(world.has(Role::button, "Close details"));
  world.fill("Filter", "type:connect");
  world.screen.ui().handle_activate(row(world, 2)->id);
  world.settle();
  CHECK_FALSE(world.has(Role::button, "Show message"));
}
