#include "message_table.hpp"

#include <map>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "inflight.hpp"
#include "session.hpp"

using namespace wasmqtt;
using State = OutgoingMessage::State;

TEST_CASE("message table: messages of every size keep their bytes while others come and go") {
  std::mt19937 random(5);
  MessageTable table;
  std::map<Slot, std::string> kept;
  for (int i = 0; i < 20'000; ++i) {
    if (random() % 5 < 3) {
      const std::string topic(random() % 30, static_cast<char>('a' + i % 26));
      const std::string payload(random() % 20 == 0 ? random() % 9000 : random() % 300, static_cast<char>('A' + i % 26));
      const Slot slot = table.add(topic, as_bytes(payload));
      CHECK(kept.emplace(slot, topic + payload).second);
      table[slot].number = static_cast<std::uint64_t>(i + 1);
    } else if (!kept.empty()) {
      const auto gone = std::next(kept.begin(), static_cast<std::ptrdiff_t>(random() % kept.size()));
      CHECK(std::string(table[gone->first].topic()) + std::string(as_text(table[gone->first].payload())) == gone->second);
      CHECK(table.find({table[gone->first].number, gone->first}) == gone->first);
      table.erase(gone->first);
      kept.erase(gone);
    }
    CHECK(table.count() == kept.size());
  }
}

TEST_CASE("message table: a handle of an erased message finds nothing, also when its slot is used again") {
  MessageTable table;
  const Slot slot = table.add("a", {});
  table[slot].number = 1;
  CHECK(table.find({1, slot}) == slot);
  table.erase(slot);
  CHECK(table.find({1, slot}) == no_slot);
  const Slot again = table.add("b", {});
  table[again].number = 2;
  CHECK(again == slot);
  CHECK(table.find({1, slot}) == no_slot);
  CHECK(table.find({2, 999}) == no_slot);
  CHECK(table.find({0, slot}) == no_slot);
}

TEST_CASE("message table: after a burst of 20 MB it gives memory back and works on") {
  MessageTable table;
  std::vector<Slot> slots;
  const std::string payload(1000, 'x');
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 20'000; ++i) slots.push_back(table.add("topic", as_bytes(payload)));
    for (const Slot slot : slots) table.erase(slot);
    slots.clear();
    CHECK(table.count() == 0);
  }
}

TEST_CASE("message list: front, back, middle; counts and bytes") {
  MessageTable table;
  MessageList list;
  const Slot a = table.add("a", as_bytes("1"));
  const Slot b = table.add("b", as_bytes("22"));
  const Slot c = table.add("c", as_bytes("333"));
  list.push_back(table, b);
  list.push_back(table, c);
  list.push_front(table, a);
  CHECK(list.front() == a);
  CHECK(table[a].next == b);
  CHECK(table[c].previous == b);
  CHECK(list.count() == 3);
  CHECK(list.bytes() == 9);
  list.remove(table, b);
  CHECK(table[a].next == c);
  list.remove(table, a);
  list.remove(table, c);
  CHECK(list.empty());
  CHECK(list.bytes() == 0);
  list.push_front(table, c);
  list.push_back(table, a);
  CHECK(table[c].next == a);
}

TEST_CASE("session: cancelling from the middle of 10,000 keeps the order of the rest [MQTT-4.6.0-1]") {
  Session session("alice", false);
  std::vector<Delivery> all;
  for (int i = 0; i < 10'000; ++i)
    all.push_back(session.delivery(session.enqueue("a", {}, {.qos = Qos::at_least_once}, Time{std::chrono::seconds{i}})));
  for (std::size_t i = 0; i < all.size(); i += 2) session.finish(session.find(all[i]));
  std::uint64_t last = 0;
  for (Slot slot = session.queued(Qos::at_least_once).front(); slot != no_slot; slot = session[slot].next) {
    CHECK(session[slot].number > last);
    last = session[slot].number;
  }
  CHECK(session.queued_count() == 5'000);
  CHECK(session.find(all[0]) == no_slot);
}

TEST_CASE("acknowledgement table: every state and acknowledgement has its action [MQTT-4.3.2-1] [MQTT-4.3.3-1]") {
  OutgoingMessage qos1;
  qos1.qos = Qos::at_least_once;
  qos1.state = State::published;
  OutgoingMessage qos2 = qos1;
  qos2.qos = Qos::exactly_once;
  OutgoingMessage released = qos2;
  released.state = State::released;
  struct Row {
    const OutgoingMessage* message;
    AckAction puback, pubrec, pubcomp;
  };
  for (const Row& row : {Row{&qos1, AckAction::complete, AckAction::wrong, AckAction::wrong},
                         Row{&qos2, AckAction::wrong, AckAction::release, AckAction::wrong},
                         Row{&released, AckAction::wrong, AckAction::repeat_release, AckAction::complete},
                         Row{nullptr, AckAction::ignore, AckAction::repeat_release, AckAction::ignore}}) {
    CHECK(action_for(row.message, PacketType::puback, false) == row.puback);
    for (const bool puback_ends_qos2 : {false, true}) {
      CHECK(action_for(row.message, PacketType::pubrec, puback_ends_qos2) == row.pubrec);
      CHECK(action_for(row.message, PacketType::pubcomp, puback_ends_qos2) == row.pubcomp);
    }
  }
  CHECK(action_for(&qos1, PacketType::puback, true) == AckAction::complete);
  CHECK(action_for(&qos2, PacketType::puback, true) == AckAction::complete);
  CHECK(action_for(&released, PacketType::puback, true) == AckAction::wrong);
  CHECK(action_for(nullptr, PacketType::puback, true) == AckAction::ignore);
  CHECK(action_for(&qos1, PacketType::suback, false) == AckAction::wrong);
}
