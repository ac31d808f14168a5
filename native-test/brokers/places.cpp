#include "places.hpp"

#include <cstdio>
#include <set>

#include "broker.hpp"
#include "brokers.hpp"
#include "certificates.hpp"

using namespace wasmqtt;

namespace test {
namespace {

// Started together, with the first test, for RabbitMQ takes seconds.
struct Others {
  RabbitMq rabbitmq;
  Ejabberd ejabberd;
  Aedes aedes{Aedes::Version::release};
  Aedes aedes_2{Aedes::Version::beta_2};
};

Others& others() {
  static Others started;
  return started;
}

// The rights that aedes.mjs and Ejabberd give, too.
std::string mosquitto_rights() {
  static const TemporaryDirectory directory;
  const auto file = directory / "acl";
  write_file(file, std::string("user ") + broker_user + "\ntopic readwrite #\ntopic deny forbidden\n");
  return file;
}

const Broker& mosquitto() {
  others();
  static Broker broker(
      {.websocket = true,
       .tls = true,
       .user = broker_user,
       .password = broker_password,
       .settings = {{"max_queued_messages 0", "a stream of 2,000 messages waits for its listener (messages_test.cpp)"},
                    {"acl_file " + mosquitto_rights(), "a topic that nobody may write (mqtt5_test.cpp)"}}});
  return broker;
}

NetworkOptions trusting() {
  NetworkOptions network;
  network.tls.ca_file = certificates().ca;
  return network;
}

NetworkOptions certified() {
  auto network = trusting();
  network.tls.certificate_file = certificates().client;
  network.tls.key_file = certificates().client_key;
  return network;
}

// Of mosquitto 2.0.11.
Ways mosquitto_ways() { return {.refusal = ReasonCode::not_authorized}; }

Ways mosquitto_websocket_ways() {
  auto ways = mosquitto_ways();
  ways.large_payload = 30'000;
  return ways;
}

// Of Aedes 0.51.3.
Ways aedes_ways() { return {.takes_pubrel_again = false}; }

// Of RabbitMQ 3.10.
Ways rabbitmq_ways() {
  return {.highest_qos = Qos::at_least_once, .dot_is_a_level = true, .retained_for_wildcards = false};
}

Ways rabbitmq_websocket_ways() {
  auto ways = rabbitmq_ways();
  ways.refuses_by_connack = false;
  ways.will_after_disconnect = true;
  return ways;
}

Ways mosquitto_5_ways(Ways ways) {
  ways.tells_takeover = false;
  ways.receive_maximum = 20;
  ways.closes_after_refusal = true;
  ways.refused_subscribe = ReasonCode::success;
  return ways;
}

// Of Aedes 2.0.0-beta.1, with the Receive Maximum that aedes.mjs gives it.
Ways aedes_5_ways() {
  return {.receive_maximum = 20,
          .shared_subscriptions = false,
          .forwards_will_delay = true,
          .all_identifiers = false,
          .no_subscribers = ReasonCode::success};
}

// Of ejabberd 23.01.
Ways ejabberd_5_ways() {
  return {.refusal = ReasonCode::not_authorized,
          .shared_subscriptions = false,
          .refused_publish = ReasonCode::topic_name_invalid,
          .refused_subscribe = ReasonCode::topic_filter_invalid};
}

}  // namespace

const Place& MosquittoOverTcp::place() {
  static const Place place{"mosquitto", "TCP", mosquitto().url(), {}, mosquitto_ways()};
  return place;
}
const Place& MosquittoOverTls::place() {
  static const Place place{"mosquitto", "TLS", mosquitto().tls_url(), certified(), mosquitto_ways()};
  return place;
}
const Place& MosquittoOverWebSocket::place() {
  static const Place place{"mosquitto", "WebSocket", mosquitto().websocket_url(), {},
                           mosquitto_websocket_ways()};
  return place;
}
const Place& MosquittoOverSecureWebSocket::place() {
  static const Place place{"mosquitto", "secure WebSocket", mosquitto().secure_websocket_url(), trusting(),
                           mosquitto_websocket_ways()};
  return place;
}
const Place& AedesOverTcp::place() {
  others().aedes.require_ready();
  static const Place place{"aedes", "TCP", others().aedes.url(), {}, aedes_ways()};
  return place;
}
const Place& AedesOverWebSocket::place() {
  others().aedes.require_ready();
  static const Place place{"aedes", "WebSocket", others().aedes.websocket_url(), {}, aedes_ways()};
  return place;
}
const Place& RabbitMqOverTcp::place() {
  others().rabbitmq.require_ready();
  static const Place place{"rabbitmq", "TCP", others().rabbitmq.url(), {}, rabbitmq_ways()};
  return place;
}
const Place& RabbitMqOverWebSocket::place() {
  others().rabbitmq.require_ready();
  static const Place place{"rabbitmq", "WebSocket", others().rabbitmq.websocket_url(), {},
                           rabbitmq_websocket_ways()};
  return place;
}

const Place& Mosquitto5OverTcp::place() {
  static const Place place{"mosquitto", "TCP", mosquitto().url(), {}, mosquitto_5_ways(mosquitto_ways()),
                           Protocol::mqtt_5};
  return place;
}
const Place& Mosquitto5OverWebSocket::place() {
  static const Place place{"mosquitto", "WebSocket", mosquitto().websocket_url(), {},
                           mosquitto_5_ways(mosquitto_websocket_ways()), Protocol::mqtt_5};
  return place;
}
const Place& Aedes5OverTcp::place() {
  others().aedes_2.require_ready();
  static const Place place{"aedes 2", "TCP", others().aedes_2.url(), {}, aedes_5_ways(), Protocol::mqtt_5};
  return place;
}
const Place& Aedes5OverWebSocket::place() {
  others().aedes_2.require_ready();
  static const Place place{"aedes 2", "WebSocket", others().aedes_2.websocket_url(), {}, aedes_5_ways(),
                           Protocol::mqtt_5};
  return place;
}
const Place& Ejabberd5OverTcp::place() {
  others().ejabberd.require_ready();
  static const Place place{"ejabberd", "TCP", others().ejabberd.url(), {}, ejabberd_5_ways(), Protocol::mqtt_5,
                           Ejabberd::user};
  return place;
}
const Place& Ejabberd5OverWebSocket::place() {
  others().ejabberd.require_ready();
  static const Place place{"ejabberd", "WebSocket", others().ejabberd.websocket_url(), {}, ejabberd_5_ways(),
                           Protocol::mqtt_5, Ejabberd::user};
  return place;
}

std::vector<const Place*> every_place() {
  std::vector<const Place*> places = {&MosquittoOverTcp::place(),       &MosquittoOverTls::place(),
                                      &MosquittoOverWebSocket::place(), &MosquittoOverSecureWebSocket::place(),
                                      &AedesOverTcp::place(),           &AedesOverWebSocket::place(),
                                      &RabbitMqOverTcp::place(),        &RabbitMqOverWebSocket::place()};
  for (const auto* place : every_place_5()) places.push_back(place);
  return places;
}

std::vector<const Place*> every_place_5() {
  return {&Mosquitto5OverTcp::place(),   &Mosquitto5OverWebSocket::place(), &Aedes5OverTcp::place(),
          &Aedes5OverWebSocket::place(), &Ejabberd5OverTcp::place(),        &Ejabberd5OverWebSocket::place()};
}

Scene::Scene(const Place& where, World& around) : place(where), ways(where.ways), world(around) {
  static int scenes = 0;
  prefix_ = "s" + std::to_string(++scenes);
}

MqttOptions Scene::options(const std::string& name) const {
  auto options = options_for(place.url, prefix_ + '-' + name);
  options.client.protocol = place.protocol;
  options.client.user_name = place.user;
  auto password = as_bytes(broker_password);
  options.client.password.emplace(password.begin(), password.end());
  options.client.trace.max_packets = 1000;
  options.client.trace.max_packet_bytes = 256;
  return options;
}

void Scene::note(const std::string& text) const {
  static std::set<std::string> said;
  auto line = "note: " + place.broker + ": " + text;
  if (said.insert(line).second) std::printf("%s\n", line.c_str());
}

std::vector<std::string> Guest::packets(Direction direction, PacketType type) const {
  std::vector<std::string> found;
  const auto& trace = mqtt.trace();
  for (auto number = trace.first(); number != trace.end(); ++number) {
    const auto& entry = trace[number];
    if (entry.direction == direction && entry.type == type) found.emplace_back(as_text(trace.bytes(entry)));
  }
  return found;
}

bool Guest::session_present() const {
  auto answers = packets(Direction::inbound, PacketType::connack);
  REQUIRE(!answers.empty());
  return answers.back().at(2) == 1;
}

void Guest::say(const std::string& topic, const std::string& payload, Qos qos, bool retain) {
  auto before = acknowledged.size();
  REQUIRE(mqtt.publish(topic, payload, {.qos = qos, .retain = retain}));
  if (qos != Qos::at_most_once) REQUIRE(await_acknowledged(before + 1));
}

bool Guest::await_acknowledged(std::size_t count) {
  return scene_.world.run_until([&] { return acknowledged.size() >= count; });
}

void Guest::await_silence() {
  auto marker = scene_.topic("silence/" + client_id_);
  if (subscribed.count(marker) == 0) REQUIRE(subscribe(marker, Qos::at_least_once));
  auto payload = std::to_string(++silences_);
  say(marker, payload);
  REQUIRE(scene_.world.run_until([&] {
    return !received.empty() && received.back().topic == marker && received.back().payload == payload;
  }));
  received.pop_back();
}

void Guest::cut() {
  mqtt.abort();
  REQUIRE(scene_.world.run_until([this] { return mqtt.state() == ConnectionState::stopped; }));
}

}  // namespace test
