// What becomes of a tab's publishes: refused, kept without a leader or without storage, expired, and heard of by a tab that is loaded anew.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "chaos/scenario.hpp"
#include "tab_checks.hpp"
#include "tabs.hpp"
#include "wasmqtt/decode.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;

TEST_CASE("what the broker refuses is told once, at whatever step the leader dies") {
  for (const Duration latency : {Duration{0}, Duration{3ms}}) {
    for (int steps = 0; steps < 60; ++steps) {
      Tabs tabs({.count = 3, .version = ProtocolVersion::mqtt_5, .store_latency = latency});
      tabs.start();
      tabs.pass(100ms);
      const Qos qos = steps % 2 == 0 ? Qos::at_least_once : Qos::exactly_once;
      const std::uint64_t number = tabs[2].publish(std::string(chaos::denied_topic), qos);
      for (int i = 0; i < steps; ++i) tabs.step();
      tabs.kill(tabs.leader(), steps % 4 < 2);
      tabs.pass(1s);
      INFO("after " << steps << " steps");
      CHECK(tabs[2].deliveries[number].back().state == DeliveryState::failed);
      CHECK(end_of(tabs[2], number).reason == FailureReason::refused);
      CHECK(end_of(tabs[2], number).reason_code == ReasonCode::not_authorized);
      tabs.kill(tabs.leader());
      tabs.pass(500ms);
      const auto& told = tabs[2].deliveries[number];
      CHECK(std::count_if(told.begin(), told.end(), [](const auto& one) { return one.state == DeliveryState::failed; }) == 1);
      CHECK(tabs[2].member->unfinished().empty());
    }
  }
}

TEST_CASE("what the leader itself refuses is told once, at whatever step it dies or the tab's link is cut") {
  int refused = 0;
  for (const bool dies : {true, false}) {
    for (int steps = 0; steps < 24; ++steps) {
      INFO((dies ? "dies after " : "cut after ") << steps << " steps");
      Tabs tabs({.count = 1, .queue_messages = 0});
      MqttOptions roomy = tabs.options();
      roomy.client.queue_messages = 50;
      Tab& tab = tabs.add(1, roomy);
      tabs.start();
      tabs.pass(200ms);
      tabs.broker().go_down(3s);
      tabs.cut_connection();
      tabs.pass(100ms);
      const auto number = tab.publish("out", Qos::exactly_once);
      for (int i = 0; i < steps; ++i) tabs.step();
      if (dies) tabs.kill(tabs.leader());
      else tabs.cut(tab);
      tabs.pass(10s);
      const auto& told = tab.deliveries[number];
      // A leader that has kept nothing of it when it dies: the next one publishes it.
      const bool failed = told.back().state == DeliveryState::failed;
      CHECK((failed || (dies && told.back().state == DeliveryState::acknowledged)));
      CHECK(std::count_if(told.begin(), told.end(), [](const auto& one) { return one.state == DeliveryState::failed; }) == (failed ? 1 : 0));
      CHECK(tabs.ledger().forwarded.size() == (failed ? 0 : 1));
      CHECK(tab.member->unfinished().empty());
      refused += failed ? 1 : 0;
    }
  }
  CHECK(refused > 24);
}

TEST_CASE("without a leader: QoS 1 and 2 wait, in order; QoS 0 is refused, what has a time to live expires, and it can be cancelled") {
  Tabs tabs({.count = 2});
  tabs.start();
  tabs.pass(200ms);
  tabs.kill(tabs.leader());
  tabs[1].member->link_closed();
  CHECK(tabs[1].member->state() == ConnectionState::connecting);
  CHECK_FALSE(tabs[1].member->publish("out", "x"));
  const auto first = tabs[1].publish("out", Qos::exactly_once);
  const auto second = tabs[1].publish("out", Qos::at_least_once, {.time_to_live = 10ms});
  const auto third = tabs[1].publish("out", Qos::exactly_once);
  const auto fourth = tabs[1].publish("out", Qos::exactly_once);
  CHECK_FALSE(tabs[1].member->cancel({third}));
  CHECK(tabs[1].member->cancel({77}) == local_error(Errc::unknown_delivery));
  CHECK(tabs[1].member->outgoing({first})->topic == "out");
  CHECK(tabs[1].member->counts().queued == 3);
  tabs.pass(1s);
  CHECK(end_of(tabs[1], first).state == DeliveryState::acknowledged);
  CHECK(end_of(tabs[1], second).reason == FailureReason::expired);
  CHECK(end_of(tabs[1], third).reason == FailureReason::cancelled);
  CHECK(end_of(tabs[1], fourth).state == DeliveryState::acknowledged);
  CHECK(tabs[1].deliveries[third].size() == 1);
}

TEST_CASE("a Message Expiry Interval counts wherever the message waits, and what is left of it goes out") {
  const auto expiring = [](std::uint32_t seconds) {
    PropertyList list;
    REQUIRE_FALSE(static_cast<bool>(list.add(PropertyId::message_expiry_interval, seconds)));
    return list;
  };
  const PropertyList short_time = expiring(2), long_time = expiring(60);
  Setting setting{.count = 3, .version = ProtocolVersion::mqtt_5, .trace_packets = 100};
  std::uint64_t over = 0, kept = 0;
  const auto publish = [&](Tab& tab) {
    over = tab.publish("out", Qos::at_least_once, {.properties = short_time});
    kept = tab.publish("out", Qos::at_least_once, {.properties = long_time});
  };
  std::optional<Tabs> tabs;
  SUBCASE("in the tab, which knows of no leader") {
    setting.announce = 4s;
    tabs.emplace(setting);
    tabs->start();
    tabs->pass(10s);
    tabs->kill(tabs->leader());
    (*tabs)[2].member->link_closed();
    publish((*tabs)[2]);
  }
  SUBCASE("at the leader, which has no room") {
    setting.count = 1;
    setting.queue_messages = 1;
    tabs.emplace(setting);
    MqttOptions roomy = tabs->options();
    roomy.client.queue_messages = 50;
    for (int i = 0; i < 2; ++i) tabs->add(static_cast<std::size_t>(i) + 1, roomy);
    tabs->start();
    tabs->pass(200ms);
    tabs->broker().go_down(4s);
    tabs->cut_connection();
    tabs->pass(100ms);
    (*tabs)[2].publish("out", Qos::at_least_once);
    publish((*tabs)[2]);
  }
  tabs->pass(20s);
  const Tab& tab = (*tabs)[2];
  CHECK(end_of(tab, over).reason == FailureReason::expired);
  CHECK(end_of(tab, kept).state == DeliveryState::acknowledged);
  std::uint32_t left = 0;
  const PacketTrace& trace = tabs->hub().mqtt().trace();
  for (std::uint64_t n = trace.first(); n < trace.end(); ++n) {
    if (trace[n].type != PacketType::publish) continue;
    Frame frame;
    Publish packet;
    FrameReader reader(max_remaining_length);
    reader.feed(trace.bytes(trace[n]));
    REQUIRE(reader.next(frame) == FrameReader::Status::frame);
    REQUIRE_FALSE(static_cast<bool>(decode_publish(frame, packet, ProtocolVersion::mqtt_5, Direction::outbound)));
    left = packet.properties.number(PropertyId::message_expiry_interval, left);
  }
  CHECK(left >= 50);
  CHECK(left <= 57);
}

TEST_CASE("more than the leader's queue takes waits in the tab, and keeps its order") {
  Tabs tabs({.count = 1, .queue_messages = 5});
  MqttOptions roomy = tabs.options();
  roomy.client.queue_messages = 50;
  Tab& tab = tabs.add(1, roomy);
  tabs.start();
  tabs.pass(200ms);
  tabs.cut_connection();
  tabs.pass(15ms);
  for (int i = 0; i < 25; ++i) tab.publish("out", Qos::at_least_once);
  for (int i = 0; i < 25; ++i) tab.publish("out", Qos::exactly_once);
  CHECK(tab.member->publish("out", "x", {.qos = Qos::at_least_once}).error() == local_error(Errc::queue_full));
  tabs.pass(10ms);
  CHECK(tabs.hub().mqtt().counts().queued == 5);
  SUBCASE("with the same leader") {}
  SUBCASE("with another") {
    tabs.kill(tabs.leader());
    tabs.pass(1s);
  }
  tabs.pass(5s);
  CHECK(tab.published.size() == 50);
  CHECK(tabs.ledger().forwarded.size() == 50);
  check_all(tabs);
}

TEST_CASE("without storage: QoS 1 is sent again, and QoS 2 fails rather than come twice") {
  std::size_t failed = 0;
  for (int at = 0; at < 150; at += 2) {
    Tabs tabs({.count = 3, .stored = false});
    tabs.start();
    tabs.pass(100ms);
    const auto once = tabs[2].publish("out", Qos::exactly_once);
    tabs[2].publish("out", Qos::at_least_once);
    tabs.pass(std::chrono::milliseconds{at});
    tabs.kill(tabs.leader(), at % 4 == 0);
    tabs.pass(1s);
    INFO("at " << at);
    check_all(tabs);
    if (end_of(tabs[2], once).state != DeliveryState::failed) continue;
    ++failed;
    CHECK(end_of(tabs[2], once).reason == FailureReason::session_lost);
  }
  CHECK(failed > 5);
  CHECK(failed < 70);
}

TEST_CASE("a tab that is loaded anew with its id hears of what it had published") {
  Tabs tabs({.count = 2});
  tabs.start();
  tabs.pass(200ms);
  tabs.cut_connection();
  tabs.pass(30ms);
  const auto number = tabs[1].publish("out", Qos::exactly_once);
  tabs.pass(5ms);
  tabs.kill(tabs[1]);
  tabs.pass(25ms);
  Tab& again = tabs.add(1);
  again.member->connect();
  tabs.link(again);
  tabs.pass(10ms);
  CHECK(again.member->unfinished() == std::vector<Delivery>{{number}});
  tabs.pass(500ms);
  CHECK(end_of(again, number).state == DeliveryState::acknowledged);
}

// ---- who may join ----
