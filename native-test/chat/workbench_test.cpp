// What the user tries out besides chatting, and files in the place of the connection's packets.
#include "chat/packet_export.hpp"
#include "chat_world.hpp"

using namespace chat;
using namespace chat::test;

namespace {

// All publishes that have left since the last call, by topic; none is answered.
std::map<std::string, wasmqtt::PacketId> take_publishes(World& world) {
  std::map<std::string, wasmqtt::PacketId> taken;
  world.loop.run_turns();
  while (!world.broker.quiet()) {
    const wasmqtt::Packet packet = world.broker.next();
    if (const auto* publish = std::get_if<wasmqtt::Publish>(&packet)) taken[std::string(publish->topic)] = publish->packet_id;
    if (const auto* subscribe = std::get_if<wasmqtt::Subscribe>(&packet)) {
      const std::vector<std::uint8_t> codes(subscribe->requests.size(), 2);
      world.broker.reply(wasmqtt::Suback{subscribe->packet_id, codes});
    }
    world.loop.run_turns();
  }
  return taken;
}

void echo(World& world, std::string_view topic, Qos qos, wasmqtt::PacketId id) {
  world.broker.reply(wasmqtt::Publish{topic, as_bytes("message 1"), id, qos, false, false});
  world.loop.run_turns();
}

}  // namespace

TEST_CASE("anything can be published and subscribed to, and what comes of it is acknowledged and is no notice") {
  World world(stage_settings(20));
  world.sign_in("alice");
  world.app.handle(SubscribeTopic{"any/#", Qos::at_least_once});
  world.answer();
  CHECK(world.filters.back() == "any/#");
  CHECK(world.state().workbench.filters == std::vector<std::string>{"any/#"});
  world.receive("any/thing", "x", Qos::at_least_once);
  CHECK(world.state().notices.list().empty());
  world.app.handle(PublishTopic{.topic = "any/where", .payload = "p", .qos = Qos::at_least_once, .retain = true});
  world.answer();
  CHECK(world.published.back().topic == "any/where");
  CHECK(world.published.back().retain);
  world.app.handle(PublishTopic{.topic = "with/#"});
  CHECK(world.state().workbench.problem.starts_with("Not accepted: "));
  world.app.handle(UnsubscribeTopic{"any/#"});
  CHECK(world.state().workbench.filters.empty());
  world.loop.run_turns();
  (void)world.broker.expect<wasmqtt::Unsubscribe>();
}

TEST_CASE("three lanes count what was sent, arrived, waits, is missing, and came twice") {
  World world(stage_settings(20));
  world.sign_in("alice");
  world.app.handle(SendInLanes{});
  const auto ids = take_publishes(world);
  REQUIRE(ids.size() == 3);
  // QoS 0 is lost; QoS 1 comes twice; QoS 2 once.
  echo(world, "lanes/alice/qos1", Qos::at_least_once, 100);
  echo(world, "lanes/alice/qos1", Qos::at_least_once, 101);
  echo(world, "lanes/alice/qos2", Qos::exactly_once, 102);
  const auto lanes = world.state().workbench.lanes;
  CHECK(lanes[0].missing() == 1);
  CHECK(lanes[1].arrived == 1);
  CHECK(lanes[1].doubled == 1);
  CHECK(lanes[1].waiting == 1);
  CHECK(lanes[2].arrived == 1);
  CHECK(lanes[2].doubled == 0);
  world.broker.reply(wasmqtt::Puback{ids.at("lanes/alice/qos1")});
  world.loop.run_turns();
  CHECK(world.state().workbench.lanes[1].waiting == 0);
  CHECK(world.state().workbench.lanes[1].missing() == 0);
}

TEST_CASE("forgetting the session connects with a clean one once, and then with a kept one again") {
  World world(stage_settings(20));
  world.sign_in("alice");
  world.app.handle(MakeTrouble{Trouble::forget_session});
  world.loop.advance(1s);
  world.broker.accept();
  CHECK(world.broker.expect<wasmqtt::Connect>().clean_session);
  world.broker.reply(wasmqtt::Connack{false});
  world.loop.advance(1s);
  world.broker.accept();
  CHECK_FALSE(world.broker.expect<wasmqtt::Connect>().clean_session);
  world.broker.reply(wasmqtt::Connack{false});
  world.answer();
  CHECK(world.state().connection.kind == ConnectionStatus::Kind::connected);
}

TEST_CASE("the chat comes back from a pulled plug; each row between the packets says what happened") {
  World world(stage_settings(20));
  world.sign_in("alice");
  world.app.handle(MakeTrouble{Trouble::pull_plug});
  world.loop.run_turns();
  CHECK(world.state().connection.kind == ConnectionStatus::Kind::reconnecting);
  world.loop.advance(61s);
  const std::string lines = export_json_lines(*world.state().trace);
  CHECK(lines.find("WebSocket code 1006") != std::string::npos);
  CHECK(lines.find("s before the next attempt.") != std::string::npos);
  CHECK(lines.find("Opening a connection to ws://localhost:8081.") != std::string::npos);
}

TEST_CASE("trouble ends with the session: whoever signs in next has none") {
  World world(stage_settings(20));
  world.sign_in("alice");
  world.app.handle(MakeTrouble{Trouble::freeze});
  world.app.handle(MakeTrouble{Trouble::delay});
  CHECK(world.state().workbench.frozen);
  world.app.handle(Logout{});
  CHECK_FALSE(world.trouble.frozen());
  CHECK(world.trouble.delay() == wasmqtt::Duration{0});
}

TEST_CASE("a file of packets is shown in the place of the connection's, read-only, until it is closed") {
  World world(stage_settings(20));
  world.sign_in("alice");
  const std::string lines = export_json_lines(*world.state().trace);
  const wasmqtt::PacketTrace* live = world.state().trace;
  world.app.handle_file("yesterday.jsonl", lines);
  CHECK(world.state().opened_file == "yesterday.jsonl");
  CHECK(world.state().trace != live);
  const std::uint64_t count = world.state().trace->end();
  world.receive("chat/messages/alice/peter", message_json("1", "hi"));
  world.app.handle(ClearPackets{});
  CHECK(world.state().trace->end() == count);
  CHECK(world.state().trace->first() == 1);
  world.app.handle(ClosePackets{});
  CHECK(world.state().trace == live);
  CHECK(world.state().opened_file.empty());
  world.app.handle_file("no.txt", "hello");
  CHECK(world.state().trace == live);
  CHECK(world.state().notices.list().back().text.starts_with("This is no file of MQTT packets"));
  world.app.handle_file("large.pcapng", "");
  CHECK(world.state().notices.list().back().text == "This file is empty, has more than 64 MB, or cannot be read.");
}

TEST_CASE("what was asked for with QoS 0 and granted so is no problem") {
  World world(stage_settings(20));
  world.sign_in("alice");
  world.app.handle(SendInLanes{});
  world.app.handle(SubscribeTopic{"a/b", Qos::at_most_once});
  world.answer();
  CHECK(world.state().notices.list().empty());
}
