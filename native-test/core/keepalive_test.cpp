// Section 3.1.2.10: when to ping and when to give up.
#include "keepalive.hpp"

#include "link.hpp"
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

constexpr Time start{1'000s};

ClientOptions with(std::chrono::seconds keep_alive, Duration pingresp_timeout = 10s) {
  ClientOptions options = Link::defaults();
  options.keep_alive = keep_alive;
  options.pingresp_timeout = pingresp_timeout;
  return options;
}

}  // namespace

TEST_CASE("keep-alive: before start() and after stop() nothing is due") {
  KeepAlive keep_alive;
  CHECK(keep_alive.due(start) == KeepAlive::Due::nothing);
  CHECK_FALSE(keep_alive.next());
  keep_alive.start(10s, 5s, start, start);
  keep_alive.stop();
  CHECK(keep_alive.due(start + 1h) == KeepAlive::Due::nothing);
  CHECK_FALSE(keep_alive.next());
}

TEST_CASE("keep-alive: a PINGREQ is due a quarter of the interval early, five seconds at the most [MQTT-3.1.2-23]") {
  KeepAlive keep_alive;
  keep_alive.start(8s, 5s, start, start);
  CHECK(keep_alive.next() == start + 6s);
  CHECK(keep_alive.due(start + 6s - 1us) == KeepAlive::Due::nothing);
  CHECK(keep_alive.due(start + 6s) == KeepAlive::Due::ping);
  keep_alive.start(65'535s, 5s, start, start);
  CHECK(keep_alive.next() == start + 65'530s);
}

TEST_CASE("keep-alive: the next PINGREQ is put off by a packet sent and a packet received, not by one of them alone [MQTT-3.1.2-23]") {
  KeepAlive keep_alive;
  keep_alive.start(8s, 5s, start, start);
  keep_alive.sent(start + 5s);
  CHECK(keep_alive.next() == start + 6s);
  keep_alive.received(start + 4s);
  CHECK(keep_alive.next() == start + 10s);
  keep_alive.received(start + 9s);
  CHECK(keep_alive.next() == start + 11s);
}

TEST_CASE("keep-alive: an unanswered PINGREQ is fatal after the time-out, an answered one is not [MQTT-3.12.4-1]") {
  KeepAlive keep_alive;
  keep_alive.start(60s, 10s, start, start);
  keep_alive.sent(start + 55s);
  keep_alive.pinged(start + 55s);
  CHECK(keep_alive.next() == start + 65s);
  CHECK(keep_alive.due(start + 65s) == KeepAlive::Due::dead);
  keep_alive.answered();
  CHECK(keep_alive.due(start + 65s) == KeepAlive::Due::nothing);
}

TEST_CASE("keep-alive: while a PINGREQ is unanswered, the next one still comes in time [MQTT-3.1.2-23]") {
  KeepAlive keep_alive;
  const auto ping_at = [&](Time time) {
    keep_alive.pinged(time);
    keep_alive.ping_moved(time, true);
    keep_alive.sent(time);
  };
  keep_alive.start(4s, 30s, start, start);
  ping_at(start + 3s);
  CHECK(keep_alive.next() == start + 6s);
  CHECK(keep_alive.due(start + 6s) == KeepAlive::Due::ping);
  ping_at(start + 6s);
  CHECK(keep_alive.due(start + 33s) == KeepAlive::Due::dead);  // counted from the first
}

TEST_CASE("keep-alive: between any two packets of a client lies at most the interval [MQTT-3.1.2-23]") {
  for (const auto interval : {1s, 2s, 5s, 19s, 60s, 65'535s}) {
    CAPTURE(interval.count());
    Link link(with(interval, 0us));  // no time-out: the broker never answers, and pings go on
    link.connect();
    Time last = link.now;
    for (int sent = 0; sent < 20;) {
      const auto next = link.client.next_timeout();
      REQUIRE(next);
      link.now = *next;
      link.client.handle_timeout(link.now);
      link.drain();
      if (link.quiet()) continue;
      link.expect<Pingreq>();
      CHECK(link.now - last <= interval);
      last = link.now;
      ++sent;
    }
    CHECK(link.client.connected());
  }
}

TEST_CASE("keep-alive: receiving alone does not put off the PINGREQ [MQTT-3.1.2-23]") {
  Link link(with(10s));
  link.connect();
  for (int second = 1; second <= 8; ++second) {
    link.advance(1s);
    link.receive(Publish{"a", as_bytes("x"), 0, Qos::at_most_once, false, false});
  }
  link.expect<Pingreq>();
}

TEST_CASE("keep-alive: the interval counts from CONNECT, not from a late CONNACK [MQTT-3.1.2-23]") {
  Link link(with(10s));
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  link.expect<Connect>();
  link.advance(7s);
  link.receive(Connack{});
  link.advance(1s);
  link.expect<Pingreq>();
}

TEST_CASE("keep-alive: 0 sends no PINGREQ, ever [MQTT-3.1.2-23]") {
  Link link(with(0s));
  link.connect();
  link.advance(240h);
  CHECK(link.quiet());
  CHECK(link.client.connected());
  CHECK_FALSE(link.client.next_timeout());
}

TEST_CASE("keep-alive: no PINGRESP closes the connection in time, and a dribble is not a PINGRESP [MQTT-3.12.4-1]") {
  Link link(with(60s, 10s));
  link.connect();
  link.advance(55s);
  link.expect<Pingreq>();
  link.receive_hex("d0");  // half of one
  link.advance(5s);
  link.receive(Publish{"a", as_bytes("alive?"), 0, Qos::at_most_once, false, false});
  link.advance(5s);
  REQUIRE(link.closed);
  CHECK(link.closed->cause == CloseRecord::Cause::timed_out);
  CHECK(link.closed->error.code() == Errc::no_pingresp);
  CHECK(link.closed->sentence() == "The broker did not answer PINGREQ in time.");
}

TEST_CASE("probe(): asks for a sign of life at once, and once only until it is answered") {
  Link link(with(0s));
  link.client.probe(link.now);
  link.drain();
  CHECK(link.quiet());
  link.connect();
  link.client.probe(link.now);
  link.client.probe(link.now);
  link.drain();
  link.expect<Pingreq>();
  CHECK(link.quiet());
  link.receive(Pingresp{});
  link.advance(1h);
  CHECK(link.client.connected());
  link.client.probe(link.now);
  link.advance(10s);
  CHECK(link.closed->error.code() == Errc::no_pingresp);
}

TEST_CASE("keep-alive: a PINGREQ that waits behind a large upload has its time to answer from when it left [MQTT-3.12.4-1]") {
  Client client(with(20s));
  (void)client.handle_transport_open(start);
  client.consume_output(client.pending_output().size(), start);
  const auto connack = from_hex("20020000");
  client.handle_bytes(connack, start);
  while (client.poll_event(start) != nullptr) {}
  const std::vector<std::uint8_t> large(100'000);
  REQUIRE(client.publish("a", large, {}, start));
  client.probe(start);
  Time now = start;
  while (client.pending_output().size() > 100) {  // slowly, but it moves
    now += 9s;
    client.consume_output(10'000, now);
    client.handle_timeout(now);
    REQUIRE(client.connected());
  }
  client.consume_output(client.pending_output().size(), now);
  client.handle_timeout(now + 9s);
  CHECK(client.connected());
  client.handle_timeout(now + 10s);
  CHECK_FALSE(client.connected());
}

TEST_CASE("keep-alive: while a PINGREQ waits in the output, no second one is made, and the time to answer runs") {
  KeepAlive keep_alive;
  keep_alive.start(4s, 30s, start, start);
  keep_alive.pinged(start + 3s);
  CHECK(keep_alive.due(start + 20s) == KeepAlive::Due::nothing);
  CHECK(keep_alive.next() == start + 33s);
  keep_alive.ping_moved(start + 20s, false);
  CHECK(keep_alive.next() == start + 50s);
  keep_alive.answered();  // unasked for
  CHECK_FALSE(keep_alive.next());
  keep_alive.ping_moved(start + 21s, true);
  CHECK(keep_alive.next() == start + 3s);
}

TEST_CASE("keep-alive: a stalled store holds back messages, not PINGREQ; what waits is no sign of life [MQTT-3.1.2-23]") {
  ClientOptions options = with(8s);
  options.journal = true;
  options.acknowledgement_timeout = 60s;
  Link link(options);
  link.connect();
  link.durable = false;
  link.advance(5s);
  link.publish("a", "waits", Qos::at_least_once);
  for (int i = 0; i < 100; ++i) {
    const Time last = link.now;
    while (link.quiet() && link.now - last < 8s) link.advance(1s);
    link.expect<Pingreq>();
    CHECK(link.quiet());
    link.receive(Pingresp{});
    link.receive(Publish{"in", {}, static_cast<PacketId>(i + 1), Qos::at_least_once, false, false});
  }
  CHECK(link.client.connected());  // nor is the broker blamed for what it never got
  link.durable = true;
  link.drain();
  CHECK(as_text(link.expect<Publish>().payload) == "waits");
  CHECK(link.expect<Puback>().packet_id == 1);
  link.advance(5s);
  CHECK(link.client.connected());
  link.advance(60s);
  CHECK(link.closed);
}

TEST_CASE("keep-alive: a PINGREQ never goes before CONNECT, whatever the broker says first [MQTT-3.1.0-1]") {
  Client client(with(4s));
  (void)client.handle_transport_open(start);
  const auto connack = from_hex("20020000");  // although CONNECT is still here
  client.handle_bytes(connack, start);
  while (client.poll_event(start) != nullptr) {}
  client.handle_timeout(start + 3s);
  CHECK(client.pending_output()[0] == 0x10);
  CHECK(to_hex(client.pending_output().last(2)) == "c000");
}

TEST_CASE("keep-alive: a dead link is noticed while the application publishes [MQTT-3.1.2-23]") {
  for (const Qos qos : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
    CAPTURE(static_cast<int>(qos));
    ClientOptions options = with(60s, 10s);
    options.acknowledgement_timeout = 0s;
    Link link(options);
    link.connect();
    const Time connected = link.now;
    while (!link.closed && link.now - connected < 1h) {
      link.publish("a", "x", qos);
      link.advance(5s);
    }
    REQUIRE(link.closed);
    CHECK(link.closed->error.code() == Errc::no_pingresp);
    CHECK(link.now - connected == 65s);
  }
}

TEST_CASE("keep-alive: a link that is busy receiving lives; each whole packet gives PINGRESP its time anew") {
  Link link(with(10s, 10s));
  link.connect();
  for (int i = 0; i < 100; ++i) {
    link.advance(9s);
    link.receive(Publish{"a", as_bytes("x"), 0, Qos::at_most_once, false, false});
    REQUIRE_FALSE(link.closed);
  }
  link.advance(10s);
  REQUIRE(link.closed);
  CHECK(link.closed->error.code() == Errc::no_pingresp);
}

TEST_CASE("keep-alive: a large message that arrives slowly is a sign of life, a dribble is not") {
  const auto connected_after = [](std::size_t bytes_a_second) {
    Link link(with(10s, 10s));
    link.connect();
    link.receive_hex("30ffff7f000161");  // 2 MB, of which this is the beginning
    const std::vector<std::uint8_t> piece(bytes_a_second);
    for (int second = 0; second < 120 && !link.closed; ++second) {
      link.advance(1s);
      if (!link.closed) link.receive_bytes(piece);
    }
    return link.client.connected();
  };
  CHECK_FALSE(connected_after(1));
  CHECK_FALSE(connected_after(90));
  CHECK(connected_after(112));
  CHECK(connected_after(10'000));
}

TEST_CASE("time-outs: one that is found late is judged only after what has arrived was read") {
  Link link(with(60s, 10s));
  link.connect();
  link.advance(55s);
  link.expect<Pingreq>();
  link.now += 11s;  // the loop was busy; PINGRESP waits in the socket
  link.client.handle_timeout(link.now);
  link.drain();
  REQUIRE_FALSE(link.closed);
  CHECK(*link.client.next_timeout() <= link.now + 1s);
  link.receive(Pingresp{});
  link.advance(30s);
  CHECK(link.client.connected());
}

TEST_CASE("time-outs: one that is found late ends the connection soon when nothing had arrived") {
  Link link(with(60s, 10s));
  link.connect();
  link.advance(55s);
  link.now += 1h;
  link.advance(1s);
  REQUIRE(link.closed);
  CHECK(link.closed->error.code() == Errc::no_pingresp);
}
