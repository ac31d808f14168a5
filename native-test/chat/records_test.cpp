// What is stored, and what is read back of it.
#include <doctest/doctest.h>

#include "chat/conversation_list.hpp"
#include "chat/iso_time.hpp"
#include "chat/records.hpp"
#include "said.hpp"

using namespace chat;
using namespace chat::test;
using namespace std::chrono_literals;

TEST_CASE("records of format 1, whose delivery state could be another's, load: the state follows from the sender") {
  const std::string account = account_prefix("alice", "ws://a");
  const ConversationKey key("alice", "peter");
  const auto record = [&](std::string_view from, int state, std::uint64_t number) {
    return Record{message_key(account, key, number), "{\"id\":\"same\",\"from\":\"" + std::string(from) +
                                                         "\",\"text\":\"x\",\"sent\":1,\"arrived\":2,\"state\":" +
                                                         std::to_string(state) + ",\"number\":" + std::to_string(number) + "}"};
  };
  ConversationList list;
  HistoryReader reader(account, list);
  for (const Record& one : {record("alice", 0, 1), record("peter", 3, 2), record("alice", 4, 3)})
    reader.read(one.key, one.value);
  CHECK(reader.unreadable() == 0);
  CHECK(reader.format() == 1);
  const auto& messages = list.find(key)->messages();
  REQUIRE(messages.size() == 3);
  CHECK(messages[0].state == SendState::delivered);
  CHECK(messages[1].state == SendState::none);
  CHECK(messages[2].state == SendState::failed);
}

TEST_CASE("what is stored comes back: messages, order, unread, drafts; what is damaged is skipped") {
  const std::string account = account_prefix("alice", "ws://a");
  const ConversationKey key("alice", "peter");
  Conversation conversation(key);
  const Time t = at("2025-03-01T10:00:00Z");
  ChatMessage mine = said("alice", "1", t, t);
  mine.state = SendState::failed;
  mine.problem = "why";
  conversation.insert(mine);
  conversation.insert(said("peter", "2", t + 1s, t + 2s));
  conversation.count_unread();
  conversation.draft = "typed \"so far\"";
  std::vector<Record> records = {conversation_record(account, conversation)};
  for (const ChatMessage& message : conversation.messages()) records.push_back(message_record(account, key, message));
  for (std::string_view damaged : {"c\nalice", "m\nalice/peter\nx", "x\n", "m\n"})
    records.push_back({account + std::string(damaged), "{}"});
  records.push_back({message_key(account, key, 9), "{\"id\":\"9\",\"from\":\"mallory\",\"number\":9}"});
  records.push_back({message_key(account, key, 10), "not json"});

  ConversationList list;
  HistoryReader reader(account, list);
  reader.read(format_record(account).key, format_record(account).value);
  for (const Record& record : records) reader.read(record.key, record.value);
  CHECK(reader.unreadable() == 6);
  CHECK(reader.format() == history_format);
  const Conversation* back = list.find(key);
  REQUIRE(back);
  CHECK(ids(*back) == "12");
  CHECK(back->messages()[0].problem == "why");
  CHECK(back->messages()[0].receiver == "peter");
  CHECK(back->messages()[1].arrived_at == t + 2s);
  CHECK(back->unread() == 1);
  CHECK(back->draft == "typed \"so far\"");
  CHECK(read_device_record(device_record({"alice", "dark"}).value).theme == "dark");
  CHECK(read_device_record("[]").user.empty());
}

TEST_CASE("a damaged number leaves room for those that follow, and a damaged time is one that can be shown") {
  const auto message = [](const std::string& number, const std::string& time) {
    return "{\"id\":\"1\",\"from\":\"peter\",\"text\":\"t\",\"sent\":" + time + ",\"arrived\":" + time + ",\"number\":" + number + "}";
  };
  const std::string where = "m\nalice/peter\n0000000000000001", most = "9223372036854775807";
  CHECK_FALSE(read_message_record("alice/b\n", where, message(most, "1")));
  const auto late = read_message_record("alice/b\n", where, message("1", most));
  const auto early = read_message_record("alice/b\n", where, message("1", "-" + most));
  REQUIRE(late);
  REQUIRE(early);
  CHECK(format_iso_time(late->message.sent_at, {}) == "10000-01-01T00:00:00.000+00:00");
  CHECK(early->message.arrived_at == Time{});
  const auto stored = read_conversation_record("c\nalice/peter", "{\"read\":" + most + ",\"cleared\":" + most + ",\"drafted\":" + most + "}");
  REQUIRE(stored);
  CHECK(stored->read_mark == 0);
  CHECK(stored->forgotten == 0);
  CHECK(stored->draft_at == late->message.sent_at);
}

TEST_CASE("a stored history far above the limits is read without ever holding more than they allow") {
  const std::string account = account_prefix("alice", "ws://a");
  const ConversationKey key("alice", "stranger");
  const Time t = at("2025-03-01T10:00:00Z");
  ConversationList list;
  HistoryReader reader(account, list);
  ChatMessage message = said("stranger", "id", t, t);
  message.text.assign(64 * 1024, 'x');
  for (std::uint64_t number = 1; number <= 400; ++number) {
    message.number = number;
    const Record record = message_record(account, key, message);
    reader.read(record.key, record.value);
    REQUIRE(list.bytes() <= Conversation::max_bytes);
  }
  CHECK(reader.unreadable() == 0);
  CHECK(list.find(key)->messages().back().number == 400);
  CHECK(list.take_dropped().size() + list.find(key)->messages().size() == 400);
}
