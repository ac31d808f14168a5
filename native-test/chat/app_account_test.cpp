// ChatApp over a longer time: signing out, chats that are removed, storage that fails, the admin, several brokers.
#include "chat_world.hpp"

#include "chat/records.hpp"
#include "chat/wire.hpp"

using namespace chat;
using namespace chat::test;

namespace {

ConversationKey with(const std::string& partner) { return {"alice", partner}; }

}  // namespace

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

TEST_CASE("a chat can be cleared and removed: the device forgets it, too, and a new message opens it again") {
  MemoryChatStore store;
  const auto stored = [&](std::string_view words) {
    return std::any_of(store.records().begin(), store.records().end(), [&](const auto& record) {
      return (record.first + record.second).find(words) != std::string::npos;
    });
  };
  {
    World world(stage_settings(20), &store);
    world.sign_in("alice");
    for (const char* name : {"peter", "hannes"})
      for (const char* id : {"1", "2"})
        world.receive("chat/messages/alice/" + std::string(name), message_json(id, "from " + std::string(name)), Qos::at_least_once);
    world.app.handle(OpenChat{with("peter")});
    world.app.handle(SaveDraft{with("peter"), "half a senten"});
    REQUIRE(stored("from peter"));
    world.app.handle(ClearChat{with("peter")});
    CHECK(world.texts("peter").empty());
    CHECK(world.chat_with("peter")->unread() == 0);
    CHECK(world.state().open == with("peter"));
    CHECK_FALSE(stored("from peter"));
    world.receive("chat/messages/alice/peter", message_json("3", "after it"), Qos::at_least_once);
    CHECK(world.texts("peter") == std::vector<std::string>{"after it"});
    world.app.handle(RemoveChat{with("peter")});
    CHECK(world.chat_with("peter") == nullptr);
    CHECK(world.state().open.empty());
    CHECK(world.state().conversations.newest_first().size() == 1);
    world.app.handle_leave();
    CHECK_FALSE(stored("peter"));
  }
  World again(stage_settings(20), &store);
  again.sign_in("alice", "", true);
  CHECK(again.chat_with("peter") == nullptr);
  CHECK(again.texts("hannes").size() == 2);
  CHECK(again.state().conversations.bytes() > 0);
  again.app.handle(RemoveChat{with("hannes")});
  CHECK(again.state().conversations.bytes() == 0);
  again.receive("chat/messages/alice/peter", message_json("4", "hello again"), Qos::at_least_once);
  CHECK(again.texts("peter") == std::vector<std::string>{"hello again"});
}

TEST_CASE("after a reconnect the statuses are asked for once, whether the broker kept the session or not") {
  for (const bool kept : {true, false}) {
    CAPTURE(kept);
    World world(stage_settings(30));
    world.sign_in("alice", "", true);
    for (int i = 0; i < 2; ++i) {
      world.filters.clear();
      world.reconnect(kept);
      CHECK(std::count(world.filters.begin(), world.filters.end(), "chat/status/+") == 1);
      CHECK(std::count(world.filters.begin(), world.filters.end(), "chat/messages/alice/+") == (kept ? 0 : 1));
    }
  }
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
    void load(std::string_view, Visit, Loaded loaded) override { loaded(readable, "access was denied"); }
    void put(std::span<const Record>, Written written) override {
      if (written) written(false, "quota exceeded");
    }
    bool readable = false;
  } broken;
  for (const bool readable : {false, true}) {
    broken.readable = readable;
    World world(stage_settings(20), &broken);
    world.sign_in("alice");
    CHECK(world.state().storage_problem.empty() == readable);
    for (const char* id : {"1", "2"}) world.receive("chat/messages/alice/peter", message_json(id, "hello"), Qos::at_least_once);
    CHECK(world.texts("peter").size() == 2);
    CHECK(world.state().storage_problem.find(readable ? "quota exceeded" : "access was denied") != std::string::npos);
  }
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

TEST_CASE("a notification of an unseen message comes only after the user asked for it, until it is muted") {
  World world;
  std::vector<std::string> told;
  bool asked = false;
  world.app.on_unseen_message = [&](const std::string& title, const std::string& text) {
    told.push_back(title + ": " + text);
  };
  world.app.on_ask_for_notifications = [&] { asked = true; };
  world.app.handle_notifications(Notifications::off);
  world.sign_in("alice");
  world.receive("chat/messages/alice/peter", message_json("1", "hello"));
  CHECK(told.empty());
  world.app.handle(AskForNotifications{});
  CHECK(asked);
  world.app.handle_notifications(Notifications::on);
  world.receive("chat/messages/alice/peter", message_json("2", "are you there?"));
  CHECK(told == std::vector<std::string>{"peter: are you there?"});
  world.app.handle(MuteNotifications{});
  world.receive("chat/messages/alice/peter", message_json("3", "well then"));
  CHECK(told.size() == 1);
}

TEST_CASE("what was begun for a connection is dropped when the user signs out before the store was read") {
  struct EarlyTransport final : wasmqtt::Transport {
    void open(const std::string&, wasmqtt::TransportObserver&) override { FAIL("nothing is to be opened"); }
    void open_soon(const std::string& url) override { begun = url; }
    std::size_t write(wasmqtt::Bytes) override { return 0; }
    void close() override { begun.clear(); }
    std::string begun;
  } transport;
  struct SlowStore final : MemoryChatStoreBase {
    void load(std::string_view, Visit, Loaded) override {}
  } store;
  VirtualLoop loop;
  TroubleTransport trouble(transport, loop);
  TestZone zone{loop};
  ChatApp app({.loop = trouble.loop(), .transport = trouble, .store = store, .zone = zone, .page = {}, .trouble = &trouble},
              stage_settings(20));
  app.handle(SignIn{"alice", ""});
  CHECK(transport.begun == "ws://localhost:8081");
  app.handle(Logout{});
  CHECK(transport.begun.empty());
}

TEST_CASE("how the packets lie beside the chat is remembered on the device") {
  MemoryChatStore store;
  World world(stage_settings(20), &store);
  world.sign_in("alice");
  world.app.handle(ArrangePackets{{PacketLayout::Dock::right, 61, 42}, false});
  World meanwhile(stage_settings(20), &store);
  CHECK(meanwhile.state().packet_layout == PacketLayout{});
  world.app.handle(ArrangePackets{{PacketLayout::Dock::right, 62, 43}});
  World again(stage_settings(20), &store);
  CHECK(again.state().packet_layout == PacketLayout{PacketLayout::Dock::right, 62, 43});
  store.put(std::vector<Record>{{std::string(device_key), R"({"user":"alice","dock":7,"beside":-3,"above":1000})"}}, {});
  World damaged(stage_settings(20), &store);
  CHECK(damaged.state().packet_layout == PacketLayout{});
}

TEST_CASE("the first opening of a connection is a row, too") {
  World world(stage_settings(20));
  world.sign_in("alice");
  const wasmqtt::PacketTrace& trace = *world.state().trace;
  CHECK(trace[1].type == wasmqtt::remark);
  CHECK(as_text(trace.bytes(trace[1])) == "Signing in at ws://localhost:8081.");
  CHECK(trace[2].type == wasmqtt::PacketType::connect);
}

TEST_CASE("several brokers: one that is not there is passed over, the status and the packets say which one it is, and why") {
  Settings settings = stage_settings(20);
  settings.broker = "ws://a ws://b ws://c";
  World world(settings);
  world.app.handle(SignIn{"alice", ""});
  world.loop.run_turns();
  const std::string first = world.broker.url();
  world.broker.cut({wasmqtt::TransportFault::refused, 0, {}, false});
  world.loop.advance(0s);
  CHECK(world.state().login_problem.empty());
  const std::string second = world.broker.url();
  CHECK(second != first);
  world.broker.accept();
  CHECK(world.broker.expect<wasmqtt::Connect>().keep_alive == 10);
  world.broker.reply(wasmqtt::Connack{false});
  world.answer();
  CHECK(world.state().connection.text == "Connected to " + second);
  world.pass(1min);
  world.reconnect(true);
  CHECK(world.broker.url() == second);  // where the session is
  world.app.handle(WatchSession{true});
  REQUIRE(world.state().session);
  const std::string place = world.state().session->broker;
  CHECK(place == second + ", for the session is there");
  const wasmqtt::PacketTrace& trace = *world.state().trace;
  std::vector<std::string> remarks;
  for (std::uint64_t n = trace.first(); n != trace.end(); ++n)
    if (trace[n].type == wasmqtt::remark) remarks.emplace_back(as_text(trace.bytes(trace[n])));
  CHECK(std::count(remarks.begin(), remarks.end(), "Signing in at " + second + ".") == 1);
  CHECK(std::count(remarks.begin(), remarks.end(), "Opening a connection to " + second + ", for the session is there.") == 1);
}

TEST_CASE("several brokers: when none is there, the sign-in has failed") {
  Settings settings = stage_settings(20);
  settings.broker = "ws://a ws://b ws://c";
  World world(settings);
  world.app.handle(SignIn{"alice", ""});
  for (int i = 0; i < 3; ++i) {
    world.loop.advance(0s);
    REQUIRE(world.broker.is_opening());
    CHECK(world.state().login_problem.empty());
    world.broker.cut({wasmqtt::TransportFault::refused, 0, {}, false});
  }
  CHECK_FALSE(world.state().login_problem.empty());
}

TEST_CASE("what a stage suggests to try is noted when it has happened, and remembered on the device") {
  const ConversationKey peter{"alice", "peter"};
  World ten(stage_settings(10));
  ten.sign_in("alice");
  ten.app.handle(AddChat{"peter"});
  CHECK_FALSE(ten.state().stages_seen.has(10));
  const std::string_view broker = "ws://localhost:8081";
  ten.app.handle_signed_in_elsewhere("peter", broker);
  ten.app.handle(SendMessage{peter, "heard"});
  ten.receive("chat/messages/alice/peter", message_json("1", "so I am here"));
  ten.app.handle_signed_in_elsewhere("peter", broker);
  ten.app.handle(SendMessage{peter, "into the void"});
  ten.app.handle_signed_in_elsewhere("carol", broker);
  ten.app.handle_signed_in_elsewhere("peter", "ws://another");
  CHECK_FALSE(ten.state().stages_seen.has(10));
  ten.app.handle_signed_in_elsewhere("peter", broker);
  CHECK(ten.state().stages_seen.has(10));
  CHECK_FALSE(ten.state().stages_seen.has(20));

  MemoryChatStore store;
  World twenty(stage_settings(20), &store);
  twenty.sign_in("alice");
  twenty.app.handle(AddChat{"peter"});
  twenty.app.handle(SendMessage{peter, "at once"});
  twenty.answer();
  CHECK_FALSE(twenty.state().stages_seen.has(20));
  twenty.broker.cut();
  twenty.app.handle(SendMessage{peter, "later"});
  twenty.await_attempt();
  twenty.broker.accept();
  (void)twenty.broker.expect<wasmqtt::Connect>();
  twenty.broker.reply(wasmqtt::Connack{true});
  twenty.answer();
  CHECK(twenty.state().stages_seen.has(20));

  World thirty(stage_settings(30), &store);
  CHECK(thirty.state().stages_seen.has(20));
  thirty.sign_in("bob");
  thirty.receive("chat/status/carol", status_json("offline"), Qos::at_least_once, true);
  CHECK_FALSE(thirty.state().stages_seen.has(30));
  thirty.receive("chat/status/carol", status_json("offline"), Qos::at_least_once);
  CHECK(thirty.state().stages_seen.has(30));

  World forty(stage_settings(40));
  forty.app.handle(SignIn{"alice", "wrong"});
  forty.loop.run_turns();
  forty.broker.accept();
  forty.broker.reply(wasmqtt::Connack{false, wasmqtt::ConnectReturnCode::not_authorized});
  forty.loop.run_turns();
  CHECK(forty.state().stages_seen.has(40));
}

TEST_CASE("a name that is typed lets the connection to this page's own broker begin, and to no other") {
  World world(stage_settings(20));
  world.app.handle(ExpectSignIn{" "});
  world.app.handle(ExpectSignIn{"a/b"});
  CHECK(world.broker.expected().empty());
  world.app.handle(ExpectSignIn{"a"});
  CHECK(world.broker.expected() == std::vector<std::string>{"ws://localhost:8081"});
  CHECK(world.broker.opened() == 0);
  world.app.handle(SignIn{"alice", ""});
  CHECK(world.broker.expected().size() == 2);
  world.app.handle(ExpectSignIn{"alice"});
  CHECK(world.broker.expected().size() == 2);

  Settings elsewhere = stage_settings(20);
  elsewhere.broker = "ws://example.org/mqtt";
  World linked(elsewhere);
  linked.app.handle(ExpectSignIn{"alice"});
  CHECK(linked.broker.expected().empty());
}
