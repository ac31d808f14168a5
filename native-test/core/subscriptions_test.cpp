// What the application wants to hear and what the broker is told of it, across connections.
#include <algorithm>

#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

const MqttClient::MessageHandler ignore = [](const Message&) {};
constexpr std::uint8_t granted_0[] = {0};
constexpr std::uint8_t granted_1[] = {1};
constexpr std::uint8_t refused[] = {0x80};

void grant(World& world, Bytes codes) { world.broker.reply(Suback{world.broker.expect<Subscribe>().packet_id, codes}); }

}  // namespace

TEST_CASE("a filter, a QoS that is not legal: refused at once, nothing changes [MQTT-4.7.1-2] [MQTT-3-8.3-4]") {
  World world;
  world.connect();
  CHECK(world.mqtt.subscribe("a#", Qos::at_most_once, ignore).error() == local_error(Errc::bad_wildcard));
  CHECK(world.mqtt.subscribe("", Qos::at_most_once, ignore).error() == local_error(Errc::empty_topic));
  CHECK(world.mqtt.subscribe("a", static_cast<Qos>(3), ignore).error() == local_error(Errc::invalid_qos));
  world.loop.run_turns();
  CHECK(world.broker.quiet());
}

TEST_CASE("resubscribe: after a lost session every filter is asked again, once [MQTT-3.2.2-2]") {
  World world(client_options(false));
  for (const char* filter : {"a", "b", "a"}) REQUIRE(world.mqtt.subscribe(filter, Qos::at_least_once, ignore));
  world.connect();
  const Subscribe first = world.broker.expect<Subscribe>();
  CHECK(first.requests.size() == 2);
  const std::uint8_t codes[] = {1, 1};
  world.broker.reply(Suback{first.packet_id, codes});
  std::vector<SessionLost> lost;
  world.mqtt.on_event = [&](const MqttEvent& event) {
    if (const auto* session = std::get_if<SessionLost>(&event)) lost.push_back(*session);
  };
  world.reconnect(false);
  CHECK(world.broker.expect<Subscribe>().requests.size() == 2);
  CHECK(world.broker.quiet());
  CHECK(lost.size() == 1);
}

TEST_CASE("resubscribe: a kept session is asked only for what was not confirmed [MQTT-3.1.2-4]") {
  World world(client_options(false));
  REQUIRE(world.mqtt.subscribe("a", Qos::at_least_once, ignore));
  world.connect();
  grant(world, granted_1);
  REQUIRE(world.mqtt.subscribe("b", Qos::at_least_once, ignore));
  world.loop.run_turns();
  world.broker.expect<Subscribe>();  // and no answer
  world.reconnect(true);
  const Subscribe again = world.broker.expect<Subscribe>();
  REQUIRE(again.requests.size() == 1);
  CHECK(again.requests[0].filter == "b");
  world.broker.reply(Suback{again.packet_id, granted_1});
  world.reconnect(true);
  CHECK(world.broker.quiet());
}

TEST_CASE("a refused subscription is told and asked again on the next connection [MQTT-3.8.4-5]") {
  World world(client_options(false));
  std::vector<std::optional<Qos>> told;
  world.mqtt.on_event = [&](const MqttEvent& event) {
    const auto* answer = std::get_if<SubscriptionAnswered>(&event);
    if (answer == nullptr) return;
    CHECK(answer->filter == "a");
    told.push_back(answer->granted);
  };
  REQUIRE(world.mqtt.subscribe("a", Qos::at_least_once, ignore));
  world.connect();
  grant(world, refused);
  CHECK(told == std::vector<std::optional<Qos>>{std::nullopt});
  world.reconnect(true);
  grant(world, granted_0);
  CHECK(told.back() == Qos::at_most_once);
}

TEST_CASE("the broker is asked for the highest QoS of a filter's subscriptions") {
  World world;
  world.connect();
  REQUIRE(world.mqtt.subscribe("a", Qos::at_most_once, ignore));
  world.loop.run_turns();
  grant(world, granted_0);
  REQUIRE(world.mqtt.subscribe("a", Qos::at_most_once, ignore));
  world.loop.run_turns();
  CHECK(world.broker.quiet());
  REQUIRE(world.mqtt.subscribe("a", Qos::exactly_once, ignore));
  world.loop.run_turns();
  CHECK(world.broker.expect<Subscribe>().requests[0].qos == Qos::exactly_once);
}

TEST_CASE("unsubscribe: the broker is told when the last subscription of a filter goes") {
  World world;
  const auto one = world.mqtt.subscribe("a", Qos::at_most_once, ignore);
  const auto two = world.mqtt.subscribe("a", Qos::at_most_once, ignore);
  world.connect();
  grant(world, granted_0);
  world.mqtt.unsubscribe(*one);
  world.loop.run_turns();
  CHECK(world.broker.quiet());
  world.mqtt.unsubscribe(*two);
  world.mqtt.unsubscribe(*two);
  world.mqtt.unsubscribe(Subscription{12345});
  world.loop.run_turns();
  const auto packet = world.broker.expect<Unsubscribe>();
  CHECK(packet.filters == std::vector<std::string_view>{"a"});
  world.broker.reply(Unsuback{packet.packet_id});
  CHECK(world.broker.quiet());
}

TEST_CASE("unsubscribe: cut before UNSUBACK, a kept session is told again [MQTT-3.10.4-4]") {
  World world(client_options(false));
  const auto one = world.mqtt.subscribe("a", Qos::at_least_once, ignore);
  world.connect();
  grant(world, granted_1);
  world.mqtt.unsubscribe(*one);
  world.loop.run_turns();
  world.broker.expect<Unsubscribe>();
  world.reconnect(true);
  CHECK(world.broker.expect<Unsubscribe>().filters.front() == "a");
  world.reconnect(false);  // a lost session has no subscriptions left
  CHECK(world.broker.quiet());
}

TEST_CASE("unsubscribe while not connected: a kept session is told, also after going back and forth") {
  World world(client_options(false));
  auto one = world.mqtt.subscribe("a", Qos::at_least_once, ignore);
  world.connect();
  grant(world, granted_1);
  world.broker.cut();
  world.mqtt.unsubscribe(*one);
  one = world.mqtt.subscribe("a", Qos::at_least_once, ignore);
  world.mqtt.unsubscribe(*one);
  world.wait();
  world.accept(true);
  CHECK(world.broker.expect<Unsubscribe>().filters.front() == "a");
  CHECK(world.broker.quiet());
}

TEST_CASE("a subscription that was never made needs no UNSUBSCRIBE") {
  World world;
  const auto one = world.mqtt.subscribe("a", Qos::at_least_once, ignore);
  world.mqtt.unsubscribe(*one);
  world.connect();
  CHECK(world.broker.quiet());
}

TEST_CASE("1000 subscriptions go out in SUBSCRIBEs of eight filters, as many at once as the limit allows") {
  MqttOptions options = client_options();
  options.client.max_requests = 2;
  World world(std::move(options));
  std::vector<Subscription> all;
  for (int i = 0; i < 1000; ++i)
    all.push_back(*world.mqtt.subscribe("f/" + std::to_string(i), Qos::at_most_once, ignore));
  world.connect();
  std::vector<std::string> asked;
  const std::vector<std::uint8_t> codes(8, 0);
  while (asked.size() < 1000) {
    const Subscribe packet = world.broker.expect<Subscribe>();
    const std::size_t count = packet.requests.size();
    CHECK(count == 8);
    for (const TopicRequest& request : packet.requests) asked.emplace_back(request.filter);
    world.broker.reply(Suback{packet.packet_id, Bytes(codes).first(count)});
  }
  CHECK(world.broker.quiet());
  std::sort(asked.begin(), asked.end());
  CHECK(std::unique(asked.begin(), asked.end()) == asked.end());
  for (const Subscription one : all) world.mqtt.unsubscribe(one);
  world.loop.run_turns();
  std::size_t unsubscribed = 0;
  while (!world.broker.quiet()) {
    const Unsubscribe packet = world.broker.expect<Unsubscribe>();
    unsubscribed += packet.filters.size();
    world.broker.reply(Unsuback{packet.packet_id});
  }
  CHECK(unsubscribed == 1000);
}

TEST_CASE("messages under way after UNSUBACK are still acknowledged, not handled [MQTT-3.10.4-2]") {
  World world;
  int heard = 0;
  const auto one = world.mqtt.subscribe("a", Qos::exactly_once, [&](const Message&) { ++heard; });
  world.connect();
  grant(world, granted_1);
  world.mqtt.unsubscribe(*one);
  world.loop.run_turns();
  world.broker.reply(Unsuback{world.broker.expect<Unsubscribe>().packet_id});
  world.broker.reply(publish_of("a", "x", Qos::at_least_once, 1));
  CHECK(world.broker.expect<Puback>().packet_id == 1);
  world.broker.reply(publish_of("a", "x", Qos::exactly_once, 2));
  CHECK(world.broker.expect<Pubrec>().packet_id == 2);
  world.broker.reply(Pubrel{2});
  CHECK(world.broker.expect<Pubcomp>().packet_id == 2);
  CHECK(heard == 0);
}
