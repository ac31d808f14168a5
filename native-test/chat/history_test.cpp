// What ChatApp keeps, when it writes it, and where that ends.
#include "chat_world.hpp"

#include <utility>
#include <vector>

#include "chat/records.hpp"

using namespace chat;
using namespace chat::test;

namespace {

const ConversationKey peter{"alice", "peter"};

// As IndexedDbStore: what is put and appended while no transaction is under way becomes one, when commit() says so.
struct TransactionStore final : MemoryChatStoreBase, wasmqtt::SessionStore {
  void put(std::span<const Record> records, ChatStore::Written written) override {
    puts += records.size();
    memory.put(records, {});
    waiting.push_back(std::move(written));
  }
  wasmqtt::SessionStore* session(const std::string&, const std::string&) override { return this; }
  void load(std::string_view prefix, Visit visit, ChatStore::Loaded loaded) override {
    memory.load(prefix, std::move(visit), std::move(loaded));
  }
  void load(const std::string&, wasmqtt::SessionStore::Loaded loaded) override { loaded(true, {}, {}); }
  void append(wasmqtt::Bytes, wasmqtt::SessionStore::Written written) override { waiting.push_back(std::move(written)); }

  // One transaction with all that waits; false when nothing does.
  bool commit() {
    if (waiting.empty()) return false;
    ++transactions;
    for (const auto& written : std::exchange(waiting, {}))
      if (written) written(true, {});
    return true;
  }

  std::vector<ChatStore::Written> waiting;
  std::size_t puts = 0;
  int transactions = 0;
};

struct TransactionWorld : World {
  explicit TransactionWorld(TransactionStore& transactions) : World(stage_settings(20), &transactions), kept(transactions) {
    app.handle(SignIn{"alice", ""});
    settle();
    broker.accept();
    settle();
    (void)broker.expect<wasmqtt::Connect>();
    broker.reply(wasmqtt::Connack{});
    settle();
    answer();
    settle();
    REQUIRE(state().screen == Screen::chat);
    kept.transactions = 0;
  }
  void settle() {
    do loop.run_turns();
    while (kept.commit());
  }
  void deliver(wasmqtt::PacketId packet_id, std::string_view payload) {
    broker.reply(wasmqtt::Publish{"chat/messages/alice/peter", as_bytes(payload), packet_id, Qos::at_least_once, false, false});
    loop.run_turns();
  }

  TransactionStore& kept;
};

std::size_t bytes_in(const MemoryChatStore& store) {
  std::size_t sum = 0;
  for (const auto& [key, value] : store.records()) sum += key.size() + value.size();
  return sum;
}

}  // namespace

TEST_CASE("QoS 1: a message is delivered, recorded and then acknowledged, in one transaction [MQTT-4.3.2-2]") {
  TransactionStore store;
  TransactionWorld world(store);
  world.deliver(7, message_json("1", "hello"));
  CHECK(world.texts("peter") == std::vector<std::string>{"hello"});
  CHECK(world.broker.quiet());
  CHECK(store.commit());
  world.loop.run_turns();
  REQUIRE_FALSE(world.broker.quiet());
  CHECK(world.broker.expect<wasmqtt::Puback>().packet_id == 7);
  CHECK(store.transactions == 1);
}

TEST_CASE("QoS 1: a store that keeps no session acknowledges when it has the message itself [MQTT-4.3.2-2]") {
  struct SlowStore final : MemoryChatStoreBase {
    void put(std::span<const Record> records, Written written) override {
      memory.put(records, {});
      if (written) waiting.push_back(std::move(written));
    }
    wasmqtt::SessionStore* session(const std::string&, const std::string&) override { return nullptr; }
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

TEST_CASE("one stranger's flood of long messages: bounded in the page, in the store and at the next sign-in, and said") {
  MemoryChatStore store;
  const std::string text(60'000, 'x');
  {
    World world(stage_settings(20), &store);
    world.sign_in("alice");
    world.receive("chat/messages/alice/peter", message_json("0", "a friend"), Qos::at_least_once);
    for (int i = 0; i < 300; ++i)
      world.receive("chat/messages/alice/stranger", message_json(std::to_string(i), text), Qos::at_least_once);
    CHECK(world.state().conversations.bytes() <= Conversation::max_bytes + 1000);
    CHECK(world.chat_with("stranger")->removed() != 0);
    CHECK(world.chat_with("stranger")->last()->id == "299");
    CHECK(world.state().notices.list().back().text.starts_with("The oldest messages were dropped"));
    CHECK(world.texts("peter").size() == 1);
    CHECK(bytes_in(store) <= Conversation::max_bytes + 200'000);
  }
  World again(stage_settings(20), &store);
  again.sign_in("alice", "", true);
  CHECK(again.state().conversations.bytes() <= Conversation::max_bytes + 1000);
  CHECK(again.chat_with("stranger")->last()->id == "299");
  CHECK(again.texts("peter").size() == 1);
}

TEST_CASE("a history that an earlier version stored above the limits loads within them, and the rest leaves the store") {
  MemoryChatStore store;
  const std::string account = account_prefix("alice", "ws://localhost:8081");
  ChatMessage message{.id = "id", .sender = "stranger", .text = std::string(64 * 1024, 'x')};
  for (std::uint64_t number = 1; number <= 250; ++number) {
    message.number = number;
    const Record record = message_record(account, {"alice", "stranger"}, message);
    store.put({&record, 1}, {});
  }
  World world(stage_settings(20), &store);
  world.sign_in("alice");
  CHECK(world.state().conversations.bytes() <= Conversation::max_bytes);
  CHECK(bytes_in(store) <= Conversation::max_bytes + 200'000);
  CHECK(world.state().notices.list().back().text.starts_with("The oldest messages were dropped"));
  CHECK(store.records().count(account) == 1);  // the format record
}

TEST_CASE("a history in a newer format is neither shown nor changed, and the page says so") {
  MemoryChatStore store;
  const std::string account = account_prefix("alice", "ws://localhost:8081");
  const std::vector<Record> newer = {{account, "{\"format\":" + std::to_string(history_format + 1) + "}"},
                                     {message_key(account, peter, 1), "{\"id\":\"1\",\"from\":\"peter\",\"number\":1}"}};
  store.put(newer, {});
  World world(stage_settings(20), &store);
  world.sign_in("alice");
  CHECK(world.state().storage_problem.find("newer version") != std::string::npos);
  world.receive("chat/messages/alice/peter", message_json("2", "hello"), Qos::at_least_once);
  CHECK(world.texts("peter") == std::vector<std::string>{"hello"});
  for (const Record& record : newer) CHECK(store.records().at(record.key) == record.value);
  for (const auto& [key, value] : store.records()) CHECK(value.find("hello") == std::string::npos);
}

TEST_CASE("more conversations than are kept: a stranger's message is a notice, and the user still opens a chat") {
  World world;
  world.sign_in("alice");
  for (std::size_t i = 0; i < ConversationList::max_conversations; ++i)
    world.app.handle(AddChat{"user" + std::to_string(i)});
  world.receive("chat/messages/alice/stranger", message_json("1", "hello"));
  CHECK(world.chat_with("stranger") == nullptr);
  CHECK(world.state().notices.list().back().text.starts_with("Too many conversations"));
  world.app.handle(AddChat{"stranger"});
  CHECK(world.state().open == ConversationKey("alice", "stranger"));
}

TEST_CASE("the newest messages of a long history are the ones known as delivered already") {
  MemoryChatStore store;
  const std::string account = account_prefix("alice", "ws://localhost:8081");
  const wasmqtt::Time start{std::chrono::seconds{1'600'000'000}};
  // The conversation with the newest message comes first in the list.
  std::uint64_t number = 0;
  for (const auto& [partner, count] : {std::pair{"oldest", 10'000}, {"older", 10'000}, {"newest", 10}})
    for (int i = 0; i < count; ++i) {
      ++number;
      const ChatMessage message{.id = std::to_string(number), .sender = partner, .sent_at = start + number * 1s,
                            .arrived_at = start + number * 1s, .number = number};
      const Record record = message_record(account, {"alice", partner}, message);
      store.put({&record, 1}, {});
    }
  World world(stage_settings(20), &store);
  world.sign_in("alice", "", true);
  world.receive("chat/messages/alice/newest", message_json("20010", ""), Qos::at_least_once, false, true);
  CHECK(world.texts("newest").size() == 10);
}

TEST_CASE("a draft is written after a pause in typing, once, and not for each letter") {
  TransactionStore store;
  TransactionWorld world(store);
  world.app.handle(AddChat{"peter"});
  world.settle();
  const std::size_t before = store.puts;
  std::string text;
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    world.app.handle(SaveDraft{peter, text += letter});
    world.loop.advance(100ms);
    world.app.update();
  }
  CHECK(store.puts == before);
  CHECK(world.chat_with("peter")->draft == text);
  REQUIRE(world.app.next_change());
  CHECK(*world.app.next_change() <= world.loop.now() + 1s);
  world.loop.advance(999ms);
  world.app.update();
  CHECK(store.puts == before + 1);
  CHECK_FALSE(world.app.next_change());
}

TEST_CASE("a draft is written at once when its chat or the page is left: nothing is lost") {
  const auto leave = [](auto how) {
    MemoryChatStore store;
    {
      World world(stage_settings(20), &store);
      world.sign_in("alice");
      world.app.handle(AddChat{"hannes"});
      world.app.handle(AddChat{"peter"});
      world.app.handle(SaveDraft{peter, "half a senten"});
      how(world.app);
      for (const auto& [key, value] : store.records())
        if (key.ends_with("c\nalice/peter")) CHECK(value.find("half a senten") != std::string::npos);
    }
    World again(stage_settings(20), &store);
    again.sign_in("alice", "", true);
    CHECK(again.chat_with("peter")->draft == "half a senten");
  };
  leave([](ChatApp& app) { app.handle_leave(); });
  leave([](ChatApp& app) { app.handle_visible(false); });
  leave([](ChatApp& app) { app.handle(OpenChat{{"alice", "hannes"}}); });
  leave([](ChatApp& app) { app.handle(Logout{}); });
}

TEST_CASE("while nothing is drawn, what arrives in the open chat is unread, until it is drawn again") {
  World world;
  world.sign_in("alice");
  world.app.handle(AddChat{"peter"});
  world.app.handle_drawing(false);
  world.receive("chat/messages/alice/peter", message_json("1", "unseen"));
  CHECK(page_title(world.state()) == "(1) MQTT Chat");
  world.app.handle_visible(true);
  CHECK(page_title(world.state()) == "(1) MQTT Chat");
  world.app.handle_drawing(true);
  world.read_all("peter");
  CHECK(page_title(world.state()) == "MQTT Chat");
  CHECK(world.chat_with("peter")->first_new() == 0);
}

TEST_CASE("a message above 64 KB is neither sent nor kept, and said") {
  World world;
  world.sign_in("alice");
  world.app.handle(AddChat{"peter"});
  world.app.handle(SendMessage{peter, std::string(64 * 1024, 'x')});
  CHECK(world.texts("peter").size() == 1);
  world.app.handle(SendMessage{peter, std::string(64 * 1024 + 1, 'x')});
  CHECK(world.texts("peter").size() == 1);
  CHECK(world.state().notices.list().back().text.find("65537 bytes was not sent") != std::string::npos);
}

TEST_CASE("a message of one's own is queued until its record is stored, and only then sent") {
  TransactionStore store;
  TransactionWorld world(store);
  world.app.handle(AddChat{"peter"});
  world.settle();
  world.app.handle(SendMessage{peter, "hello"});
  world.loop.run_turns();
  CHECK(world.broker.quiet());
  CHECK(world.chat_with("peter")->last()->state == SendState::queued);
  CHECK(store.commit());
  world.loop.run_turns();
  CHECK(world.chat_with("peter")->last()->state == SendState::sent);
  const auto publish = world.broker.expect<wasmqtt::Publish>();
  world.broker.reply(wasmqtt::Puback{publish.packet_id, wasmqtt::ReasonCode::success, {}});
  world.settle();
  CHECK(world.chat_with("peter")->last()->state == SendState::delivered);
}

TEST_CASE("a store that can't keep what is no message, a new chat or a draft, is reported, too") {
  struct FullStore final : MemoryChatStoreBase {
    void put(std::span<const Record>, ChatStore::Written written) override {
      if (written) written(false, "The disk is full.");
    }
  };
  FullStore store;
  World world(stage_settings(20), &store);
  world.sign_in("alice");
  CHECK(world.state().storage_problem.empty());
  world.app.handle(AddChat{"peter"});
  CHECK(world.state().storage_problem.find("The disk is full.") != std::string::npos);
}
