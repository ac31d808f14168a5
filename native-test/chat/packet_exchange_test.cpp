// What belongs together in a trace, and the topics that were seen in it.
#include <doctest/doctest.h>

#include "chat/packet_exchange.hpp"
#include "chat/topic_tree.hpp"
#include "wasmqtt/encode.hpp"

using namespace chat;
using namespace wasmqtt;

namespace {

constexpr auto out = Direction::outbound, in = Direction::inbound;

struct Exchanges {
  void add(Direction direction, const Packet& packet) {
    ByteBuffer bytes;
    REQUIRE_FALSE(static_cast<bool>(encode(packet, bytes)));
    trace.record(now += std::chrono::milliseconds{10}, direction, bytes);
  }
  void publish(Direction direction, Qos qos, PacketId id, bool dup = false) {
    add(direction, Publish{"a/b", as_bytes("hello"), id, qos, false, dup});
  }
  std::string of(std::uint64_t number) const {
    std::string text;
    for (std::uint64_t n : exchange_of(trace, number)) text += std::to_string(n) + " ";
    return text;
  }
  // One line for each row: b begins, | passes, + joins, e ends.
  std::string brackets() {
    list.update(trace, {.pings = true, .text = {}});
    drawn.update(trace, list);
    std::string text;
    for (std::size_t row = 0; row < list.size(); ++row) {
      for (PacketBrackets::Part part : drawn.parts(row)) text += ".b|+e"[static_cast<std::size_t>(part)];
      text += ' ';
    }
    return text;
  }

  PacketTrace trace{{.max_packets = 100}};
  PacketList list;
  PacketBrackets drawn;
  Time now{};
};

}  // namespace

TEST_CASE("the four steps of QoS 2 are one exchange, whichever of them one asks about") {
  Exchanges it;
  it.publish(out, Qos::exactly_once, 5);  // 1
  it.publish(in, Qos::exactly_once, 5);   // 2, the broker's own number 5
  it.add(in, Pubrec{5});                  // 3
  it.add(out, Pubrec{5});                 // 4
  it.add(out, Pubrel{5});                 // 5
  it.add(in, Pubcomp{5});                 // 6
  it.publish(out, Qos::exactly_once, 5);  // 7, another message
  for (const std::uint64_t number : {1u, 3u, 5u, 6u}) CHECK(it.of(number) == "1 3 5 6 ");
  for (const std::uint64_t number : {2u, 4u}) CHECK(it.of(number) == "2 4 ");
  CHECK(it.of(7) == "7 ");
  for (const std::uint64_t number : {3u, 5u, 6u}) CHECK(make_row(it.trace, number, {}).topic == "a/b");
  CHECK_FALSE(waits_for_answer(it.trace[1]));
  CHECK(waits_for_answer(it.trace[7]));
}

TEST_CASE("a repetition after a reconnect belongs to the message that was sent first") {
  Exchanges it;
  it.add(out, Connect{});                           // 1
  it.add(in, Connack{});                            // 2
  it.publish(out, Qos::at_least_once, 3);           // 3
  it.add(out, Connect{});                           // 4
  it.add(in, Connack{true});                        // 5
  it.publish(out, Qos::at_least_once, 3, true);     // 6
  it.add(in, Puback{3});                            // 7
  it.publish(out, Qos::at_least_once, 3);           // 8
  for (const std::uint64_t number : {3u, 6u, 7u}) CHECK(it.of(number) == "3 6 7 ");
  CHECK(it.of(8) == "8 ");
  CHECK(it.of(1) == "1 2 ");
  CHECK(it.of(5) == "4 5 ");
  CHECK(it.brackets() == "b.. e.. b.. |b. |e. +.. e.. b.. ");
}

TEST_CASE("without the session, what waited for an answer waits in vain; requests end with their connection") {
  Exchanges it;
  it.publish(out, Qos::at_least_once, 3);
  it.add(out, Pingreq{});
  it.add(out, Connect{});
  it.add(in, Connack{false});
  it.add(out, Pingreq{});
  CHECK(it.brackets() == "b.. |b. |b. .e. b.. ");
  CHECK(it.of(2) == "2 ");
}

TEST_CASE("brackets follow a list that loses its oldest rows, and begin anew with another filter") {
  Exchanges it;
  for (int i = 0; i < 2; ++i) {
    it.publish(out, Qos::at_least_once, 3);
    it.add(in, Puback{3});
  }
  CHECK(it.brackets() == "b.. e.. b.. e.. ");
  for (int i = 0; i < 98; ++i) it.add(out, Disconnect{});
  CHECK(it.brackets().substr(0, 12) == "b.. e.. ... ");
  PacketList pubacks;
  pubacks.update(it.trace, {.text = "puback"});
  it.drawn.update(it.trace, pubacks);
  CHECK(it.drawn.parts(0)[0] == PacketBrackets::Part::none);
}

TEST_CASE("more exchanges at a time than there are lanes: the others have no bracket, and nothing is lost") {
  Exchanges it;
  for (PacketId id = 1; id <= 5; ++id) it.publish(out, Qos::at_least_once, id);
  for (PacketId id = 1; id <= 5; ++id) it.add(in, Puback{id});
  CHECK(it.brackets() == "b.. |b. ||b ||| ||| e|| .e| ..e ... ... ");
}

TEST_CASE("the tree of topics has each level once, counts messages, and knows what is retained") {
  Exchanges it;
  const auto say = [&](std::string_view topic, std::string_view payload, bool retain, bool dup = false) {
    it.add(in, Publish{topic, as_bytes(payload), dup ? PacketId{9} : PacketId{0}, dup ? Qos::at_least_once : Qos::at_most_once,
                       retain, dup});
  };
  say("chat/status/bob", "on", true);
  say("chat/status/alice", "off", true);
  say("chat-room", "x", false);
  say("chat", "top", false);
  say("chat/status/bob", "live", false);
  say("chat/status/alice", "", true);
  say("/", "root", true);
  say("chat-room", "x", false, true);
  TopicTree tree;
  tree.update(it.trace);
  std::string text;
  for (const TopicTree::Row& row : tree.rows())
    text += std::string(row.depth, '>') + row.level + "=" + std::to_string(row.messages) + "," + row.last + "," + row.retained + "; ";
  CHECK(text == "=0,,; >=1,root,root; chat=1,top,; >status=0,,; >>alice=2,,; >>bob=2,live,on; chat-room=1,x,; ");
  tree.update(PacketTrace({.max_packets = 3}));
  CHECK(tree.rows().empty());
}

TEST_CASE("the tree of topics is bounded") {
  PacketTrace trace({.max_packets = 2000});
  for (std::size_t i = 0; i < TopicTree::most_topics + 7; ++i) {
    ByteBuffer bytes;
    const std::string topic = std::to_string(i);
    REQUIRE_FALSE(static_cast<bool>(encode(Publish{topic, {}, 0, Qos::at_most_once, false, false}, bytes)));
    trace.record({}, in, bytes);
  }
  TopicTree tree;
  tree.update(trace);
  CHECK(tree.rows().size() == TopicTree::most_topics);
  CHECK(tree.left_out() == 7);
}
