// What several tabs see of one connection: retained messages, ends, and options.
#include <doctest/doctest.h>

#include <algorithm>

#include "tab_checks.hpp"
#include "tabs.hpp"
#include "wasmqtt/journal.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;

namespace {

constexpr ProtocolVersion versions[] = {ProtocolVersion::mqtt_3_1_1, ProtocolVersion::mqtt_5};

}  // namespace

TEST_CASE("retained: a tab that subscribes late has them, and the others are not told again") {
  for (const auto version : versions) {
    Tabs tabs({.count = 2, .version = version});
    tabs.start();
    tabs[0].subscribe("kept/#", Qos::at_least_once);
    tabs.pass(200ms);
    tabs.broker().publish("kept/a", Qos::at_least_once, true);
    tabs.broker().publish("kept/b", Qos::at_least_once, true);
    tabs.pass(200ms);
    CHECK(tabs[0].order.size() == 2);
    tabs[1].subscribe("kept/#", Qos::at_least_once);
    tabs.pass(300ms);
    CHECK(stored(tabs[1], "kept/a") == 1);
    CHECK(stored(tabs[1], "kept/b") == 1);
    Tab& third = tabs.add();
    third.subscribe("kept/+", Qos::at_least_once);  // another filter for the same
    third.member->connect();
    tabs.link(third);
    tabs.pass(300ms);
    CHECK(stored(third, "kept/a") == 1);
    CHECK(stored(third, "kept/b") == 1);
    CHECK(tabs[0].order.size() == 2);
    CHECK(tabs[1].order.size() == 2);
    tabs[0].subscribe("kept/#", Qos::at_least_once, true);  // who asks again is told again
    tabs.pass(300ms);
    CHECK(tabs[0].order.size() == 4);
    CHECK(tabs[1].order.size() == 2);
  }
}

TEST_CASE("what a tab wants of one broker is asked for in one SUBSCRIBE, however long the journal takes") {
  for (const Duration latency : {Duration{0ms}, Duration{3ms}, Duration{300ms}}) {
    Tabs tabs({.count = 2, .store_latency = latency, .trace_packets = 100});
    for (const char* filter : {"one", "two/#", "three/+"}) tabs[0].subscribe(filter, Qos::at_least_once);
    tabs.start();
    tabs.pass(2s);
    const auto asked = [&] {
      const PacketTrace& trace = tabs.hub().mqtt().trace();
      int count = 0;
      for (std::uint64_t n = trace.first(); n < trace.end(); ++n) count += trace[n].type == PacketType::subscribe ? 1 : 0;
      return count;
    };
    CHECK(asked() == 1);
    // Of these, the journal knows them all.
    Tab& third = tabs.add();
    for (const char* filter : {"one", "two/#", "three/+"}) third.subscribe(filter, Qos::at_least_once);
    third.member->connect();
    tabs.link(third);
    tabs.pass(2s);
    CHECK(asked() == 2);
    check_all(tabs);
  }
}

TEST_CASE("retained: a new leader tells nobody again, but what has changed meanwhile") {
  for (const auto version : versions) {
    Tabs tabs({.count = 3, .version = version});
    for (std::size_t i = 0; i < 3; ++i) tabs[i].subscribe("kept/#", Qos::at_most_once);
    tabs.broker().publish("kept/a", Qos::at_most_once, true);
    tabs.broker().publish("kept/b", Qos::at_most_once, true);
    tabs.start();
    tabs.pass(300ms);
    CHECK(stored(tabs[1], "kept/a") == 1);
    tabs.kill(tabs.leader());
    tabs.pass(15ms);
    tabs.broker().publish("kept/b", Qos::at_most_once, true);  // QoS 0: no session keeps it
    tabs.pass(500ms);
    CHECK(stored(tabs[1], "kept/a") == 1);
    if (version == ProtocolVersion::mqtt_3_1_1) CHECK(stored(tabs[1], "kept/b") == 2);
    CHECK(stored(tabs[2], "kept/a") == 1);
    check_all(tabs);
  }
}

TEST_CASE("a tab's end takes its own subscriptions away and leaves those that others have") {
  for (const bool crash : {false, true}) {
    Tabs tabs({.count = 3});
    for (std::size_t i = 0; i < 3; ++i) tabs[i].subscribe("all", Qos::at_least_once);
    tabs[2].subscribe("mine/#", Qos::exactly_once);
    tabs[2].subscribe("all", Qos::exactly_once);
    tabs.start();
    tabs.pass(200ms);
    check_all(tabs);
    REQUIRE(tabs.broker().subscriptions()->size() == 2);
    if (crash) {
      tabs.kill(tabs[2]);
    } else {
      tabs[2].member->disconnect();
      tabs[2].wanted.clear();
    }
    tabs.pass(300ms);
    CHECK(tabs.broker().subscriptions()->size() == 1);
    CHECK(tabs.hub().counts().joined == 2);
    tabs[0].unsubscribe("all");
    tabs[1].unsubscribe("all");
    tabs.pass(200ms);
    CHECK(tabs.broker().subscriptions()->empty());
  }
}

TEST_CASE("a filter of a tab that died with the leader ends, whatever the journal had by then") {
  for (const Duration latency : {Duration{0}, Duration{3ms}, Duration{30ms}}) {
    for (int at = 0; at < 120; at += 3) {
      Tabs tabs({.count = 2, .store_latency = latency});
      tabs[1].subscribe("other", Qos::at_least_once);
      tabs.start();
      if (at >= 60) tabs.pass(300ms);  // it is connected already
      tabs[0].subscribe("leader/only", Qos::at_least_once);
      tabs.pass(std::chrono::milliseconds{at >= 60 ? at - 60 : at});
      tabs.kill(tabs.leader(), at % 2 == 0);
      tabs.pass(800ms);
      INFO("at " << at << " ms, latency " << latency.count());
      check_all(tabs);
    }
  }
}

TEST_CASE("of a filter that ended before the broker was asked for it, nothing is kept") {
  Tabs tabs({.store_latency = 20ms});
  tabs.start();
  tabs.pass(300ms);
  for (int i = 0; i < 20; ++i) {
    const std::string filter = "passing/" + std::to_string(i);
    tabs[1].subscribe(filter, Qos::at_most_once);
    tabs.pass(4ms);
    tabs[1].unsubscribe(filter);
    tabs.pass(60ms);
  }
  SUBCASE("nor when its tab has gone") {
    tabs[1].subscribe("passing", Qos::at_most_once);
    tabs.pass(4ms);
    tabs.kill(tabs[1]);
    tabs.pass(200ms);
  }
  std::size_t noted = 0;
  const auto compacted = compact(tabs.disk().records);
  REQUIRE(compacted);
  JournalRecord record;
  for (JournalReader reader(*compacted); reader.next(record) == JournalReader::Status::record;)
    noted += record.kind == JournalRecord::Kind::note && record.text.find("passing") != std::string_view::npos && !record.payload.empty() ? 1 : 0;
  CHECK(noted == 0);
}

TEST_CASE("the last tab that leaves ends the connection, and one that comes back makes it anew") {
  Tabs tabs({.count = 2});
  tabs.start();
  tabs.pass(200ms);
  tabs[0].member->disconnect();
  CHECK(tabs[0].member->state() == ConnectionState::stopped);
  CHECK(tabs[0].member->stop_reason() == StopReason::asked);
  tabs.pass(100ms);
  CHECK(tabs[1].member->connected());
  tabs[1].member->disconnect();
  tabs.pass(100ms);
  CHECK(tabs.broker().saw_disconnect());
  tabs[1].member->connect();
  tabs.pass(200ms);
  CHECK(tabs[1].member->connected());
  CHECK(tabs[0].member->state() == ConnectionState::stopped);
}

TEST_CASE("a leader that resigns is followed at once") {
  Tabs tabs({.count = 3});
  for (std::size_t i = 0; i < 3; ++i) tabs[i].subscribe("all", Qos::exactly_once);
  tabs.start();
  tabs.pass(200ms);
  Tab& old = tabs.leader();
  old.leader->hub->resign();
  tabs.kill(old, false);
  tabs.lost_at = tabs.simulation().now();
  tabs.pass(400ms);
  CHECK(tabs.elections == 2);
  CHECK(last<LeaderResigned>(tabs[1]) != nullptr);
  CHECK(tabs.longest_gap < 150ms);
  tabs.broker().publish("all", Qos::exactly_once);
  tabs.pass(300ms);
  check_all(tabs);
}

// ---- who does not read ----

TEST_CASE("a broker that has lost the session: each tab is told, its subscriptions are made again, and both ways go on") {
  for (const auto version : versions) {
    Tabs tabs({.count = 3, .version = version});
    for (std::size_t i = 0; i < 3; ++i) tabs[i].subscribe("all", Qos::exactly_once);
    tabs.start();
    tabs.pass(200ms);
    tabs.broker().forget();
    tabs.pass(500ms);
    for (std::size_t i = 0; i < 3; ++i) CHECK(tabs[i].session_lost == 1);
    tabs.broker().publish("all", Qos::exactly_once);
    tabs[1].publish("all", Qos::exactly_once);
    tabs.pass(500ms);
    check_all(tabs);
  }
}

TEST_CASE("other options are told by their names, and the leader's count") {
  Tabs tabs({.count = 1});
  tabs.start();
  tabs.pass(200ms);
  MqttOptions other = tabs.options();
  other.client.keep_alive = 5s;
  other.client.will = WillOptions{.topic = "gone"};
  Tab& tab = tabs.add(7, other);
  tab.member->connect();
  tabs.link(tab);
  tabs.pass(100ms);
  CHECK(tab.member->connected());
  CHECK(tab.other_options == std::vector<std::string>{"keep_alive, will"});
}

TEST_CASE("a tab of another account, with an id that is there, or of another version is refused") {
  Tabs tabs({.count = 2});
  tabs.start();
  tabs.pass(200ms);
  MqttOptions other = tabs.options();
  SUBCASE("account") {
    other.client.user_name = "somebody else";
    Tab& tab = tabs.add(7, other);
    tab.member->connect();
    tabs.link(tab);
    tabs.pass(100ms);
    REQUIRE(last<JoinRefused>(tab) != nullptr);
    CHECK(last<JoinRefused>(tab)->reason == JoinRefused::Reason::account);
    CHECK(tab.member->state() == ConnectionState::connecting);
  }
  SUBCASE("id") {
    Tab& tab = tabs.add(1, other);
    tab.member->connect();
    tabs.link(tab);
    tabs.pass(100ms);
    REQUIRE(last<JoinRefused>(tab) != nullptr);
    CHECK(last<JoinRefused>(tab)->reason == JoinRefused::Reason::same_id);
    CHECK(tabs[1].member->joined());
  }
  SUBCASE("version") {
    struct Catch final : SharedLink {
      void send(Bytes frames) override { sent.assign(frames.begin(), frames.end()); }
      std::vector<std::uint8_t> sent;
    } link;
    const auto number = tabs.hub().link_opened(link);
    std::vector<std::uint8_t> newer{99, 0, 0, 0, 0, 0, 0, 0, 1};
    tabs.hub().handle_frames(number, newer);
    tabs.pass(10ms);
    CHECK(link.sent == std::vector<std::uint8_t>{1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 2, 0, 0});
    tabs[1].member->handle_frames(newer);
    REQUIRE(last<JoinRefused>(tabs[1]) != nullptr);
    CHECK(last<JoinRefused>(tabs[1])->reason == JoinRefused::Reason::version);
    CHECK(last<JoinRefused>(tabs[1])->version == 99);
  }
  CHECK(tabs[0].member->connected());
}

TEST_CASE("packets are copied to a tab that wants them") {
  Tabs tabs({.count = 2, .trace_packets = 100});
  tabs.start();
  tabs.pass(100ms);
  tabs[1].member->watch_packets(true);
  tabs.pass(20ms);
  tabs[0].publish("out", Qos::at_least_once);
  tabs.pass(400ms);
  const PacketTrace& trace = tabs[1].member->trace();
  std::vector<PacketType> types;
  for (std::uint64_t n = trace.first(); n != trace.end(); ++n) types.push_back(trace[n].type);
  CHECK(types == std::vector<PacketType>{PacketType::publish, PacketType::puback});
  CHECK(trace[trace.first()].round_trip);
  tabs[1].member->watch_packets(false);
  tabs.pass(20ms);
  tabs[0].publish("out", Qos::at_least_once);
  tabs.pass(400ms);
  CHECK(trace.end() - trace.first() == 2);
}
