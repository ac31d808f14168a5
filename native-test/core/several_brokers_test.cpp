// Which of several brokers the driver goes to, and what it says of that: options shuffle_urls, stay, return_after, follow_server.
#include <map>
#include <set>

#include "wasmqtt/describe.hpp"
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> three{"ws://one", "ws://two", "ws://three"};

MqttOptions several(DriverOptions driver = {}) {
  MqttOptions options = client_options(false);
  options.urls = three;
  options.driver = std::move(driver);
  options.client.keep_alive = 0s;  // the scripted broker answers no PINGREQ
  return options;
}

// The addresses that are tried without waiting, each in vain.
std::vector<std::string> round(World& world) {
  std::vector<std::string> tried;
  while (world.broker.is_opening()) {
    tried.push_back(world.broker.url());
    world.broker.cut(nobody_there);
    world.loop.advance(0s);
  }
  return tried;
}

void fail_attempt(World& world) {
  world.broker.cut(nobody_there);
  world.loop.advance(0s);
}

// Connected to "ws://two", since the first one was not there.
void connect_to_second(World& world) {
  world.mqtt.connect();
  fail_attempt(world);
  REQUIRE(world.broker.url() == "ws://two");
  world.accept();
}

}  // namespace

TEST_CASE("several brokers, shuffled: each client draws an order, tries every broker once a round, and keeps the order") {
  std::map<std::vector<std::string>, int> orders;
  VirtualLoop fleet;  // its random numbers go on from client to client
  for (int client = 0; client < 600; ++client) {
    ScriptedTransport broker;
    MqttClient mqtt(fleet, broker, several({.shuffle_urls = true}));
    mqtt.connect();
    std::vector<std::string> rounds[2];
    for (auto& tried : rounds) {
      for (int i = 0; i < 3; ++i) {
        tried.push_back(broker.url());
        broker.cut(nobody_there);
        if (i < 2) fleet.advance(0s);
      }
      REQUIRE(mqtt.retry_at());
      fleet.advance(*mqtt.retry_at() - fleet.now());
    }
    CHECK(std::set<std::string>(rounds[0].begin(), rounds[0].end()).size() == 3);
    CHECK(rounds[0] == rounds[1]);
    ++orders[rounds[0]];
  }
  // All six, about a hundred times each: whoever loses a broker spreads over both others.
  CHECK(orders.size() == 6);
  for (const auto& [order, times] : orders) CHECK((times > 60 && times < 140));
}

TEST_CASE("stay: where a connection has ended, the same broker is tried first, and then the others without waiting") {
  World world(several({.stay = true}));
  connect_to_second(world);
  CHECK(world.mqtt.url_choice() == UrlChoice::in_turn);
  world.loop.advance(1min);
  world.broker.cut();
  CHECK(world.mqtt.close_record().url_choice == UrlChoice::in_turn);
  world.wait();
  CHECK(world.mqtt.url_choice() == UrlChoice::same);
  CHECK(round(world) == std::vector<std::string>{"ws://two", "ws://three", "ws://one"});
  world.wait();  // the next round begins there, too
  CHECK(world.broker.url() == "ws://two");
  fail_attempt(world);
  CHECK(world.mqtt.close_record().url_choice == UrlChoice::same);
  world.accept();
  world.loop.advance(1min);
  world.broker.cut();
  world.wait();
  CHECK(world.broker.url() == "ws://three");
}

TEST_CASE("stay: a broker that is silent is left: without PINGRESP, without acknowledgements, without CONNACK") {
  MqttOptions options = several({.stay = true});
  options.client.keep_alive = 10s;
  options.client.pingresp_timeout = 3s;
  options.client.acknowledgement_timeout = 4s;
  options.client.connack_timeout = 5s;
  World world(options);
  world.connect();
  world.loop.advance(13s);
  CHECK(world.mqtt.close_record().error.code() == Errc::no_pingresp);
  if (world.mqtt.retry_at()) world.wait();
  CHECK(world.broker.url() == "ws://two");
  world.accept();
  world.publish("a", "x", Qos::at_least_once);
  world.loop.advance(4s);
  CHECK(world.mqtt.close_record().error.code() == Errc::no_acknowledgement);
  world.wait();
  CHECK(world.broker.url() == "ws://three");
  world.broker.accept();  // of the network; nobody answers CONNECT
  world.loop.advance(5s);
  CHECK(world.mqtt.close_record().error.code() == Errc::no_connack);
  CHECK(world.broker.url() == "ws://one");
}

TEST_CASE("stay: a broker whose connections end soon, twice in a row, is left") {
  World world(several({.stay = true}));
  world.connect();
  const auto cut_soon = [&] {
    world.loop.advance(1s);
    world.broker.cut();
    world.wait();
  };
  cut_soon();
  CHECK(world.broker.url() == "ws://one");
  world.accept();
  cut_soon();
  CHECK(world.broker.url() == "ws://one");
  world.accept();
  cut_soon();
  CHECK(world.broker.url() == "ws://two");
}

TEST_CASE("return_after: who was away for so long goes back to the first broker, with DISCONNECT and without stopping") {
  World world(several({.stay = true, .return_after = 5min}));
  std::vector<ConnectionState> seen;
  std::vector<std::uint8_t> last_bytes;
  connect_to_second(world);
  world.mqtt.on_event = [&](const MqttEvent& event) {
    if (const auto* changed = std::get_if<StateChanged>(&event)) seen.push_back(changed->state);
    if (std::holds_alternative<Closed>(event)) last_bytes.assign(world.broker.unread().begin(), world.broker.unread().end());
  };
  world.loop.advance(5min - 1us);
  CHECK(world.mqtt.connected());
  world.publish("a", "x", Qos::at_least_once);
  world.broker.expect<Publish>();
  world.loop.advance(1us);
  CHECK(last_bytes == std::vector<std::uint8_t>{0xe0, 0});  // DISCONNECT
  CHECK(world.mqtt.close_record().cause == CloseRecord::Cause::disconnected);
  CHECK(world.broker.url() == "ws://one");
  CHECK(world.mqtt.url_choice() == UrlChoice::preferred);
  world.accept(true);
  const Publish again = world.broker.expect<Publish>();
  CHECK(again.dup);
  world.broker.reply(Puback{again.packet_id});
  CHECK(seen == std::vector<ConnectionState>{ConnectionState::disconnecting, ConnectionState::waiting,
                                            ConnectionState::connecting, ConnectionState::connected});
  world.loop.advance(1h);  // is where it wants to be
  CHECK(world.broker.opened() == 3);
}

TEST_CASE("return_after: when the first broker does not serve, the client is back at once, and asks half as often from then on") {
  World world(several({.stay = true, .return_after = 5min}));
  connect_to_second(world);
  for (const Duration until : {5min, 10min, 20min}) {
    world.loop.advance(until - 1us);
    CHECK(world.broker.url() == "ws://two");
    REQUIRE(world.mqtt.connected());
    world.loop.advance(1us);
    CHECK(world.broker.url() == "ws://one");
    fail_attempt(world);
    CHECK(world.broker.url() == "ws://two");
    CHECK(world.mqtt.url_choice() == UrlChoice::same);
    world.accept(true);
  }
}

TEST_CASE("return_after: disconnect() on the way back stops") {
  World world(several({.return_after = 5min}));
  connect_to_second(world);
  world.mqtt.on_event = [&](const MqttEvent& event) {
    if (is_state(event, ConnectionState::disconnecting)) world.mqtt.disconnect();
  };
  world.loop.advance(1h);
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.broker.opened() == 2);
}

TEST_CASE("a broker that names another one: the close record and the next attempt say so, and nobody returns from there") {
  MqttOptions options = several({.return_after = 5min});
  options.client.protocol = Protocol::mqtt_5;
  options.driver.follow_server = [](std::string_view reference, const CloseRecord&) { return "ws://" + std::string(reference); };
  World world(options);
  world.broker.version = ProtocolVersion::mqtt_5;
  world.mqtt.connect();
  world.broker.accept();
  world.broker.expect<Connect>();
  PropertyList list;
  REQUIRE_FALSE(static_cast<bool>(list.add(PropertyId::server_reference, "other.example:1883")));
  world.broker.reply(Connack{false, {}, ReasonCode::use_another_server, list});
  world.wait();
  CHECK(world.broker.url() == "ws://other.example:1883");
  CHECK(world.mqtt.url_choice() == UrlChoice::named);
  CHECK(describe(world.mqtt.url_choice()) == "the server before has named it");
  world.accept();
  world.loop.advance(1h);
  CHECK(world.mqtt.connected());
  world.broker.cut();
  CHECK(world.mqtt.close_record().url_choice == UrlChoice::named);
}
