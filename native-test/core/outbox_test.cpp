// The queue of unsent messages: bounds, policies, time to live, latest per topic, cancel.
#include <algorithm>

#include "link.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

constexpr PublishOptions qos1{.qos = Qos::at_least_once};

ClientOptions bounded(OverflowPolicy overflow, std::size_t messages = 3, std::size_t bytes = 1000) {
  ClientOptions options = Link::defaults(false);
  options.overflow = overflow;
  options.queue_messages = messages;
  options.queue_bytes = bytes;
  return options;
}

std::string queued(Link& link) {
  std::string text;
  for (const Delivery delivery : link.client.unfinished()) text += std::string(as_text(link.client.outgoing(delivery)->payload)) + " ";
  return text;
}

}  // namespace

TEST_CASE("outbox, reject: a full queue refuses the new message and changes nothing") {
  Link link(bounded(OverflowPolicy::reject));
  for (const char* text : {"1", "2", "3"}) link.publish("a", text, qos1);
  CHECK(link.client.publish("a", as_bytes("4"), qos1, link.now).error() == local_error(Errc::queue_full));
  CHECK(queued(link) == "1 2 3 ");
  CHECK(link.deliveries.empty());
  CHECK(link.client.counts().queued_bytes == 6);
}

TEST_CASE("outbox, drop oldest: the oldest unsent message fails, the new one is taken") {
  Link link(bounded(OverflowPolicy::drop_oldest));
  const Delivery first = link.publish("a", "1", qos1);
  for (const char* text : {"2", "3", "4"}) link.publish("a", text, qos1);
  CHECK(queued(link) == "2 3 4 ");
  CHECK(link.fate(first) == "failed: dropped for a newer message: the queue was full");
}

TEST_CASE("outbox, drop oldest: bytes count too, and one message larger than the queue is refused") {
  Link link(bounded(OverflowPolicy::drop_oldest, 100, 20));
  for (const char* text : {"11111", "22222", "33333"}) link.publish("a", text, qos1);
  link.publish("a", std::string(12, '4'), qos1);
  CHECK(queued(link) == "33333 444444444444 ");
  CHECK(link.client.publish("a", as_bytes(std::string(20, '5')), qos1, link.now).error() ==
        local_error(Errc::queue_full));
  CHECK(queued(link) == "33333 444444444444 ");
}

TEST_CASE("outbox, drop newest: the new message is accepted and fails at once, with its handle") {
  Link link(bounded(OverflowPolicy::drop_newest));
  for (const char* text : {"1", "2", "3"}) link.publish("a", text, qos1);
  const Delivery fourth = link.publish("a", "4", qos1);
  CHECK(fourth.number != 0);
  CHECK(link.fate(fourth) == "failed: dropped: the queue was full");
  CHECK(queued(link) == "1 2 3 ");
}

TEST_CASE("outbox: messages in flight are never dropped") {
  ClientOptions options = bounded(OverflowPolicy::drop_oldest, 1);
  options.in_flight_window = 2;
  Link link(options);
  link.connect();
  for (const char* text : {"1", "2", "3", "4"}) link.publish("a", text, qos1);
  CHECK(queued(link) == "1 2 4 ");
}

TEST_CASE("outbox, time to live: an unsent message expires on time; one on its way does not") {
  Link link(Link::defaults(false));
  const PublishOptions brief{.qos = Qos::at_least_once, .time_to_live = 10s};
  const Delivery first = link.publish("a", "1", brief);
  const Delivery keeps = link.publish("a", "2", qos1);
  CHECK(link.client.next_timeout() == link.now + 10s);
  link.advance(10s);
  CHECK(link.fate(first) == "failed: expired before it could be sent");
  CHECK(link.client.delivery_state(keeps) == DeliveryState::queued);
  CHECK_FALSE(link.client.next_timeout());
  link.connect();
  const Delivery flies = link.publish("a", "3", brief);
  link.advance(11s);
  CHECK(link.fate(flies) == "sent");
}

TEST_CASE("outbox, time to live: what expired while the machine slept is not sent") {
  ClientOptions options = Link::defaults(false);
  options.in_flight_window = 1;
  options.acknowledgement_timeout = 0us;
  options.keep_alive = 0s;
  Link link(options);
  link.connect();
  link.publish("a", "1", qos1);
  const PacketId id = link.expect<Publish>().packet_id;
  const Delivery second = link.publish("a", "2", {.qos = Qos::at_least_once, .time_to_live = 10s});
  const Delivery third = link.publish("a", "3", {.qos = Qos::at_least_once, .time_to_live = 10h});
  link.now += 1h;  // no timer came
  link.receive(Puback{id});
  CHECK(as_text(link.expect<Publish>().payload) == "3");
  CHECK(link.fate(second) == "failed: expired before it could be sent");
  CHECK(link.fate(third) == "sent");
}

TEST_CASE("outbox: expired messages make room before anything is refused") {
  Link link(bounded(OverflowPolicy::reject));
  for (int i = 0; i < 3; ++i) link.publish("a", "x", {.qos = Qos::at_least_once, .time_to_live = 1s});
  link.now += 2s;
  link.publish("a", "new", qos1);
  CHECK(queued(link) == "new ");
}

TEST_CASE("outbox, latest per topic: an unsent message is replaced by the newer one, other topics are not") {
  Link link(Link::defaults(false));
  const PublishOptions latest{.qos = Qos::at_least_once, .latest_per_topic = true};
  const Delivery first = link.publish("a", "1", latest);
  link.publish("b", "2", latest);
  link.publish("a", "plain", qos1);
  link.publish("a", "3", latest);
  CHECK(queued(link) == "2 plain 3 ");
  CHECK(link.fate(first) == "failed: replaced by a newer message for the same topic");
  link.connect();
  link.publish("a", "4", latest);  // what is on its way is not replaced
  CHECK(link.client.counts().in_flight == 4);
}

TEST_CASE("outbox, latest per topic: replacing needs no room of its own, and loses nothing when refused") {
  Link link(bounded(OverflowPolicy::reject, 1, 10));
  const PublishOptions latest{.qos = Qos::at_least_once, .latest_per_topic = true};
  link.publish("a", "1", latest);
  link.publish("a", "2", latest);
  CHECK(queued(link) == "2 ");
  CHECK(link.client.publish("a", as_bytes(std::string(20, 'x')), latest, link.now).error() ==
        local_error(Errc::queue_full));
  CHECK(queued(link) == "2 ");
}

TEST_CASE("cancel(): what is not on the wire is taken back; else the reason is told") {
  Link link(Link::defaults(false));
  const Delivery one = link.publish("a", "1", qos1);
  CHECK_FALSE(static_cast<bool>(link.client.cancel(one, link.now)));
  link.drain();
  CHECK(link.fate(one) == "failed: cancelled");
  CHECK(link.client.cancel(one, link.now) == local_error(Errc::unknown_delivery));
  CHECK(link.client.cancel({}, link.now) == local_error(Errc::unknown_delivery));
  link.connect();
  const Delivery two = link.publish("a", "2", qos1);
  CHECK(link.client.cancel(two, link.now) == local_error(Errc::already_sent));
}

TEST_CASE("every accepted message ends exactly once, whatever the policy, over 20,000 of them") {
  for (const auto policy : {OverflowPolicy::reject, OverflowPolicy::drop_oldest, OverflowPolicy::drop_newest}) {
    ClientOptions options = bounded(policy, 50, 600);
    options.in_flight_window = 8;
    Link link(options);
    std::size_t accepted = 0;
    unsigned random = 12345;
    const auto draw = [&](unsigned n) { return (random = random * 1'664'525u + 1'013'904'223u) / 65'536u % n; };
    for (int i = 0; i < 20'000; ++i) {
      const std::string topic = "t" + std::to_string(draw(5));
      const PublishOptions with{.qos = draw(2) == 0 ? Qos::at_least_once : Qos::exactly_once,
                                .time_to_live = draw(4) == 0 ? Duration{3s} : Duration{},
                                .latest_per_topic = draw(4) == 0};
      if (link.client.publish(topic, as_bytes(std::string(draw(40), 'x')), with, link.now)) ++accepted;
      link.drain();
      link.now += 100ms;
      if (draw(50) == 0) link.client.handle_timeout(link.now);
      if (!link.client.connected()) {
        link.wire.clear();
        if (draw(10) == 0) link.connect(draw(2) == 0);
        continue;
      }
      if (draw(200) == 0) {
        link.cut();
        continue;
      }
      while (!link.quiet() && draw(3) != 0) {
        const Packet packet = link.next();
        if (const auto* publish = std::get_if<Publish>(&packet)) {
          if (publish->qos == Qos::at_least_once) link.receive(Puback{publish->packet_id});
          else link.receive(Pubrec{publish->packet_id});
        } else if (const auto* pubrel = std::get_if<Pubrel>(&packet)) {
          link.receive(Pubcomp{pubrel->packet_id});
        }
      }
      CHECK(link.client.counts().queued <= 58);
    }
    std::size_t ended = 0;
    std::vector<std::uint64_t> numbers;
    for (const DeliveryChanged& change : link.deliveries) {
      if (change.state != DeliveryState::acknowledged && change.state != DeliveryState::failed) continue;
      ++ended;
      numbers.push_back(change.delivery.number);
    }
    std::sort(numbers.begin(), numbers.end());
    CHECK(std::unique(numbers.begin(), numbers.end()) == numbers.end());
    CHECK(ended + link.client.unfinished().size() == accepted);
  }
}
