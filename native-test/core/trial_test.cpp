// A message that makes the broker hang up fails, and the rest go on; an outage fails nothing.
#include "link.hpp"
#include "wasmqtt/journal.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view words =
    "failed: the broker closed the connection each time this message was sent: perhaps its topic is not allowed, or it is "
    "too large";

// A broker that hangs up on one topic, and answers everything else.
struct Hostile {
  explicit Hostile(Link& over, std::string hated = "bad\ttopic") : link(over), topic(std::move(hated)) {}

  // Answers what the client has sent; true: it has hung up.
  bool answer(TransportFault fault = TransportFault::none) {
    while (!link.quiet()) {
      const Packet packet = link.next();
      if (std::holds_alternative<Pingreq>(packet)) link.receive(Pingresp{});
      const auto* publish = std::get_if<Publish>(&packet);
      if (publish == nullptr) continue;
      const Publish sent = *publish;
      if (sent.topic == topic) {
        link.client.handle_transport_closed({fault, 0, {}, true}, link.now);
        link.drain();
        link.wire.clear();
        return true;
      }
      arrived.emplace_back(as_text(sent.payload));
      if (sent.qos == Qos::at_least_once) link.receive(Puback{sent.packet_id});
      if (sent.qos == Qos::exactly_once) {
        const PacketId id = sent.packet_id;
        link.receive(Pubrec{id});
        link.receive(Pubcomp{id});
      }
    }
    return false;
  }

  Link& link;
  std::string topic;
  std::vector<std::string> arrived;
};

}  // namespace

TEST_CASE("a message that makes the broker hang up fails after five connections in a row, and the rest go on") {
  for (const Qos qos : {Qos::at_least_once, Qos::exactly_once}) {
    for (const bool kept : {true, false}) {
      CAPTURE(static_cast<int>(qos));
      CAPTURE(kept);
      Link link(Link::defaults(false));
      Hostile broker(link);
      const Delivery bad = link.publish("bad\ttopic", "bad", qos);
      link.publish("good", "good", Qos::at_least_once);
      int connections = 0;
      for (; connections < 20; ++connections) {
        link.connect(kept && connections != 0);
        if (!broker.answer()) break;
        link.advance(1s);
      }
      CHECK(connections == 5);
      const std::string fate = link.fate(bad);
      CHECK(fate.substr(fate.size() - words.size()) == words);
      CHECK(broker.arrived == std::vector<std::string>{"good"});
      CHECK(link.client.unfinished().empty());
    }
  }
}

TEST_CASE("a message on trial is sent alone, and only after what went before it was answered") {
  Link link(Link::defaults(false));
  Hostile broker(link, "bad");
  link.publish("bad", "bad", Qos::at_least_once);
  link.publish("good", "1", Qos::at_least_once);
  for (int i = 0; i < 2; ++i) {
    link.connect(true);
    REQUIRE(broker.answer());
  }
  link.connect(true);
  link.publish("good", "2", Qos::at_least_once);
  REQUIRE(link.client.publish("good", as_bytes("3"), {}, link.now));  // QoS 0 waits as well
  link.drain();
  link.expect<Pingreq>();
  CHECK(link.quiet());
  link.receive(Pingresp{});
  const Publish alone = link.expect<Publish>();
  CHECK(alone.topic == "bad");
  CHECK(link.quiet());
  link.receive(Puback{alone.packet_id});  // not guilty
  int others = 0;
  for (; !link.quiet(); ++others) link.expect<Publish>();
  CHECK(others == 3);
}

TEST_CASE("the close record names the topic, escaped, and how often") {
  Link link(Link::defaults(false));
  Hostile broker(link);
  link.publish("bad\ttopic", "bad", Qos::at_least_once);
  for (int i = 0; i < 2; ++i) {
    link.connect(i != 0);
    REQUIRE(broker.answer());
  }
  CHECK(link.closed->sentence() ==
        "The broker closed the connection after 0 ms. The first message that was not acknowledged was on topic "
        "\"bad\\u0009topic\", 2 times in a row.");
}

TEST_CASE("strikes survive a restart, and a compacted journal") {
  ClientOptions options = Link::defaults(false);
  options.journal = true;
  std::vector<std::uint8_t> journal;
  for (int run = 0; run < 5; ++run) {
    CAPTURE(run);
    Link link(options);
    REQUIRE_FALSE(static_cast<bool>(link.client.handle_restore(journal, link.now)));
    if (run == 0) link.publish("bad", "bad", Qos::at_least_once);
    CHECK(link.client.unfinished().size() == 1);
    Hostile broker(link, "bad");
    link.connect(run != 0);
    REQUIRE(broker.answer());
    journal.insert(journal.end(), link.journal.begin(), link.journal.end());
    const auto compacted = compact(journal);
    REQUIRE(compacted);
    journal = *compacted;
    CHECK(link.client.unfinished().size() == (run == 4 ? 0 : 1));
  }
}

TEST_CASE("strikes that an acknowledgement has ended stay ended over a restart, and in a compacted journal") {
  ClientOptions options = Link::defaults(false);
  options.journal = true;
  for (const bool compacted : {false, true}) {
    CAPTURE(compacted);
    Link before(options);
    before.publish("bad", "bad", Qos::exactly_once);
    Hostile broker(before, "bad");
    for (int connection = 0; connection < 4; ++connection) {
      before.connect(connection != 0);
      REQUIRE(broker.answer());
    }
    before.connect(true);
    before.expect<Pingreq>();
    before.receive(Pingresp{});
    before.receive(Pubrec{before.expect<Publish>().packet_id});  // this time it takes the message, and the program ends
    before.expect<Pubrel>();

    const auto journal = compacted ? *compact(before.journal) : before.journal;
    Link link(options);
    REQUIRE_FALSE(static_cast<bool>(link.client.handle_restore(journal, link.now)));
    for (int connection = 0; connection < 5; ++connection) {
      CHECK(link.client.unfinished().size() == 1);
      link.connect(true);
      if (connection >= 2) {
        link.expect<Pingreq>();
        link.receive(Pingresp{});
      }
      link.expect<Pubrel>();
      link.cut();
      link.wire.clear();
    }
    CHECK(link.client.unfinished().empty());
  }
}

TEST_CASE("an outage fails nothing: connections that end before CONNACK, before PINGRESP, late, by time-out or by the network") {
  Link link(Link::defaults(false));
  const Delivery delivery = link.publish("a", "x", Qos::at_least_once);
  const auto end = [&](TransportFault fault) {
    link.client.handle_transport_closed({fault, 0, {}, false}, link.now);
    link.drain();
    link.wire.clear();
  };
  SUBCASE("before CONNACK") {
    for (int i = 0; i < 50; ++i) {
      REQUIRE_FALSE(static_cast<bool>(link.open()));
      end(TransportFault::reset);
    }
  }
  SUBCASE("at once after CONNACK") {  // on trial the link does not live long enough to answer PINGREQ
    for (int i = 0; i < 50; ++i) {
      link.connect(i != 0);
      end(TransportFault::reset);
    }
  }
  SUBCASE("the network is gone") {
    for (int i = 0; i < 50; ++i) {
      link.connect(i != 0);
      end(i % 2 == 0 ? TransportFault::timed_out : TransportFault::unreachable);
    }
  }
  SUBCASE("long after the message was sent") {
    for (int i = 0; i < 50; ++i) {
      link.connect(i != 0);
      link.advance(11s);
      end(TransportFault::reset);
    }
  }
  SUBCASE("no acknowledgement in time") {
    for (int i = 0; i < 20; ++i) {
      link.wire.clear();
      link.connect(i != 0);
      link.advance(65s);
      REQUIRE(link.closed);
    }
  }
  CHECK(link.client.delivery_state(delivery).has_value());
  link.wire.clear();
  link.connect(true);
  if (!link.quiet() && link.wire[0] == 0xc0) {
    link.expect<Pingreq>();
    link.receive(Pingresp{});
  }
  link.receive(Puback{link.expect<Publish>().packet_id});
  const std::string fate = link.fate(delivery);
  CHECK(fate.substr(fate.size() - 12) == "acknowledged");
}

TEST_CASE("one acknowledged message between them makes strikes start anew") {
  Link link(Link::defaults(false));
  Hostile broker(link, "bad");
  const Delivery bad = link.publish("bad", "bad", Qos::at_least_once);
  for (int i = 0; i < 30; ++i) {
    link.connect(i != 0);
    if (i % 4 == 3) {  // the broker is in a good mood, but forgets to acknowledge this one
      broker.topic = "none";
      if (!link.quiet() && link.wire[0] == 0xc0) {
        link.expect<Pingreq>();
        link.receive(Pingresp{});
      }
      link.receive(Puback{link.expect<Publish>().packet_id});
      break;
    }
    REQUIRE(broker.answer());
  }
  CHECK(link.client.delivery_state(bad) == std::nullopt);
  const std::string fate = link.fate(bad);
  CHECK(fate.substr(fate.size() - 12) == "acknowledged");
}

// Aedes 0.51 forgets packet ids, and closes on a PUBREL that it does not know.
TEST_CASE("a PUBREL that makes the broker hang up ends its message after five connections in a row, and the rest go on") {
  Link link(Link::defaults(false));
  link.connect(false);
  const Delivery bad = link.publish("a", "bad", Qos::exactly_once);
  link.receive(Pubrec{link.expect<Publish>().packet_id});
  const PacketId released = link.expect<Pubrel>().packet_id;
  link.cut();
  link.publish("a", "good", Qos::exactly_once);
  link.publish("a", "good", Qos::at_least_once);
  int hung_up = 0;
  int published = 0;
  for (int connection = 0; connection < 20; ++connection) {
    link.connect(true);
    bool over = false;
    while (!over && !link.quiet()) {
      const Packet packet = link.next();
      if (const auto* pubrel = std::get_if<Pubrel>(&packet)) over = pubrel->packet_id == released;
      if (std::holds_alternative<Pingreq>(packet)) link.receive(Pingresp{});
      if (std::holds_alternative<Publish>(packet)) ++published;
    }
    if (!over) break;
    ++hung_up;
    link.cut();
    link.wire.clear();
    link.advance(1s);
  }
  CHECK(hung_up == 5);
  const std::string fate = link.fate(bad);
  CHECK(fate.substr(fate.size() - words.size()) == words);
  CHECK(published >= 2);
  CHECK(link.client.unfinished().size() == 2);
}

TEST_CASE("a PUBREL on trial waits for PINGRESP, and PUBCOMP brings the rest") {
  Link link(Link::defaults(false));
  link.connect(false);
  link.publish("a", "1", Qos::exactly_once);
  link.receive(Pubrec{link.expect<Publish>().packet_id});
  link.expect<Pubrel>();
  link.cut();
  link.publish("a", "2", Qos::exactly_once);
  for (int i = 0; i < 2; ++i) {
    link.connect(true);
    link.expect<Pubrel>();
    link.cut();
    link.wire.clear();
  }
  link.connect(true);
  link.expect<Pingreq>();
  CHECK(link.quiet());
  link.receive(Pingresp{});
  const PacketId id = link.expect<Pubrel>().packet_id;
  CHECK(link.quiet());
  link.receive(Pubcomp{id});
  CHECK(as_text(link.expect<Publish>().payload) == "2");
}

TEST_CASE("an outage fails no message whose PUBREL is sent again") {
  Link link(Link::defaults(false));
  link.connect(false);
  const Delivery delivery = link.publish("a", "1", Qos::exactly_once);
  link.receive(Pubrec{link.expect<Publish>().packet_id});
  link.expect<Pubrel>();
  for (int i = 0; i < 50; ++i) {
    link.cut();
    link.wire.clear();
    link.connect(true);
  }
  CHECK(link.client.delivery_state(delivery).has_value());
  link.expect<Pingreq>();
  link.receive(Pingresp{});
  link.receive(Pubcomp{link.expect<Pubrel>().packet_id});
  CHECK(link.client.unfinished().empty());
}
