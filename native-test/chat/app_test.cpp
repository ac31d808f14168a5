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

TEST_CASE("each refusal of CONNACK is told in plain words, and not tried again") {
  using Code = wasmqtt::ConnectReturnCode;
  CHECK(refused(Code::unacceptable_protocol_version) == "The broker does not speak MQTT 3.1.1.");
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

TEST_CASE("a message from somebody new opens its chat by itself, unread until it is opened") {
  World world;
  world.sign_in("alice");
  std::string unseen;
  world.app.on_unseen_message = [&](const std::string& title, const std::string& text) { unseen = title + ": " + text; };
  world.receive("chat/messages/alice/peter", message_json("1", "hello"));
  CHECK(world.texts("peter") == std::vector<std::string>{"hello"});
  CHECK(unseen == "peter: hello");
  CHECK(page_title(world.state()) == "(1) MQTT Chat");
  world.app.handle(OpenChat{with("peter")});
  CHECK(page_title(world.state()) == "MQTT Chat");
  CHECK(world.chat_with("peter")->first_new() == 0);
  world.receive("chat/messages/alice/peter", message_json("2", "more"));
  CHECK(page_title(world.state()) == "MQTT Chat");
  world.app.handle_visible(false);
  world.receive("chat/messages/alice/peter", message_json("3", "unseen"));
  CHECK(page_title(world.state()) == "(1) MQTT Chat");
  world.app.handle_visible(true);
  CHECK(page_title(world.state()) == "MQTT Chat");
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

TEST_CASE("a QoS 1 message is acknowledged only when the history has it") {
  struct SlowStore final : MemoryChatStoreBase {
    void put(std::span<const Record> records, Written written) override {
      memory.put(records, nullptr);
      if (written) waiting.push_back(std::move(written));
    }
    std::vector<Written> waiting;
  } slow;
  World world(stage_settings(20), &slow);
  world.sign_in("alice");
  slow.waiting.clear();
  world.broker.reply(wasmqtt::Publish{"chat/messages/alice/peter", as_bytes(message_json("1", "a")), 7, Qos::at_least_once,
                                      false, false});
  world.loop.run_turns();
  CHECK(world.broker.quiet());
  for (const auto& written : slow.waiting) written(true, {});
  world.loop.run_turns();
  CHECK(world.broker.expect<wasmqtt::Puback>().packet_id == 7);
}

TEST_CASE("offline with QoS 0 a message fails at once, says why, and can be sent again") {
  World world;
  world.sign_in("alice");
  world.app.handle(AddChat{"peter"});
  world.broker.cut();
  CHECK(delivery_hint(world.state(), with("peter")).find("would be lost") != std::string::npos);
  world.app.handle(SendMessage{with("peter"), "hi"});
  const Message failed = world.chat_with("peter")->messages()[0];
  CHECK(failed.state == SendState::failed);
  CHECK(failed.problem == "Not connected, and with QoS 0 a message does not wait.");
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
  CHECK(delivery_hint(world.state(), with("peter")).find("waits") != std::string::npos);
  world.app.handle(SendMessage{with("peter"), "one"});
  world.app.handle(SendMessage{with("peter"), "two"});
  CHECK(world.chat_with("peter")->messages()[0].state == SendState::queued);
  world.loop.advance(61s);
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
  CHECK(delivery_hint(world.state(), with("peter")) == "peter is offline: with QoS 0 a message would be lost.");
  world.receive("chat/status/peter", status_json("online"));
  CHECK(delivery_hint(world.state(), with("peter")).empty());
}

TEST_CASE("while the connection is away the status counts down the seconds, and says why") {
  World world;
  world.sign_in("alice");
  world.pass(30s);
  world.broker.cut();
  CHECK(world.state().connection.kind == Connection::Kind::reconnecting);
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

TEST_CASE("logout publishes the status and says DISCONNECT, so that no will comes; then all is forgotten") {
  World world(stage_settings(30));
  world.sign_in("alice");
  world.receive("chat/messages/alice/peter", message_json("1", "hello"), Qos::at_least_once);
  world.published.clear();
  world.app.handle(Logout{});
  world.answer();
  REQUIRE(world.published.size() == 1);
  CHECK_FALSE(parse_status(world.published[0].payload).value->online);
  CHECK(world.published[0].retain);
  CHECK(world.disconnected);
  CHECK(world.state().screen == Screen::login);
  CHECK(world.state().conversations.size() == 0);
  CHECK(world.app.mqtt() == nullptr);
  world.loop.advance(5min);
  CHECK(world.broker.opened() == 1);
  world.sign_in("alice", "", true);
  CHECK(world.texts("peter") == std::vector<std::string>{"hello"});
}

TEST_CASE("remembering: history, waiting messages and the name survive a new page; nothing of the password is kept") {
  MemoryChatStore store;
  {
    World world(stage_settings(40), &store);
    world.sign_in("alice", "s3cret-password");
    world.receive("chat/messages/alice/peter", message_json("1", "hello"), Qos::at_least_once);
    world.broker.cut();
    world.app.handle(SendMessage{with("peter"), "waits"});
    world.app.handle(SaveDraft{with("peter"), "half a senten"});
    world.loop.run_turns();
  }
  for (const auto& [key, value] : store.records()) CHECK((key + value).find("s3cret") == std::string::npos);
  World again(stage_settings(40), &store);
  CHECK(again.state().settings.user == "alice");
  again.sign_in("alice", "s3cret-password", true);
  CHECK(again.texts("peter") == std::vector<std::string>{"hello", "waits"});
  CHECK(again.chat_with("peter")->messages()[1].state == SendState::delivered);
  CHECK(again.chat_with("peter")->draft == "half a senten");
  // The broker delivers again what it thinks unacknowledged: the identifier is known.
  again.receive("chat/messages/alice/peter", message_json("1", "hello"), Qos::at_least_once, false, true);
  CHECK(again.texts("peter").size() == 2);
}

TEST_CASE("not remembering: the device keeps nothing") {
  MemoryChatStore store;
  Settings settings = stage_settings(20);
  settings.remember = false;
  World world(settings, &store);
  world.sign_in("alice");
  world.receive("chat/messages/alice/peter", message_json("1", "hello"), Qos::at_least_once);
  CHECK(store.records().empty());
}

TEST_CASE("storage that fails is said once and breaks nothing") {
  struct BrokenStore final : MemoryChatStoreBase {
    void load(std::string_view, Loaded loaded) override { loaded(false, {}, "access was denied"); }
    void put(std::span<const Record>, Written written) override {
      if (written) written(false, "quota exceeded");
    }
  } broken;
  World world(stage_settings(20), &broken);
  world.sign_in("alice");
  CHECK(world.state().storage_problem.find("access was denied") != std::string::npos);
  world.receive("chat/messages/alice/peter", message_json("1", "hello"), Qos::at_least_once);
  CHECK(world.texts("peter").size() == 1);
  CHECK(world.state().storage_problem.find("quota exceeded") != std::string::npos);
}

TEST_CASE("taken over while stable: one try, then \"Signed in elsewhere\", until the user wants it here") {
  World world(stage_settings(30));
  world.sign_in("alice");
  world.pass(30s);
  world.broker.cut({wasmqtt::TransportFault::none, 1000, {}, true});
  CHECK(world.state().connection.kind == Connection::Kind::reconnecting);
  world.loop.advance(2s);
  world.broker.accept();
  (void)world.broker.expect<wasmqtt::Connect>();
  world.broker.reply(wasmqtt::Connack{true});
  world.answer();
  world.pass(1s);
  world.broker.cut({wasmqtt::TransportFault::none, 1000, {}, true});
  CHECK(world.state().connection.text == "Signed in elsewhere");
  const int attempts = world.broker.opened();
  world.loop.advance(10min);
  CHECK(world.broker.opened() == attempts);
  CHECK_FALSE(write_obstacle(world.state(), with("peter")).empty());
  world.app.handle(UseHere{});
  world.broker.accept();
  (void)world.broker.expect<wasmqtt::Connect>();
  world.broker.reply(wasmqtt::Connack{true});
  world.answer();
  CHECK(world.state().connection.text == "Connected");
}

TEST_CASE("another tab of this browser signs in: this one yields without a fight") {
  World world(stage_settings(20));
  std::string told;
  world.app.on_signed_in = [&](const std::string& user, const std::string& broker) { told = user + " " + broker; };
  world.sign_in("alice");
  CHECK(told == "alice ws://localhost:8081");
  world.app.handle_signed_in_elsewhere("bob", "ws://localhost:8081");
  CHECK(world.state().connection.text == "Connected");
  world.app.handle_signed_in_elsewhere("alice", "ws://localhost:8081");
  CHECK(world.state().connection.text == "Signed in elsewhere");
  world.loop.advance(10min);
  CHECK(world.broker.opened() == 1);
}

TEST_CASE("the admin reads all conversations as pairs, and cannot write into them") {
  World world(stage_settings(40));
  world.sign_in("admin", "admin");
  CHECK(world.filters[0] == "chat/messages/+/+");
  world.receive("chat/messages/peter/alice", message_json("1", "hi peter"), Qos::at_least_once);
  world.receive("chat/messages/alice/peter", message_json("2", "hi alice"), Qos::at_least_once);
  REQUIRE(world.state().conversations.size() == 1);
  const ConversationKey key("alice", "peter");
  CHECK(world.state().conversations.find(key)->messages().size() == 2);
  CHECK_FALSE(write_obstacle(world.state(), key).empty());
  world.published.clear();
  world.app.handle(SendMessage{key, "mine"});
  world.answer();
  CHECK(world.published.empty());
  // What the admin writes comes back through the wide subscription: it is known.
  world.app.handle(AddChat{"peter"});
  world.app.handle(SendMessage{{"admin", "peter"}, "hello"});
  world.answer();
  REQUIRE(world.published.size() == 1);
  world.receive("chat/messages/peter/admin", world.published[0].payload, Qos::at_least_once);
  CHECK(world.texts("peter").size() == 1);
}

TEST_CASE("a subscription that the broker refuses is said honestly") {
  World world(stage_settings(40));
  world.refused_filter = "chat/messages/alice/+";
  world.sign_in("alice", "test");
  CHECK(world.state().subscription_problem.find("refused the subscription") != std::string::npos);
  CHECK(world.state().notices.total() == 1);
}

TEST_CASE("a toggle rewrites the address") {
  World world(stage_settings(20));
  std::string address;
  world.app.on_address = [&](const std::string& query) { address = query; };
  Settings settings = world.state().settings;
  settings.status = true;
  world.app.handle(ChangeSettings{settings});
  CHECK(address == "?stage=30");
  world.app.handle_address("?stage=10");
  CHECK_FALSE(world.state().settings.qos1);
}

TEST_CASE("a chat with oneself shows each message once") {
  World world;
  world.sign_in("alice");
  world.app.handle(AddChat{"alice"});
  world.app.handle(SendMessage{{"alice", "alice"}, "note"});
  world.answer();
  world.receive("chat/messages/alice/alice", world.published[0].payload);
  CHECK(world.texts("alice") == std::vector<std::string>{"note"});
}
