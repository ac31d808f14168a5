// Conversations and their list: order, limits, what is unread.
#include <doctest/doctest.h>

#include "chat/conversation_list.hpp"
#include "chat/iso_time.hpp"
#include "said.hpp"

using namespace chat;
using namespace chat::test;
using namespace std::chrono_literals;

TEST_CASE("a conversation has the same key from both sides, and a title for each reader") {
  const ConversationKey key("peter", "alice");
  CHECK(key == ConversationKey("alice", "peter"));
  CHECK(key.title_for("alice") == "peter");
  CHECK(key.heading_for("alice") == "Conversation with peter");
  CHECK(key.title_for("admin") == "alice and peter");
  CHECK(key.heading_for("admin") == "Conversation between alice and peter");
  CHECK(ConversationKey("a", "a").title_for("a") == "a");
}

TEST_CASE("a message that waited takes its place by the time of sending, but one sender's never against their arrival") {
  const Time t = at("2025-03-01T10:00:00Z");
  Conversation conversation({"a", "b"});
  conversation.insert(said("a", "1", t, t));
  conversation.insert(said("a", "4", t + 30min, t + 30min));
  conversation.insert(said("b", "2", t + 10min, t + 40min));  // waited at the broker
  conversation.insert(said("b", "3", t + 5min, t + 41min));   // b's clock was set back
  CHECK(ids(conversation) == "1234");
  conversation.insert(said("b", "5", t + 5h, t + 50min));     // b's clock runs ahead
  conversation.insert(said("a", "6", t + 60min, t + 60min));
  CHECK(ids(conversation) == "123456");
  CHECK(conversation.reordered() == 2);
}

TEST_CASE("our clock was a day ahead and has been set right: what arrives then stands below what stood there") {
  const Time t = at("2025-03-01T10:00:00Z");
  Conversation conversation({"a", "b"});
  conversation.insert(said("a", "1", t, t));
  conversation.insert(said("a", "2", t + 24h, t + 24h));
  CHECK(conversation.active_at() == t + 24h);
  conversation.insert(said("b", "3", t + 1min, t + 1min));
  conversation.insert(said("b", "4", t + 2min, t + 2min));
  conversation.insert(said("a", "5", t + 3min, t + 3min));
  CHECK(ids(conversation) == "12345");
  CHECK(conversation.reordered() == 0);
  CHECK(conversation.active_at() == t + 3min);
  CHECK(conversation.messages()[3].number > conversation.messages()[2].number);
}

TEST_CASE("an answer stands below what it answers, though its clock is behind or tells whole seconds") {
  const Time t = at("2025-03-01T10:00:00Z");
  Conversation conversation({"a", "b"});
  conversation.insert(said("a", "1", t + 700ms, t + 700ms));
  conversation.insert(said("b", "2", t, t + 900ms));
  conversation.insert(said("a", "3", t + 2s, t + 2s));
  conversation.insert(said("b", "4", t - 40s, t + 3s));
  CHECK(ids(conversation) == "1234");
}

TEST_CASE("a conversation holds its limit of messages, and above it the oldest are dropped and counted") {
  Conversation conversation({"a", "b"});
  const Time t = at("2025-03-01T10:00:00Z");
  std::size_t next = 0;
  const auto fill = [&](std::size_t to) {
    for (; next < to; ++next) conversation.insert(said("a", std::to_string(next), t, t));
  };
  fill(Conversation::max_messages - 1);
  fill(Conversation::max_messages);
  CHECK(conversation.messages().size() == Conversation::max_messages);
  CHECK(conversation.removed() == 0);
  for (const std::size_t above : {Conversation::max_messages + 1, 3 * Conversation::max_messages}) {
    fill(above);
    CHECK(conversation.messages().size() <= Conversation::max_messages);
    CHECK(conversation.messages().back().id == std::to_string(above - 1));
    CHECK(conversation.messages().size() + conversation.removed() == above);
  }
  CHECK(conversation.removed() == conversation.take_removed_numbers().size());
  CHECK(conversation.find("a", "0") == nullptr);
}

TEST_CASE("a conversation holds its limit in bytes: one below, at, one above and far above it") {
  const Time t = at("2025-03-01T10:00:00Z");
  ChatMessage message = said("a", "1", t, t);
  message.text.assign(64 * 1024, 'x');
  const std::size_t whole = Conversation::max_bytes / message.bytes();
  for (const int above : {-1, 0, 1}) {
    CAPTURE(above);
    Conversation conversation({"a", "b"});
    for (std::size_t i = 0; i < whole; ++i) conversation.insert(message);
    ChatMessage last = said("a", "last", t, t);
    const std::size_t left = Conversation::max_bytes - conversation.bytes() - last.bytes();
    last.text.resize(static_cast<std::size_t>(static_cast<long>(left + last.text.size()) + above), 'x');
    conversation.insert(last);
    CHECK(conversation.messages().back().id == "last");
    CHECK((conversation.removed() != 0) == (above > 0));
    CHECK(conversation.bytes() <= Conversation::max_bytes);
    for (int i = 0; i < 2'000; ++i) conversation.insert(message);
    CHECK(conversation.bytes() <= Conversation::max_bytes);
  }
}

TEST_CASE("a message that comes late into a full conversation is not the one that is dropped") {
  Conversation conversation({"a", "b"});
  const Time t = at("2025-03-01T10:00:00Z");
  for (std::size_t i = 0; i < Conversation::max_messages; ++i) conversation.insert(said("a", std::to_string(i), t, t));
  const std::size_t index = conversation.insert(said("b", "late", t - 24h, t));
  CHECK(index == 0);
  CHECK(conversation.messages()[index].id == "late");
  CHECK(conversation.messages()[1].id == std::to_string(conversation.removed()));
}

TEST_CASE("who said how much is counted, also after the oldest were dropped") {
  Conversation conversation({"a", "b"});
  const Time t = at("2025-03-01T10:00:00Z");
  CHECK(conversation.count_from("b") == 0);
  conversation.insert(said("b", "first", t, t));
  CHECK(conversation.count_from("b") == 1);
  for (std::size_t i = 0; i < Conversation::max_messages; ++i) conversation.insert(said("a", std::to_string(i), t, t));
  CHECK(conversation.count_from("b") == 0);
  CHECK(conversation.count_from("a") == conversation.messages().size());
  CHECK(conversation.count_from("c") == 0);
}

TEST_CASE("all conversations hold their limit in bytes, and whoever floods one loses nothing of another") {
  ConversationList list;
  const Time t = at("2025-03-01T10:00:00Z");
  list.insert(list.create({"friend", "me"}), said("friend", "kept", t, t));
  for (int round = 0; round < 100; ++round) {
    for (int stranger = 0; stranger < 20; ++stranger) {
      const std::string name = "stranger" + std::to_string(stranger);
      ChatMessage message = said(name, std::to_string(round), t, t);
      message.text.assign(64 * 1024, 'x');
      const ChatMessage& added = list.insert(list.create({name, "me"}), message);
      CHECK(added.id == message.id);
      REQUIRE(list.bytes() <= ConversationList::max_bytes);
    }
  }
  std::size_t sum = 0;
  for (const Conversation* conversation : list.newest_first()) sum += conversation->bytes();
  CHECK(list.bytes() == sum);
  CHECK(list.find({"friend", "me"})->messages().size() == 1);
  CHECK_FALSE(list.take_dropped().empty());
  CHECK(list.take_dropped().empty());
}

TEST_CASE("strangers open conversations up to the limit; the user opens one above it") {
  ConversationList list;
  for (std::size_t i = 0; i < ConversationList::max_conversations; ++i)
    REQUIRE(list.get({"me", "stranger" + std::to_string(i)}) != nullptr);
  CHECK(list.get({"me", "one more"}) == nullptr);
  CHECK(list.get({"me", "stranger7"}) != nullptr);
  CHECK(list.create({"me", "one more"}).empty());
  CHECK(list.get({"me", "one more"}) != nullptr);
}

TEST_CASE("opening a conversation puts the divider before the first unread message") {
  Conversation conversation({"a", "b"});
  const Time t = at("2025-03-01T10:00:00Z");
  conversation.insert(said("b", "1", t, t));
  conversation.insert(said("b", "2", t + 1s, t + 1s));
  conversation.count_unread();
  conversation.insert(said("b", "3", t + 2s, t + 2s));
  conversation.count_unread();
  conversation.open();
  CHECK(conversation.first_new() == 1);
  CHECK(conversation.unread_below(conversation.messages()[0].number) == 2);
  CHECK(conversation.unread_below(conversation.messages()[1].number) == 1);
  CHECK(conversation.unread_below(conversation.messages()[2].number) == 0);
  conversation.set_unread(0);
  conversation.open();
  CHECK(conversation.first_new() == conversation.messages().size());
}

TEST_CASE("the list is newest first, and sums what is unread") {
  ConversationList list;
  list.get({"a", "me"})->touch(at("2025-03-01T10:00:00Z"));
  list.get({"b", "me"})->touch(at("2025-03-01T12:00:00Z"));
  list.get({"c", "me"})->touch(at("2025-03-01T11:00:00Z"));
  list.find({"a", "me"})->count_unread();
  list.find({"c", "me"})->count_unread();
  list.reorder();
  std::string order;
  for (const Conversation* conversation : list.newest_first()) order += conversation->key().first;
  CHECK(order == "bca");
  CHECK(list.unread() == 2);
  CHECK(list.find({"z", "me"}) == nullptr);
}
