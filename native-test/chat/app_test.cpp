// ChatApp on the real core: signing in, chatting, losing the connection, as a broker sees it.
#include "chat_world.hpp"

#include "chat/wire.hpp"

using namespace chat;
using namespace chat::test;

namespace {

ConversationKey with(const std::string& partner) { return {"alice", partner}; }

std::string refused(wasmqtt::ConnectReturnCode code, int stage = 40) {
  World world(stage_settings(stage));
  world.app.handle(SignIn{"alice", "wrong"});
  world.broker.accept();
  (void)world.broker.expect<wasmqtt::Connect>();
  world.broker.reply(wasmqtt::Connack{false, code});
  world.loop.advance(2min);
  CHECK(world.broker.opened() == 1);  // no reconnect loop
  CHECK(world.state().screen == Screen::login);
  CHECK_FALSE(world.state().signing_in);
  return world.state().login_problem;
}

}  // namespace

TEST_CASE("stage 10: sign in with a clean session and QoS 0, no user name, no will") {
  World world;
  world.sign_in("  alice ");
  CHECK(world.connect_packet == "CONNECT client_id=mqtt-chat-client-alice clean_session keep_alive=60");
  CHECK(world.filters == std::vector<std::string>{"chat/messages/alice/+"});
  CHECK(world.published.empty());
  CHECK(world.state().user == "alice");
  CHECK(world.state().connection.text == "Connected");
}

TEST_CASE("stage 40: user name, persistent session, will; statuses are subscribed to and published retained") {
  World world(stage_settings(40));
  world.sign_in("alice", "test");
  CHECK(world.connect_packet ==
        "CONNECT client_id=mqtt-chat-client-alice keep_alive=60 will=chat/status/alice qos=1 user_name=alice password=(masked)");
  CHECK(world.filters == std::vector<std::string>{"chat/messages/alice/+", "chat/status/+"});
  REQUIRE(world.published.size() == 1);
  CHECK(world.published[0].topic == "chat/status/alice");
  CHECK(world.published[0].retain);
  const auto status = parse_status(world.published[0].payload);
  REQUIRE(status.value);
  CHECK(status.value->online);
}

TEST_CASE("names and passwords are asked for before anything is sent") {
  World world(stage_settings(40));
  world.app.handle(SignIn{"a/b", "test"});
  CHECK_FALSE(world.state().login_problem.empty());
  world.app.handle(SignIn{"alice", ""});
  CHECK(world.state().login_problem == "Please enter your password.");
  CHECK(world.broker.opened() == 0);
}

TEST_CASE("a secure broker of the user's choice may know the user by a certificate: a password is not required there") {
  Settings settings = stage_settings(50);
  settings.broker = "wss://localhost:8443";
  World world(settings);
  world.refused_filter = "chat/messages/alice/+";
  world.sign_in("alice");
  CHECK(world.connect_packet.find("alice") != std::string::npos);
  // The name in the certificate is another one.
  CHECK(world.state().subscription_problem ==
        "The broker refused the subscription to chat/messages/alice/+. You will not receive any messages. Is the certificate that "
        "the browser shows in the name of alice, and does the broker know this user?");
  world.refused_filter.clear();
  world.reconnect(false);
  CHECK(world.state().subscription_problem.empty());
}

TEST_CASE("a secure broker that cannot be reached without a password may have asked for a certificate") {
  const std::string advice = "If the broker asks for your certificate: has the browser one, is it still valid, and did you choose it there?";
  for (const std::string password : {"", "test"}) {
    Settings settings = stage_settings(50);
    settings.broker = "wss://localhost:8443";
    World world(settings);
    world.app.handle(SignIn{"alice", password});
    world.loop.run_turns();
    world.broker.cut({wasmqtt::TransportFault::unknown, 0, {}, false});
    world.loop.run_turns();
    CHECK((world.state().login_problem.find(advice) != std::string::npos) == password.empty());
    CHECK(world.state().login_problem.find("Open https://localhost:8443 in a tab and look at the certificate.") != std::string::npos);
  }
}

TEST_CASE("each refusal of CONNACK is told in plain words, and not tried again") {
  using Code = wasmqtt::ConnectReturnCode;
  CHECK(refused(Code::unacceptable_protocol_version) == "The broker does not support MQTT 3.1.1.");
  CHECK(refused(Code::identifier_rejected).find("client id") != std::string::npos);
  CHECK(refused(Code::server_unavailable).find("not available") != std::string::npos);
  CHECK(refused(Code::bad_user_name_or_password) == "Bad user name or password.");
  // Mosquitto's answer to a wrong password.
  CHECK(refused(Code::not_authorized).starts_with("Bad user name or password."));
  CHECK(refused(Code::not_authorized, 30).starts_with("Not authorized"));
}

TEST_CASE("a broker that can't be reached is told, and signing in can be tried again") {
  World world;
  world.app.handle(SignIn{"alice", ""});
  CHECK(world.state().signing_in);
  world.broker.cut({wasmqtt::TransportFault::refused, 1006, {}, false});
  CHECK_FALSE(world.state().signing_in);
  CHECK_FALSE(world.state().login_problem.empty());
  world.loop.advance(2min);
  CHECK(world.broker.opened() == 1);
  world.sign_in("alice");
  CHECK(world.state().login_problem.empty());
}

TEST_CASE("a message is sent as the article's JSON and stands in the own history") {
  World world;
  world.sign_in("alice");
  world.app.handle(AddChat{"peter"});
  CHECK(world.state().open == with("peter"));
  world.app.handle(SendMessage{with("peter"), "Grüße 你好 👩‍👩‍👧"});
  world.answer();
  REQUIRE(world.published.size() == 1);
  CHECK(world.published[0].topic == "chat/messages/peter/alice");
  CHECK(world.published[0].qos == Qos::at_most_once);
  const auto wire = parse_message(world.published[0].payload);
  REQUIRE(wire.value);
  CHECK(wire.value->content == "Grüße 你好 👩‍👩‍👧");
  CHECK(wire.value->message_id.size() == 36);
  REQUIRE(world.texts("peter").size() == 1);
  CHECK(world.chat_with("peter")->messages()[0].state == SendState::sent);
}

TEST_CASE("QoS 1: a message is queued, sent, and delivered when the broker has acknowledged it") {
  World world(stage_settings(20));
  world.sign_in("alice");
  world.app.handle(AddChat{"peter"});
  world.app.handle(SendMessage{with("peter"), "hi"});
  CHECK(world.chat_with("peter")->messages()[0].state != SendState::delivered);
  world.answer();
  CHECK(world.chat_with("peter")->messages()[0].state == SendState::delivered);
}

TEST_CASE("a message from somebody new opens its chat by itself, unread until its end is in sight") {
  World world;
  world.sign_in("alice");
  world.receive("chat/messages/alice/peter", message_json("1", "hello"));
  CHECK(world.texts("peter") == std::vector<std::string>{"hello"});
  CHECK(page_title(world.state()) == "(1) MQTT Chat");
  world.app.handle(OpenChat{with("peter")});
  CHECK(page_title(world.state()) == "(1) MQTT Chat");
  CHECK(world.chat_with("peter")->first_new() == 0);
  world.read_all("peter");
  CHECK(page_title(world.state()) == "MQTT Chat");
  world.receive("chat/messages/alice/peter", message_json("2", "more"));
  CHECK(page_title(world.state()) == "MQTT Chat");
  world.app.handle_visible(false);
  world.receive("chat/messages/alice/peter", message_json("3", "unseen"));
  CHECK(page_title(world.state()) == "(1) MQTT Chat");
  world.read_all("peter");
  CHECK(page_title(world.state()) == "(1) MQTT Chat");
  world.app.handle_visible(true);
  world.read_all("peter");
  CHECK(page_title(world.state()) == "MQTT Chat");
}

TEST_CASE("who reads further up has what comes unread, and reads it downwards") {
  World world(stage_settings(20));
  world.sign_in("alice");
  for (int i = 0; i < 10; ++i)
    world.receive("chat/messages/alice/peter", message_json(std::to_string(i), "text"), Qos::at_least_once);
  world.app.handle(OpenChat{with("peter")});
  const auto number = [&](std::size_t index) { return world.chat_with("peter")->messages()[index].number; };
  world.app.handle(ReadUpTo{with("peter"), number(3), false});
  CHECK(world.chat_with("peter")->unread() == 6);
  world.app.handle(ReadUpTo{with("peter"), number(1), false});  // scrolled back
  CHECK(world.chat_with("peter")->unread() == 6);
  world.receive("chat/messages/alice/peter", message_json("10", "text"), Qos::at_least_once);
  CHECK(world.chat_with("peter")->unread() == 7);
  CHECK(world.chat_with("peter")->first_new() == 0);
  world.app.handle(ReadUpTo{with("peter"), number(10), true});
  CHECK(world.chat_with("peter")->unread() == 0);
}

TEST_CASE("a redelivered message is dropped by its id, per sender; without deduplication it is shown again") {
  World world(stage_settings(20));
  world.sign_in("alice");
  world.receive("chat/messages/alice/peter", message_json("1", "a"), Qos::at_least_once);
  world.receive("chat/messages/alice/peter", message_json("1", "a"), Qos::at_least_once, false, true);
  world.receive("chat/messages/alice/hannes", message_json("1", "b"), Qos::at_least_once);
  CHECK(world.texts("peter").size() == 1);
  CHECK(world.texts("hannes").size() == 1);

  Settings settings = stage_settings(20);
  settings.deduplicate = false;
  World twice(settings);
  twice.sign_in("alice");
  twice.receive("chat/messages/alice/peter", message_json("1", "a"), Qos::at_least_once);
  twice.receive("chat/messages/alice/peter", message_json("1", "a"), Qos::at_least_once, false, true);
  CHECK(twice.texts("peter").size() == 2);
}

TEST_CASE("a partner who repeats the identifier of my message before its PUBACK gets none of its delivery state") {
  World world(stage_settings(20));
  world.sign_in("alice");
  world.app.handle(AddChat{"peter"});
  world.app.handle(SendMessage{with("peter"), "mine"});
  world.loop.run_turns();
  const auto sent = world.broker.expect<wasmqtt::Publish>();
  const wasmqtt::PacketId packet_id = sent.packet_id;
  const std::string id = world.chat_with("peter")->messages()[0].id;
  world.broker.reply(wasmqtt::Publish{"chat/messages/alice/peter", as_bytes(message_json(id, "an echo")), 9,
                                      Qos::at_least_once, false, false});
  world.loop.run_turns();
  world.broker.reply(wasmqtt::Puback{packet_id});
  world.answer();
  const auto& messages = world.chat_with("peter")->messages();
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].state == SendState::delivered);
  CHECK(messages[1].sender == "peter");
  CHECK(messages[1].state == SendState::none);
}

TEST_CASE("a partner who repeats the identifier of a message that failed does not break Retry") {
  World world;
  world.sign_in("alice");
  world.app.handle(AddChat{"peter"});
  world.broker.cut();
  world.app.handle(SendMessage{with("peter"), "mine"});
  const std::string id = world.chat_with("peter")->messages()[0].id;
  REQUIRE(world.chat_with("peter")->messages()[0].state == SendState::failed);
  world.reconnect(false);
  world.receive("chat/messages/alice/peter", message_json(id, "an echo"));
  world.app.handle(RetryMessage{with("peter"), id});
  world.answer();
  REQUIRE(world.published.size() == 1);
  CHECK(parse_message(world.published[0].payload).value->content == "mine");
  CHECK(world.chat_with("peter")->messages()[0].state == SendState::sent);
  CHECK(world.chat_with("peter")->messages()[1].state == SendState::none);
}

TEST_CASE("an identifier known from one conversation hides nothing of its sender in another one") {
  World world(stage_settings(40));
  world.sign_in("admin", "admin");
  world.receive("chat/messages/hannes/mallory", message_json("1", "harmless"), Qos::at_least_once);
  world.receive("chat/messages/alice/mallory", message_json("1", "hidden from the admin?"), Qos::at_least_once);
  CHECK(world.state().conversations.find({"alice", "mallory"})->messages().size() == 1);
}

TEST_CASE("hostile input is a notice, never a crash, and the chat goes on") {
  World world;
  world.sign_in("alice");
  const std::string huge(1024 * 1024, 'x');
  const std::string deep(200'000, '[');
  for (std::string_view payload : {std::string_view("{"), std::string_view("\xff\xfe"), std::string_view(""),
                                   std::string_view("{\"messageId\":1}"), std::string_view(huge), std::string_view(deep)})
    world.receive("chat/messages/alice/mallory", payload);
  world.receive("chat/messages/alice/mal\x01", message_json("1", "x"));
  world.receive("chat/messages/bob/mallory", message_json("2", "x"));
  world.receive("somewhere/else", "x");
  CHECK(world.state().notices.total() == 9);
  CHECK(world.state().conversations.size() == 0);
  world.receive("chat/messages/alice/peter", message_json("3", "<script>alert(1)</script>"));
  CHECK(world.texts("peter") == std::vector<std::string>{"<script>alert(1)</script>"});
}

TEST_CASE("offline with QoS 0 a message fails at once, says why, and can be sent again") {
  World world;
  world.sign_in("alice");
  world.app.handle(AddChat{"peter"});
  world.broker.cut();
  CHECK(delivery_hint(world.state(), with("peter")).find("would be lost") != std::string::npos);
  world.app.handle(SendMessage{with("peter"), "hi"});
  const ChatMessage failed = world.chat_with("peter")->messages()[0];
  CHECK(failed.state == SendState::failed);
  CHECK(failed.problem == "Not connected. With QoS 0, messages are not queued.");
  world.reconnect(false);
  world.app.handle(RetryMessage{with("peter"), failed.id});
  world.answer();
  CHECK(world.chat_with("peter")->messages()[0].state == SendState::sent);
  REQUIRE(world.published.size() == 1);
  CHECK(parse_message(world.published[0].payload).value->message_id == failed.id);
}

TEST_CASE("offline with QoS 1 a message waits and goes out after the reconnect, once") {
  World world(stage_settings(20));
  world.sign_in("alice");
  world.app.handle(AddChat{"peter"});
  world.broker.cut();
  CHECK(delivery_hint(world.state(), with("peter")).find("queued") != std::string::npos);
  world.app.handle(SendMessage{with("peter"), "one"});
  world.app.handle(SendMessage{with("peter"), "two"});
  CHECK(world.chat_with("peter")->messages()[0].state == SendState::queued);
  world.await_attempt();
  world.broker.accept();
  (void)world.broker.expect<wasmqtt::Connect>();
  world.broker.reply(wasmqtt::Connack{true});
  world.answer();
  REQUIRE(world.published.size() == 2);
  CHECK(world.published[0].payload.find("one") != std::string::npos);
  CHECK(world.chat_with("peter")->messages()[1].state == SendState::delivered);
}

TEST_CASE("QoS 0 to somebody who is offline, or may be: the page says that the message would be lost") {
  Settings settings = stage_settings(10);
  settings.status = true;
  World world(settings);
  world.sign_in("alice");
  world.app.handle(AddChat{"peter"});
  CHECK(delivery_hint(world.state(), with("peter")) == "With QoS 0 a message is lost if peter is offline.");
  world.receive("chat/status/peter", status_json("offline"), Qos::at_most_once, true);
  CHECK(delivery_hint(world.state(), with("peter")) == "peter is offline. With QoS 0 a message would be lost.");
  world.receive("chat/status/peter", status_json("online"));
  CHECK(delivery_hint(world.state(), with("peter")).empty());
}

TEST_CASE("QoS 1 to somebody never heard of: the page says from when on the broker keeps messages") {
  World world(stage_settings(20));
  world.sign_in("alice");
  world.app.handle(AddChat{"peter"});
  CHECK(delivery_hint(world.state(), with("peter")) ==
        "The broker queues messages for peter only after peter has signed in with QoS 1 once. Until then they are lost.");
  world.receive("chat/messages/alice/peter", message_json("1", "hi"), Qos::at_least_once);
  CHECK(delivery_hint(world.state(), with("peter")).empty());
  world.app.handle(AddChat{"alice"});
  CHECK(delivery_hint(world.state(), with("alice")).empty());
}

TEST_CASE("without status messages it is said why nobody knows who is online") {
  World without(stage_settings(20)), with_them(stage_settings(30));
  for (World* world : {&without, &with_them}) world->sign_in("alice");
  CHECK(presence_words(without.state(), "peter") == "unknown: status messages are off");
  CHECK(presence_words(with_them.state(), "peter") == "unknown");
  with_them.receive("chat/status/peter", status_json("online"), Qos::at_least_once, true);
  CHECK(presence_words(with_them.state(), "peter") == "online");
}

TEST_CASE("while the connection is away the status counts down the seconds, and says why") {
  World world;
  world.sign_in("alice");
  world.pass(30s);
  world.broker.cut();
  CHECK(world.state().connection.kind == ConnectionStatus::Kind::reconnecting);
  CHECK(world.state().connection.text.substr(0, 16) == "Reconnecting in ");
  CHECK_FALSE(world.state().connection.detail.empty());
  CHECK(world.state().screen == Screen::chat);
  if (const auto next = world.app.next_change()) CHECK(*next > world.loop.now());
  world.app.handle_offline();
  CHECK(world.state().connection.text == "Offline");
  world.app.handle_online();
  CHECK(world.broker.is_opening());
}

TEST_CASE("the status is published anew after each reconnect, and retained ones are asked for again") {
  World world(stage_settings(30));
  world.sign_in("alice");
  const std::size_t before = world.filters.size();
  world.published.clear();
  world.reconnect(true);
  REQUIRE(world.published.size() == 1);
  CHECK(world.published[0].topic == "chat/status/alice");
  CHECK(parse_status(world.published[0].payload).value->online);
  REQUIRE(world.filters.size() == before + 1);
  CHECK(world.filters.back() == "chat/status/+");
}

TEST_CASE("right after the connection, a status is news in a new session and of unknown age in a resumed one") {
  for (const bool resumed : {false, true}) {
    CAPTURE(resumed);
    World world(stage_settings(30));
    world.sign_in("alice", "", resumed);
    const char* earlier = "2023-11-14T22:00:00+01:00";
    world.receive("chat/status/peter", status_json("online", earlier));
    world.receive("chat/status/peter", status_json("offline", earlier));  // a will: written when its owner came
    const Presence& presence = world.state().presence;
    // The grace is for who was seen going.
    CHECK(presence.of("peter", world.loop.now()).kind ==
          (resumed ? Presence::Kind::offline : Presence::Kind::online));
    world.pass(Presence::grace);
    CHECK(presence.of("peter", world.loop.now()).kind == Presence::Kind::offline);
  }
}

TEST_CASE("a late will of our own is contradicted, and does not start a quarrel") {
  World world(stage_settings(30));
  world.sign_in("alice");
  world.pass(3s);
  world.published.clear();
  world.receive("chat/status/alice", status_json("offline"));
  CHECK(world.published.size() == 1);
  world.receive("chat/status/alice", status_json("offline"));
  CHECK(world.published.size() == 1);
}

TEST_CASE("the clock was a day ahead and is set right: from then on times are right, on screen and on the wire") {
  World world(stage_settings(30));
  world.sign_in("alice");
  const ConversationKey peter{"alice", "peter"};
  world.app.handle(AddChat{"peter"});
  world.app.handle(SendMessage{peter, "tomorrow"});
  world.receive("chat/messages/alice/peter", message_json("1", "one"), Qos::at_least_once);
  world.zone.set_back = 24h;
  const Time right = world.zone.now();
  world.published.clear();
  world.app.handle(SendMessage{peter, "today"});
  world.receive("chat/messages/alice/peter", message_json("2", "two", format_iso_time(right, 0min)), Qos::at_least_once);
  CHECK(world.state().clock == right);
  CHECK(world.texts("peter") == std::vector<std::string>{"tomorrow", "one", "today", "two"});
  CHECK(world.chat_with("peter")->messages()[2].sort_time() == right);
  REQUIRE(world.published.size() == 1);
  CHECK(parse_message(world.published[0].payload).value->timestamp == std::chrono::floor<std::chrono::milliseconds>(right));
  CHECK(world.chat_with("peter")->active_at() == right);
  world.published.clear();
  world.reconnect(true);
  REQUIRE(world.published.size() == 1);
  CHECK(parse_status(world.published[0].payload).value->last_online <= world.zone.now());
}
