// Tabs that do not read, or take their time with a message: nobody waits for them longer than the bounds allow.
#include <doctest/doctest.h>

#include <algorithm>

#include "chaos/scenario.hpp"
#include "tab_checks.hpp"
#include "tabs.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;

namespace {

constexpr ProtocolVersion versions[] = {ProtocolVersion::mqtt_3_1_1, ProtocolVersion::mqtt_5};

}  // namespace

TEST_CASE("a tab that is frozen holds up nobody for longer than the time-out, and has all when it thaws") {
  Tabs tabs({.count = 3, .hub = {.acknowledge_timeout = 2s}});
  for (std::size_t i = 0; i < 3; ++i) tabs[i].subscribe("all", Qos::exactly_once);
  tabs.start();
  tabs.pass(200ms);
  tabs.freeze(tabs[2]);
  for (int i = 0; i < 12; ++i) tabs.broker().publish("all", Qos::exactly_once);
  tabs.pass(1s);
  // As many as the broker has under way at a time.
  CHECK(tabs[1].order.size() == chaos::ModelBroker::in_flight_limit);
  tabs.pass(10s);
  CHECK(tabs[1].order.size() == 12);
  CHECK(tabs.hub().counts().unacknowledged == 0);
  tabs.thaw(tabs[2]);
  tabs.pass(500ms);
  CHECK(tabs[2].order.size() == 12);
  CHECK(tabs[2].missed == 0);
  check_all(tabs);
}

TEST_CASE("what waits for a tab that does not read is bounded; beyond, it is let go, is told when it reads, and joins anew") {
  const SharedHubOptions bounds{.window_bytes = 32 * 1024, .queue_bytes = 64 * 1024, .acknowledge_timeout = 100ms};
  Tabs tabs({.count = 3, .hub = bounds});
  for (std::size_t i = 0; i < 3; ++i) tabs[i].subscribe("all", Qos::at_least_once);
  tabs[2].subscribe("only/2", Qos::at_least_once);
  tabs.start();
  tabs.pass(200ms);
  tabs.freeze(tabs[2]);
  std::size_t most = 0;
  const std::string payload(1000, 'x');
  for (int i = 0; i < 150; ++i) {
    REQUIRE(tabs[1].member->publish("all", "o" + std::to_string(5000 + i) + ' ' + payload, {.qos = Qos::at_least_once}));
    tabs.pass(40ms);
    most = std::max(most, tabs.hub().counts().waiting_bytes);
  }
  tabs.pass(2s);
  CHECK(tabs[1].order.size() == 150);
  CHECK(most <= bounds.queue_bytes);
  CHECK(most > bounds.queue_bytes / 2);
  CHECK(tabs[2].port->bytes < bounds.window_bytes + 8 * 1024);
  CHECK(tabs.hub().counts().joined == 2);
  CHECK(tabs.broker().subscriptions()->count("only/2") == 0);
  tabs.thaw(tabs[2]);
  tabs.pass(500ms);
  CHECK(tabs[2].missed == 1);
  CHECK(last<MessagesMissed>(tabs[2])->reason == MessagesMissed::Reason::did_not_read);
  CHECK(tabs.broker().subscriptions()->count("only/2") == 1);
  tabs.broker().publish("only/2", Qos::at_least_once);
  tabs.pass(200ms);
  CHECK(tabs[2].received[tabs[2].order.back()] == 1);
  CHECK(tabs[2].order.back()[0] == 'i');
}

TEST_CASE("a tab that was behind when the leader died is told that it has missed messages") {
  Tabs tabs({.count = 3, .hub = {.window_bytes = 32 * 1024, .acknowledge_timeout = 100ms}});
  for (std::size_t i = 0; i < 3; ++i) tabs[i].subscribe("all", Qos::at_least_once);
  tabs.start();
  tabs.pass(200ms);
  tabs.freeze(tabs[2]);
  const std::string payload(1000, 'x');
  for (int i = 0; i < 60; ++i)
    REQUIRE(tabs[1].member->publish("all", "o" + std::to_string(5000 + i) + ' ' + payload, {.qos = Qos::at_least_once}));
  tabs.pass(6s);
  REQUIRE(tabs[1].order.size() == 60);
  tabs.kill(tabs.leader());
  tabs.thaw(tabs[2]);
  tabs.pass(1s);
  CHECK(tabs[2].missed == 1);
  CHECK(tabs[2].order.size() < 60);
}

TEST_CASE("a message is acknowledged to the broker when every tab that has it has handled it") {
  for (const auto version : versions) {
    Tabs tabs({.count = 3, .version = version, .manual = true, .hub = {.acknowledge_timeout = 60s}});
    for (std::size_t i = 0; i < 3; ++i) tabs[i].subscribe("all", Qos::exactly_once);
    tabs.start();
    tabs.pass(200ms);
    tabs[2].acknowledges = false;
    tabs.broker().publish("all", Qos::exactly_once);
    tabs.pass(2s);
    CHECK(tabs[1].order.size() == 1);
    CHECK_FALSE(tabs.broker().idle());
    CHECK(tabs.hub().counts().unacknowledged == 1);
    SUBCASE("later") { tabs[2].member->acknowledge(tabs[2].unacknowledged.front()); }
    SUBCASE("refused by one") {
      const std::uint64_t token = tabs[2].unacknowledged.front();
      const Errc no_code = version == ProtocolVersion::mqtt_5 ? Errc::reserved_reason_code : Errc::not_in_this_version;
      CHECK(tabs[2].member->refuse(token, ReasonCode::session_taken_over) == local_error(no_code));  // none of PUBACK
      const Error error = tabs[2].member->refuse(token, ReasonCode::quota_exceeded);
      CHECK(error == (version == ProtocolVersion::mqtt_5 ? Error{} : local_error(Errc::not_in_this_version)));
      if (error) tabs[2].member->acknowledge(tabs[2].unacknowledged.front());
    }
    SUBCASE("its tab dies") { tabs.kill(tabs[2]); }
    tabs.pass(500ms);
    CHECK(tabs.broker().idle());
    check_all(tabs);
  }
}

TEST_CASE("a tab can hold one message back alone: the broker's acknowledgement waits for it, that of the next one does not") {
  Tabs tabs({.count = 2, .hub = {.acknowledge_timeout = 60s}});
  for (std::size_t i = 0; i < 2; ++i) tabs[i].subscribe("all", Qos::exactly_once);
  tabs.start();
  tabs.pass(200ms);
  std::vector<std::uint64_t> held;
  tabs[1].member->on_message = [&](const Message& message) {
    if (held.empty()) tabs[1].member->hold(message.token);
    held.push_back(message.token);
  };
  tabs.broker().publish("all", Qos::exactly_once);
  tabs.broker().publish("all", Qos::exactly_once);
  tabs.pass(1s);
  REQUIRE(held.size() == 2);
  CHECK(tabs.hub().counts().unacknowledged == 1);
  CHECK_FALSE(tabs.broker().idle());
  tabs[1].member->acknowledge(held.front());
  tabs.pass(500ms);
  CHECK(tabs.hub().counts().unacknowledged == 0);
  CHECK(tabs.broker().idle());
}

TEST_CASE("a tab that has paused its messages hears of all else, and has them when it resumes") {
  Tabs tabs({.count = 2});
  tabs[1].subscribe("all", Qos::at_least_once);
  tabs.start();
  tabs.pass(200ms);
  tabs[1].member->pause();
  tabs.broker().publish("all", Qos::at_least_once);
  tabs.broker().publish("all", Qos::at_least_once);
  const std::uint64_t number = tabs[1].publish("out", Qos::at_least_once);
  tabs.pass(500ms);
  CHECK(tabs[1].order.empty());
  CHECK(end_of(tabs[1], number).state == DeliveryState::acknowledged);
  SUBCASE("with the same leader") {}
  SUBCASE("with another") {
    tabs.kill(tabs.leader());
    tabs.pass(500ms);
  }
  tabs[1].member->resume();
  tabs.pass(500ms);
  check_all(tabs);
}

// ---- what is published ----

TEST_CASE("signs of life take up none of the room that a tab has for messages, however long it is joined") {
  Tabs tabs({.count = 2});
  for (std::size_t i = 0; i < 2; ++i) tabs[i].subscribe("all", Qos::at_least_once);
  tabs.start();
  tabs.pass(200ms);
  int sent = 0;
  SUBCASE("idle") { tabs.pass(1200s); }
  SUBCASE("with a message now and then") {
    const std::string payload(1000, 'x');
    for (; sent < 60; ++sent) {
      REQUIRE(tabs[1].member->publish("all", "o" + std::to_string(5000 + sent) + ' ' + payload, {.qos = Qos::at_least_once}));
      tabs.pass(1s);
    }
  }
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(last<JoinRefused>(tabs[i]) == nullptr);
    CHECK(tabs[i].member->joined());
    CHECK(tabs[i].order.size() == static_cast<std::size_t>(sent));
  }
}

TEST_CASE("a tab that has published more than fits into its window hears of all of it when it joins anew") {
  constexpr std::size_t window = 32 * 1024;
  Tabs tabs({.count = 2, .hub = {.window_bytes = window}});
  tabs.start();
  tabs.pass(200ms);
  tabs.broker().go_down(3s);
  tabs.cut_connection();
  tabs.pass(100ms);
  const std::size_t before = tabs[1].port->bytes;
  std::vector<std::uint64_t> numbers;
  for (int i = 0; i < 4000; ++i) numbers.push_back(tabs[1].publish("out/1", Qos::at_least_once));
  tabs.pass(1s);
  tabs.cut(tabs[1]);
  tabs.pass(200ms);
  CHECK(tabs[1].port->bytes - before > window);  // welcome alone
  tabs.pass(60s);
  CHECK(tabs[1].member->joined());
  CHECK(tabs[1].member->unfinished().empty());
  CHECK(end_of(tabs[1], numbers.back()).state == DeliveryState::acknowledged);
}

TEST_CASE("the leader's own tab is waited for as long as it takes, another one only until the time-out") {
  Tabs tabs({.count = 2, .manual = true, .hub = {.acknowledge_timeout = 1s}});
  for (std::size_t i = 0; i < 2; ++i) {
    tabs[i].subscribe("all", Qos::at_least_once);
    tabs[i].acknowledges = false;
  }
  tabs.start();
  tabs.pass(200ms);
  tabs.broker().publish("all", Qos::at_least_once);
  tabs.pass(10s);
  CHECK(tabs.hub().counts().unacknowledged == 1);
  Tab& own = tabs.leader();
  REQUIRE(own.unacknowledged.size() == 1);
  own.member->acknowledge(own.unacknowledged[0]);
  tabs.pass(200ms);
  CHECK(tabs.hub().counts().unacknowledged == 0);
  CHECK(tabs.broker().idle());
}

TEST_CASE("a tab with another key is refused, as one of another account is; the hub tells who has joined") {
  Tabs tabs({.count = 2, .hub = {.key = 7}});
  tabs.start();
  tabs.pass(1s);
  for (std::size_t i = 0; i < 2; ++i) {
    REQUIRE(last<JoinRefused>(tabs[i]) != nullptr);
    CHECK(last<JoinRefused>(tabs[i])->reason == JoinRefused::Reason::account);
  }
  CHECK(tabs.hub().joined().empty());
  Tabs alike({.count = 2});
  alike.start();
  alike.pass(1s);
  CHECK(alike.hub().joined() == std::vector<std::uint64_t>{1, 2});
}
