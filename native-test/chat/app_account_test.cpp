// ChatApp over a longer time: signing out, remembering, storage that fails, two tabs, the admin.
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

TEST_CASE("after a reload who needs no password is signed in at once, reads the history, and writes, though the broker is down") {
  MemoryChatStore store;
  {
    World world(stage_settings(20), &store);
    int signed_out = 0;
    world.app.on_signed_out = [&] { ++signed_out; };
    world.sign_in("alice");
    world.receive("chat/messages/alice/peter", message_json("1", "hello"), Qos::at_least_once);
    CHECK(signed_out == 0);
  }
  World again(stage_settings(20), &store);
  again.app.handle_returned("alice", "ws://localhost:8081");
  again.loop.run_turns();
  CHECK(again.state().screen == Screen::chat);
  CHECK(again.texts("peter") == std::vector<std::string>{"hello"});
  CHECK(again.state().connection.text == "Connecting");
  CHECK(again.state().connection.detail.empty());
  again.broker.cut();
  again.loop.run_turns();
  CHECK(again.state().screen == Screen::chat);
  CHECK(again.state().connection.text.find("Reconnecting in") == 0);
  CHECK_FALSE(again.state().connection.detail.empty());
  again.app.handle(SendMessage{with("peter"), "waits"});
  again.loop.run_turns();
  again.app.handle(ConnectNow{});
  again.loop.run_turns();
  again.broker.accept();
  (void)again.broker.expect<wasmqtt::Connect>();
  again.broker.reply(wasmqtt::Connack{true});
  again.answer();
  CHECK(again.state().connection.text == "Connected");
  CHECK(again.chat_with("peter")->messages()[1].state == SendState::delivered);
}

TEST_CASE("after a reload who needs a password enters it, reads the history meanwhile, and is signed out when it is wrong") {
  MemoryChatStore store;
  {
    World world(stage_settings(40), &store);
    world.sign_in("alice", "test");
    world.receive("chat/messages/alice/peter", message_json("1", "hello"), Qos::at_least_once);
  }
  World again(stage_settings(40), &store);
  int signed_out = 0;
  again.app.on_signed_out = [&] { ++signed_out; };
  again.app.handle_returned("alice", "ws://localhost:8080");
  again.loop.run_turns();
  CHECK(again.state().screen == Screen::login);
  CHECK(again.state().returning == "alice");
  CHECK(again.broker.opened() == 0);
  again.app.handle(SignIn{"alice", "wrong"});
  again.loop.run_turns();
  CHECK(again.state().screen == Screen::chat);
  CHECK(again.texts("peter") == std::vector<std::string>{"hello"});
  again.broker.accept();
  (void)again.broker.expect<wasmqtt::Connect>();
  again.broker.reply(wasmqtt::Connack{false, wasmqtt::ConnectReturnCode::bad_user_name_or_password});
  again.loop.run_turns();
  CHECK(again.state().screen == Screen::login);
  CHECK(again.state().login_problem == "Bad user name or password.");
  CHECK(again.state().conversations.size() == 0);
  CHECK(signed_out == 1);
  // A second guess is an ordinary one: nothing is shown before the broker agrees.
  again.app.handle(SignIn{"alice", "guess"});
  again.loop.run_turns();
  CHECK(again.state().screen == Screen::login);
}

TEST_CASE("a reload signs nobody in at another broker, nor under a name that is none, nor whom another tab has replaced") {
  World world(stage_settings(20));
  world.app.handle_returned("alice", "ws://elsewhere:1");
  world.app.handle_returned("a/b", "ws://localhost:8081");
  world.loop.run_turns();
  CHECK(world.broker.opened() == 0);
  CHECK(world.state().screen == Screen::login);
  int signed_out = 0;
  world.app.on_signed_out = [&] { ++signed_out; };
  world.sign_in("alice");
  world.app.handle_signed_in_elsewhere("alice", "ws://localhost:8081");
  CHECK(signed_out == 1);
}

TEST_CASE("what waits to be sent is counted on the device, until it is sent") {
  MemoryChatStore store;
  {
    World world(stage_settings(20), &store);
    world.sign_in("alice");
    world.broker.cut();
    for (const char* text : {"one", "two"}) world.app.handle(SendMessage{with("peter"), text});
    world.loop.run_turns();
  }
  World again(stage_settings(20), &store);
  CHECK(waiting_words(again.state()) == "2 messages from alice wait to be sent: sign in as alice to send them.");
  again.sign_in("alice", "", true);
  CHECK(again.state().waiting.empty());
  again.app.handle(Logout{});
  CHECK(waiting_words(again.state()).empty());
  World third(stage_settings(20), &store);
  CHECK(third.state().waiting.empty());
}

TEST_CASE("the identifier of a message that waited, repeated by its receiver, adopts nothing after a reload") {
  MemoryChatStore store;
  std::string id;
  {
    World world(stage_settings(20), &store);
    world.sign_in("alice");
    world.app.handle(AddChat{"peter"});
    world.app.handle(SendMessage{with("peter"), "waits"});
    world.loop.run_turns();
    (void)world.broker.next();
    id = world.chat_with("peter")->messages()[0].id;
    world.broker.reply(wasmqtt::Publish{"chat/messages/alice/peter", as_bytes(message_json(id, "an echo")), 9,
                                        Qos::at_least_once, false, false});
    world.loop.run_turns();
    world.broker.cut();
  }
  World again(stage_settings(20), &store);
  again.sign_in("alice", "", true);
  const auto& messages = again.chat_with("peter")->messages();
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].state == SendState::delivered);
  CHECK(messages[1].state == SendState::none);
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

namespace {

// The broker ends the connection this long after signing in, and the client comes back.
void cut_after(World& world, wasmqtt::Duration duration) {
  world.pass(duration);
  world.broker.cut({wasmqtt::TransportFault::none, 1000, {}, true});
  if (world.state().connection.kind == ConnectionStatus::Kind::elsewhere) return;
  world.app.handle(ConnectNow{});
  world.broker.accept();
  (void)world.broker.expect<wasmqtt::Connect>();
  world.broker.reply(wasmqtt::Connack{true});
  world.answer();
}

}  // namespace

TEST_CASE("a connection cut twice, as by a broker that restarts, is not taken for a sign-in elsewhere") {
  World world(stage_settings(30));
  world.sign_in("alice");
  cut_after(world, 30s);
  cut_after(world, 2s);
  CHECK(world.state().connection.text == "Connected");
}

TEST_CASE("cut again and again right after signing in: \"Possibly signed in elsewhere\", until the user wants it here") {
  World world(stage_settings(30));
  world.sign_in("alice");
  for (int i = 0; i < 3; ++i) cut_after(world, 2s);
  CHECK(world.state().connection.text == "Possibly signed in elsewhere");
  CHECK(world.state().connection.detail.find("may have signed in as alice") != std::string::npos);
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

TEST_CASE("\"Use here\" goes on from what the other tab has stored meanwhile, and overwrites none of it") {
  MemoryChatStore store;
  World first(stage_settings(20), &store);
  first.sign_in("alice");
  first.receive("chat/messages/alice/peter", message_json("1", "one"), Qos::at_least_once);
  first.app.handle(OpenChat{with("peter")});
  first.app.handle_signed_in_elsewhere("alice", "ws://localhost:8081");
  {
    World second(stage_settings(20), &store);
    second.sign_in("alice", "", true);
    for (const char* id : {"2", "3"})
      second.receive("chat/messages/alice/peter", message_json(id, "in the other tab"), Qos::at_least_once);
  }
  first.app.handle(UseHere{});
  first.loop.run_turns();
  first.broker.accept();
  (void)first.broker.expect<wasmqtt::Connect>();
  first.broker.reply(wasmqtt::Connack{true});
  first.answer();
  CHECK(first.state().connection.text == "Connected");
  CHECK(first.state().open == with("peter"));
  CHECK(first.texts("peter") == std::vector<std::string>{"one", "in the other tab", "in the other tab"});
  first.receive("chat/messages/alice/peter", message_json("3", "in the other tab"), Qos::at_least_once, false, true);
  first.receive("chat/messages/alice/peter", message_json("4", "here again"), Qos::at_least_once);
  World third(stage_settings(20), &store);
  third.sign_in("alice", "", true);
  CHECK(third.texts("peter") == std::vector<std::string>{"one", "in the other tab", "in the other tab", "here again"});
}

// A device whose session another tab takes over: the transaction that notices it fails, and from then on the journal takes
// nothing until it is loaded again, while the application's own records are written.
struct SharedStore final : MemoryChatStoreBase {
  struct Journal final : wasmqtt::SessionStore {
    void load(const std::string& client_id, Loaded loaded) override {
      owner.taken_over = false;
      inner->load(client_id, std::move(loaded));
    }
    void append(wasmqtt::Bytes records, Written written) override {
      if (owner.taken_over) return written(false, "Another tab has taken over this session");
      inner->append(records, std::move(written));
    }
    Journal(SharedStore& store, wasmqtt::SessionStore* kept) : owner(store), inner(kept) {}
    SharedStore& owner;
    wasmqtt::SessionStore* inner;
  };
  void put(std::span<const Record> records, Written written) override {
    if (taken_over && !std::exchange(noticed, true)) return written(false, "Another tab has taken over this session");
    memory.put(records, std::move(written));
  }
  wasmqtt::SessionStore* session(const std::string& client_id, const std::string& broker) override {
    journal = std::make_unique<Journal>(*this, memory.session(client_id, broker));
    return journal.get();
  }
  std::unique_ptr<Journal> journal;
  bool taken_over = false;
  bool noticed = false;
};

TEST_CASE("\"Use here\" after the other tab took the store away: nothing of either tab is overwritten or lost") {
  SharedStore store;
  World first(stage_settings(20), &store);
  first.sign_in("alice");
  first.receive("chat/messages/alice/peter", message_json("1", "one"), Qos::at_least_once);
  store.taken_over = true;
  first.app.handle(SendMessage{with("peter"), "not stored"});
  first.answer();
  CHECK(first.state().storage_problem.find("Another tab has taken over") != std::string::npos);
  {
    World second(stage_settings(20), &store.memory);
    second.loop.sleep(1s);
    second.sign_in("alice", "", true);
    second.receive("chat/messages/alice/peter", message_json("2", "in the other tab"), Qos::at_least_once);
    // Not told yet: what it does now must not reach the store.
    first.receive("chat/messages/alice/peter", message_json("3", "not stored either"), Qos::at_least_once);
    first.app.handle(OpenChat{with("peter")});
    first.app.handle(SaveDraft{with("peter"), "half a thou"});
    first.app.handle_leave();
    World third(stage_settings(20), &store.memory);
    third.sign_in("alice", "", true);
    CHECK(third.texts("peter") == std::vector<std::string>{"one", "in the other tab"});
    CHECK(third.chat_with("peter")->draft.empty());
    CHECK(third.chat_with("peter")->unread() == 2);
  }
  first.app.handle_signed_in_elsewhere("alice", "ws://localhost:8081");
  first.app.handle(UseHere{});
  first.loop.run_turns();
  first.broker.accept();
  (void)first.broker.expect<wasmqtt::Connect>();
  first.broker.reply(wasmqtt::Connack{true});
  first.answer();
  CHECK(first.state().storage_problem.empty());
  CHECK(first.chat_with("peter")->draft == "half a thou");
  first.receive("chat/messages/alice/peter", message_json("4", "here again"), Qos::at_least_once);
  const std::vector<std::string> all = {"one", "in the other tab", "not stored", "not stored either", "here again"};
  CHECK(first.texts("peter") == all);
  World last(stage_settings(20), &store.memory);
  last.sign_in("alice", "", true);
  CHECK(last.texts("peter") == all);
}

TEST_CASE("two tabs that write to one store at the same time overwrite nothing of each other") {
  MemoryChatStore store;
  Settings settings = stage_settings(20);
  settings.qos1 = false;
  World first(settings, &store), second(settings, &store);
  first.sign_in("alice");
  second.sign_in("alice");
  second.loop.sleep(1ms);
  first.receive("chat/messages/alice/peter", message_json("1", "in one"));
  second.receive("chat/messages/alice/peter", message_json("2", "in the other"));
  World third(settings, &store);
  third.sign_in("alice");
  CHECK(third.texts("peter") == std::vector<std::string>{"in one", "in the other"});
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
  ten.app.handle(SendMessage{peter, "hello"});
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
