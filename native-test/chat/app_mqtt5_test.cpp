// ChatApp in MQTT 5: what the broker says reaches the user.
#include "chat_world.hpp"

#include "chat/wire.hpp"

using namespace chat;
using namespace chat::test;
using wasmqtt::PropertyId;
using wasmqtt::PropertyList;
using wasmqtt::ReasonCode;

namespace {

Settings stage5(int stage) {
  Settings settings = stage_settings(stage);
  settings.mqtt5 = true;
  return settings;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// alice, her chat with peter, and what became of a message in it.
ChatMessage send(World& world, const std::string& text = "hi") {
  world.app.handle(AddChat{"peter"});
  world.app.handle(SendMessage{{"alice", "peter"}, text});
  world.answer();
  return world.chat_with("peter")->messages().back();
}

void end_connection(World& world, ReasonCode code) {
  world.broker.reply(wasmqtt::Disconnect{code});
  world.broker.cut();
  world.loop.run_turns();
}

}  // namespace

TEST_CASE("CONNECT asks for MQTT 5, and for a session that outlives the connection where QoS 1 is used") {
  World kept(stage5(20));
  kept.sign_in("alice");
  CHECK(has(kept.connect_packet, "session_expiry_interval=4294967295"));
  CHECK_FALSE(has(kept.connect_packet, "clean_session"));
  World clean(stage5(10));
  clean.sign_in("alice");
  CHECK_FALSE(has(clean.connect_packet, "session_expiry_interval"));
  CHECK(has(clean.connect_packet, "clean_session"));
}

TEST_CASE("the will is held back where the session is kept, and says so; with a clean session it could not be") {
  World world(stage5(30));
  world.sign_in("alice");
  CHECK(has(world.connect_packet, "will_delay_interval=10"));
  CHECK(has(world.connect_packet, "user_property=willDelayInterval:10"));
  Settings clean = stage5(30);
  clean.qos1 = false;
  World other(clean);
  other.sign_in("alice");
  CHECK(has(other.connect_packet, "will=chat/status/alice"));
  CHECK_FALSE(has(other.connect_packet, "will_delay_interval"));
}

TEST_CASE("a will that was held back shows at once; one that was not, when its owner has not come with it") {
  World world(stage5(30));
  world.sign_in("alice");
  PropertyList held_back;
  REQUIRE_FALSE(static_cast<bool>(held_back.add_user_property("willDelayInterval", "10")));
  for (const bool delayed : {false, true}) {
    world.receive("chat/status/peter", status_json("online"));
    const std::string will = status_json("offline", "2023-11-14T22:00:00+01:00");
    world.broker.reply(wasmqtt::Publish{"chat/status/peter", as_bytes(will), 0, Qos::at_most_once, false, false,
                                        delayed ? held_back.view() : wasmqtt::Properties{}});
    world.answer();
    CHECK((world.state().presence.of("peter", world.state().now).kind == Presence::Kind::offline) == delayed);
    world.pass(Presence::grace);
    CHECK(world.state().presence.of("peter", world.state().now).kind == Presence::Kind::offline);
  }
}

TEST_CASE("a message that the broker refuses fails with the reason and its words, and is not sent again") {
  World world(stage5(40));
  world.sign_in("alice", "test");
  world.puback = ReasonCode::not_authorized;
  ChatMessage refused = send(world);
  CHECK(refused.state == SendState::failed);
  CHECK(refused.problem == "Not sent: refused by the broker: not authorized.");
  REQUIRE_FALSE(static_cast<bool>(world.puback_properties.add(PropertyId::reason_string, "ask the operator")));
  refused = send(world, "again");
  CHECK(refused.problem == "Not sent: refused by the broker: not authorized (ask the operator).");
  const std::size_t sent = world.published.size();
  world.reconnect(true);
  CHECK(world.chat_with("peter")->messages().back().state == SendState::failed);
  CHECK(world.published.size() == sent + 1);  // the status
}

TEST_CASE("a message that nobody has subscribed to is delivered to the broker, and the sender reads what became of it") {
  World world(stage5(20));
  world.sign_in("alice");
  world.puback = ReasonCode::no_matching_subscribers;
  const ChatMessage message = send(world);
  CHECK(message.state == SendState::delivered);
  CHECK(has(message.problem, "Nobody has subscribed"));
  world.puback = ReasonCode::success;
  CHECK(send(world, "heard").problem.empty());
}

TEST_CASE("a message carries its expiry, and one whose time runs out while it waits fails") {
  Settings settings = stage5(20);
  settings.expiry = 60;
  World world(settings);
  world.sign_in("alice");
  world.app.handle(AddChat{"peter"});
  world.app.handle(SendMessage{{"alice", "peter"}, "hi"});
  world.loop.run_turns();
  CHECK(world.broker.expect<wasmqtt::Publish>().properties.number(PropertyId::message_expiry_interval, 0) == 60);
  world.broker.cut();
  world.app.handle(SendMessage{{"alice", "peter"}, "too late"});
  world.loop.advance(61s);
  world.app.update();
  const ChatMessage& late = world.chat_with("peter")->messages().back();
  CHECK(late.state == SendState::failed);
  CHECK(late.problem == "Not sent: expired before it could be sent.");
}

TEST_CASE("in MQTT 3.1.1 an expiry in the address is of no effect") {
  Settings settings = stage_settings(20);
  settings.expiry = 60;
  World world(settings);
  world.sign_in("alice");
  world.app.handle(AddChat{"peter"});
  world.broker.cut();
  world.app.handle(SendMessage{{"alice", "peter"}, "waits"});
  world.await_attempt();
  world.app.update();
  CHECK(world.chat_with("peter")->messages().back().state == SendState::queued);
}

TEST_CASE("a takeover is certain at once, and told with its code") {
  World world(stage5(20));
  world.sign_in("alice");
  end_connection(world, ReasonCode::session_taken_over);
  CHECK(world.state().connection.kind == ConnectionStatus::Kind::elsewhere);
  CHECK(world.state().connection.text == "Signed in elsewhere");
  CHECK(has(world.state().connection.detail, "Session taken over (code 142)"));
  world.loop.advance(5min);
  CHECK(world.broker.opened() == 1);
  world.app.handle(UseHere{});
  world.loop.run_turns();
  CHECK(world.broker.opened() == 2);
}

TEST_CASE("a broker that shuts down says so: it is told with its code until the connection is back, and in a notice") {
  World world(stage5(20));
  world.sign_in("alice");
  end_connection(world, ReasonCode::server_shutting_down);
  CHECK(world.state().connection.kind == ConnectionStatus::Kind::reconnecting);
  CHECK(has(world.state().connection.detail, "Server shutting down (code 139)"));
  world.app.handle(ConnectNow{});
  world.broker.cut({wasmqtt::TransportFault::refused, 0, {}, false});
  CHECK(has(world.state().connection.detail, "Server shutting down (code 139). No connection to"));
  world.reconnect(true);
  CHECK(world.state().connection.detail.empty());
  world.broker.cut();
  CHECK_FALSE(has(world.state().connection.detail, "139"));
  REQUIRE(world.state().notices.list().size() == 1);
  CHECK(has(world.state().notices.list()[0].text, "Server shutting down (code 139)"));
}

TEST_CASE("a refused sign-in is told in words: a wrong password as ever, any other reason with its code") {
  for (const auto& [code, words] : {std::pair{ReasonCode::bad_user_name_or_password, "Bad user name or password."},
                                    {ReasonCode::not_authorized, "Bad user name or password. (The broker answered: not authorized.)"},
                                    {ReasonCode::banned, "The broker refused the connection: Banned (code 138)."}}) {
    World world(stage5(40));
    world.app.handle(SignIn{"alice", "test"});
    world.loop.run_turns();
    world.broker.accept();
    (void)world.broker.expect<wasmqtt::Connect>();
    world.broker.reply(wasmqtt::Connack{.reason_code = code});
    world.loop.run_turns();
    CHECK(world.state().login_problem == words);
  }
}

TEST_CASE("a broker that speaks MQTT 3.1.1 only is spoken to in it, and a notice says so") {
  World world(stage5(20));
  world.app.handle(SignIn{"alice", ""});
  world.loop.run_turns();
  world.broker.accept();
  world.broker.version = wasmqtt::ProtocolVersion::mqtt_5;
  (void)world.broker.expect<wasmqtt::Connect>();
  world.broker.version = wasmqtt::ProtocolVersion::mqtt_3_1_1;
  world.broker.reply(wasmqtt::Connack{.return_code = wasmqtt::ConnectReturnCode::unacceptable_protocol_version});
  world.loop.advance(1ms);
  world.broker.accept();
  (void)world.broker.expect<wasmqtt::Connect>();
  world.broker.reply(wasmqtt::Connack{});
  world.answer();
  CHECK(world.state().screen == Screen::chat);
  REQUIRE(world.state().notices.list().size() == 1);
  CHECK(has(world.state().notices.list()[0].text, "MQTT 3.1.1 only"));
}
