// The leader dies, freezes or loses its links at every step of what tabs and broker do with each other.
#include <doctest/doctest.h>

#include "tabs.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;

namespace {

enum class Blow { none, kill_bytes_lost, kill_bytes_arrive, freeze, cut_link, cut_connection };

struct Plan {
  Setting setting{};
  Blow blow = Blow::none;
  std::uint64_t step = 0;     // of the simulation
  bool again = false;         // the next leader is hit, too, so many steps later
};

struct Outcome {
  std::vector<std::string> failures;
  std::uint64_t steps = 0;
  Duration gap{};
};

void script(Tabs& tabs) {
  for (std::size_t i = 0; i < tabs.size(); ++i) {
    tabs[i].subscribe("all/#", Qos::exactly_once);
    tabs[i].subscribe("tab/" + std::to_string(i), Qos::at_least_once);
  }
  tabs.simulation().after(100ms, [&tabs] {
    for (std::size_t i = 0; i < tabs.size(); ++i) {
      tabs[i].absent = tabs[i].shared.empty();
      if (!tabs[i].runs()) continue;
      const std::string out = "out/" + std::to_string(i);
      tabs[i].publish(out, Qos::at_least_once);
      tabs[i].publish(out, Qos::exactly_once);
      tabs[i].publish(out, Qos::at_most_once);
      tabs[i].publish(out, Qos::exactly_once);
      tabs[i].subscribe("late/" + std::to_string(i), Qos::at_least_once);
      tabs[i].publish("all/" + std::to_string(i), Qos::exactly_once);
      tabs[i].publish(out, Qos::at_most_once);
    }
  });
  tabs.simulation().after(105ms, [&tabs] {
    tabs.broker().publish("all/b", Qos::exactly_once);
    tabs.broker().publish("tab/0", Qos::at_least_once);
    tabs.broker().publish("all/b", Qos::exactly_once);
    tabs.broker().publish("all/b", Qos::at_least_once);
    tabs.broker().publish("tab/1", Qos::at_most_once);
    tabs.broker().publish("tab/1", Qos::at_least_once);
  });
}

void strike(Tabs& tabs, Blow blow) {
  if (!tabs.led()) return;
  Tab& leader = tabs.leader();
  switch (blow) {
    case Blow::none: return;
    case Blow::kill_bytes_lost: return tabs.kill(leader, true);
    case Blow::kill_bytes_arrive: return tabs.kill(leader, false);
    case Blow::freeze:
      tabs.freeze(leader);
      tabs.simulation().after(1500ms, [&tabs, &leader] { tabs.thaw(leader); });
      return;
    case Blow::cut_link: return tabs.cut(tabs[1]);
    case Blow::cut_connection: return tabs.cut_connection();
  }
}

Outcome run(const Plan& plan) {
  Tabs tabs(plan.setting);
  script(tabs);
  tabs.start();
  const Time begin = tabs.simulation().now();
  Outcome outcome;
  const auto passed = [&] { return tabs.simulation().now() - begin; };
  while (passed() < 20s) {
    ++outcome.steps;
    if (outcome.steps == plan.step || (plan.again && outcome.steps == plan.step + 60)) strike(tabs, plan.blow);
    if (!tabs.step()) break;
    const bool over = outcome.steps > plan.step + 100 && passed() > (plan.blow == Blow::freeze ? 3s : 300ms);
    if (outcome.steps % 16 == 0 && over && tabs.quiet()) break;
  }
  outcome.failures = tabs.failures();
  outcome.gap = tabs.longest_gap;
  const bool killed = plan.blow == Blow::kill_bytes_lost || plan.blow == Blow::kill_bytes_arrive;
  for (std::size_t i = 0; killed && i < tabs.size(); ++i) {
    if (tabs[i].missed != 0) outcome.failures.push_back("a tab was told that it has missed messages, and it was there");
  }
  if (plan.blow == Blow::freeze && tabs.lost_at) outcome.failures.push_back("nobody has noticed that the leader is frozen");
  if (plan.blow == Blow::freeze && tabs.connections() > tabs.elections)
    outcome.failures.push_back("a leader that thawed has connected again");
  return outcome;
}

std::string words(const Outcome& outcome) {
  std::string all;
  for (const std::string& failure : outcome.failures) all += failure + "\n";
  return all;
}

void at_every_step(Plan plan, std::uint64_t stride = 1) {
  const std::uint64_t steps = run({.setting = plan.setting}).steps;
  REQUIRE(steps > 100);
  for (plan.step = 1; plan.step < steps; plan.step += stride) {
    const Outcome outcome = run(plan);
    INFO("step " << plan.step << " of " << steps << "\n" << words(outcome));
    REQUIRE(outcome.failures.empty());
    CHECK(outcome.gap < 1s);
  }
}

Setting two(ProtocolVersion version) { return {.count = 2, .version = version}; }

}  // namespace

TEST_CASE("undisturbed tabs get each message once, and each publish is forwarded once") {
  for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{20}}) {
    for (const auto version : {ProtocolVersion::mqtt_3_1_1, ProtocolVersion::mqtt_5}) {
      const Outcome outcome = run({.setting = {.count = count, .version = version}});
      INFO(count << " tabs\n" << words(outcome));
      CHECK(outcome.failures.empty());
    }
  }
}

TEST_CASE("the leader is killed at every step: nothing is lost, nothing comes twice, and the subscriptions are those of who lives") {
  for (const auto version : {ProtocolVersion::mqtt_3_1_1, ProtocolVersion::mqtt_5}) {
    for (const Blow blow : {Blow::kill_bytes_lost, Blow::kill_bytes_arrive}) {
      for (const Duration latency : {Duration{0}, Duration{3ms}, Duration{15ms}}) {
        Setting setting = two(version);
        setting.store_latency = latency;
        at_every_step({.setting = setting, .blow = blow});
      }
    }
  }
}

TEST_CASE("QoS 0 that waits for a connection goes out once at most") {
  Setting setting = two(ProtocolVersion::mqtt_3_1_1);
  setting.queue_qos0 = true;
  setting.store_latency = {};
  at_every_step({.setting = setting, .blow = Blow::kill_bytes_arrive});
}

TEST_CASE("the next leader is killed, too, while it is taking over") {
  Setting setting = two(ProtocolVersion::mqtt_3_1_1);
  setting.count = 3;
  at_every_step({.setting = setting, .blow = Blow::kill_bytes_lost, .again = true}, 2);
}

TEST_CASE("tabs that are slow to come are waited for, and a driver that is slow to write loses nothing") {
  Setting setting = two(ProtocolVersion::mqtt_3_1_1);
  setting.count = 3;
  setting.announce = 120ms;
  at_every_step({.setting = setting, .blow = Blow::kill_bytes_lost}, 2);
  setting.expects = false;
  at_every_step({.setting = setting, .blow = Blow::kill_bytes_lost}, 7);
  for (const Duration latency : {Duration{0}, Duration{3ms}}) {
    Setting slow = two(ProtocolVersion::mqtt_3_1_1);
    slow.driver_turn = 4ms;
    slow.store_latency = latency;
    at_every_step({.setting = slow, .blow = Blow::kill_bytes_lost});
  }
}

TEST_CASE("five tabs, whose applications acknowledge later and in their own order") {
  Setting setting = two(ProtocolVersion::mqtt_5);
  setting.count = 5;
  setting.manual = true;
  setting.forward_on_release = true;
  at_every_step({.setting = setting, .blow = Blow::kill_bytes_lost}, 5);
}

TEST_CASE("twenty tabs, of which the leading one dies") {
  Setting setting = two(ProtocolVersion::mqtt_3_1_1);
  setting.count = 20;
  at_every_step({.setting = setting, .blow = Blow::kill_bytes_arrive}, 97);
}

TEST_CASE("the leader freezes at every step: another leads within a second, and what the old one does when it thaws is void") {
  for (const auto version : {ProtocolVersion::mqtt_3_1_1, ProtocolVersion::mqtt_5})
    at_every_step({.setting = two(version), .blow = Blow::freeze}, 2);
  // Nobody tells the old one: it finds out by the store alone.
  Setting setting = two(ProtocolVersion::mqtt_3_1_1);
  setting.count = 3;
  setting.notice = 1s;
  at_every_step({.setting = setting, .blow = Blow::freeze}, 3);
}

TEST_CASE("a tab's link is cut at every step, or the connection is") {
  for (const Blow blow : {Blow::cut_link, Blow::cut_connection}) {
    for (const auto version : {ProtocolVersion::mqtt_3_1_1, ProtocolVersion::mqtt_5})
      at_every_step({.setting = two(version), .blow = blow}, 2);
  }
}
