// ChatApp while somebody else signs in as the same user: in another tab, or on another device.
#include "chat_world.hpp"

#include "chat/records.hpp"
#include "chat/wire.hpp"

using namespace chat;
using namespace chat::test;

namespace {

ConversationKey with(const std::string& partner) { return {"alice", partner}; }

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
