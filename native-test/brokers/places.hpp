// Where the suite runs: each broker by each of its transports, in each version that it speaks.
//
//   EVERYWHERE(many_filters, "many filters in one SUBSCRIBE are each granted [MQTT-3.8.4-4]") {
//     Guest guest(scene, "guest");
//     ...
//   }
//
// is one test case for each place, in a Scene of its own; EVERYWHERE_5 is the same for what MQTT 5 only has. What a broker
// does in another way than the rest stands in Ways, with the reason, and the test asserts it and says so: scene.note("...").
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "peer.hpp"

namespace test {

// A broker's ways. What is written here is what a broker without peculiarities does.
struct Ways {
  wasmqtt::Qos highest_qos = wasmqtt::Qos::exactly_once;
  wasmqtt::ReasonCode refusal = wasmqtt::ReasonCode::bad_user_name_or_password;
  bool refuses_by_connack = true;            // else by closing
  bool will_after_disconnect = false;
  bool dot_is_a_level = false;               // "a.b" arrives as "a/b"
  bool retained_for_wildcards = true;        // else for a filter that is the topic itself
  std::size_t large_payload = 1'500'000;
  bool takes_pubrel_again = true;            // else it closes: a cut between PUBREL and PUBCOMP can't be mended

  // MQTT 5.
  bool tells_takeover = true;                // by DISCONNECT 0x8E; else by closing
  std::uint16_t receive_maximum = 65'535;    // in its CONNACK
  bool shared_subscriptions = true;
  bool closes_after_refusal = false;         // of a PUBLISH, behind PUBACK and PUBREC
  bool forwards_will_delay = false;          // a delayed will arrives with its Will Delay Interval, which PUBLISH has none of
  bool all_identifiers = true;               // a copy for each subscription, or all their identifiers in one
  wasmqtt::ReasonCode no_subscribers = wasmqtt::ReasonCode::no_matching_subscribers;  // in PUBACK
  wasmqtt::ReasonCode refused_publish = wasmqtt::ReasonCode::not_authorized;
  wasmqtt::ReasonCode refused_subscribe = wasmqtt::ReasonCode::not_authorized;
};

struct Place {
  std::string broker;
  std::string transport;
  std::string url;
  wasmqtt::NetworkOptions network{};
  Ways ways{};
  wasmqtt::Protocol protocol = wasmqtt::Protocol::mqtt_3_1_1;
  std::string user = "peter";
};

struct MosquittoOverTcp { static const Place& place(); };
struct MosquittoOverTls { static const Place& place(); };  // with a client certificate, which it demands
struct MosquittoOverWebSocket { static const Place& place(); };
struct MosquittoOverSecureWebSocket { static const Place& place(); };
struct AedesOverTcp { static const Place& place(); };
struct AedesOverWebSocket { static const Place& place(); };
struct RabbitMqOverTcp { static const Place& place(); };
struct RabbitMqOverWebSocket { static const Place& place(); };

// The same for MQTT 5.
struct Mosquitto5OverTcp { static const Place& place(); };
struct Mosquitto5OverWebSocket { static const Place& place(); };
struct Aedes5OverTcp { static const Place& place(); };
struct Aedes5OverWebSocket { static const Place& place(); };
struct Ejabberd5OverTcp { static const Place& place(); };
struct Ejabberd5OverWebSocket { static const Place& place(); };

std::vector<const Place*> every_place();
std::vector<const Place*> every_place_5();

// One test's stay at a place. The brokers serve the whole suite: topics and client ids are the scene's own.
class Scene {
 public:
  Scene(const Place& where, World& around);

  wasmqtt::MqttOptions options(const std::string& name) const;  // client id "7-name", with the right password
  std::string topic(const std::string& name) const { return prefix_ + '/' + name; }
  bool speaks_5() const { return place.protocol == wasmqtt::Protocol::mqtt_5; }
  // Says on standard output, once per broker, what it does in another way. The test asserts what it does instead.
  void note(const std::string& text) const;

  const Place& place;
  const Ways& ways;
  World& world;

 private:
  std::string prefix_;
};

// A client at the scene, with a trace of its packets.
class Guest : public Peer {
 public:
  Guest(Scene& scene, const std::string& name) : Guest(scene, scene.options(name)) {}
  Guest(Scene& scene, const wasmqtt::MqttOptions& options)
      : Peer(scene.world, options, scene.place.network), scene_(scene), client_id_(options.client.client_id) {}

  // The bytes of all packets of this type, in order.
  std::vector<std::string> packets(wasmqtt::Direction direction, wasmqtt::PacketType type) const;
  std::size_t sent(wasmqtt::PacketType type) const { return packets(wasmqtt::Direction::outbound, type).size(); }
  std::size_t came(wasmqtt::PacketType type) const { return packets(wasmqtt::Direction::inbound, type).size(); }
  bool session_present() const;  // in the last CONNACK

  // Publishes and awaits the acknowledgement, if there is one.
  void say(const std::string& topic, const std::string& payload, wasmqtt::Qos qos = wasmqtt::Qos::at_least_once,
           bool retain = false);
  bool await_acknowledged(std::size_t count);
  // After this, all that was on its way to us has come: a message of our own has come after it.
  void await_silence();
  // Ends the connection without DISCONNECT.
  void cut();

 private:
  Scene& scene_;
  const std::string client_id_;
  std::size_t silences_ = 0;
};

}  // namespace test

#define WASMQTT_AT(function, name, ...)                                                                             \
  static void function(test::Scene& scene);                                                                         \
  TEST_CASE_TEMPLATE(name, P, __VA_ARGS__) {                                                                        \
    test::World world;                                                                                              \
    test::Scene scene(P::place(), world);                                                                           \
    function(scene);                                                                                                \
  }                                                                                                                 \
  static void function([[maybe_unused]] test::Scene& scene)

#define WASMQTT_PLACES_5                                                                                            \
  test::Mosquitto5OverTcp, test::Mosquitto5OverWebSocket, test::Aedes5OverTcp, test::Aedes5OverWebSocket,           \
      test::Ejabberd5OverTcp, test::Ejabberd5OverWebSocket

#define EVERYWHERE(function, name)                                                                                  \
  WASMQTT_AT(function, name, test::MosquittoOverTcp, test::MosquittoOverTls, test::MosquittoOverWebSocket,          \
             test::MosquittoOverSecureWebSocket, test::AedesOverTcp, test::AedesOverWebSocket,                      \
             test::RabbitMqOverTcp, test::RabbitMqOverWebSocket, WASMQTT_PLACES_5)

#define EVERYWHERE_5(function, name) WASMQTT_AT(function, name, WASMQTT_PLACES_5)

TYPE_TO_STRING_AS("mosquitto, TCP", test::MosquittoOverTcp);
TYPE_TO_STRING_AS("mosquitto, TLS with a client certificate", test::MosquittoOverTls);
TYPE_TO_STRING_AS("mosquitto, WebSocket", test::MosquittoOverWebSocket);
TYPE_TO_STRING_AS("mosquitto, secure WebSocket", test::MosquittoOverSecureWebSocket);
TYPE_TO_STRING_AS("aedes, TCP", test::AedesOverTcp);
TYPE_TO_STRING_AS("aedes, WebSocket", test::AedesOverWebSocket);
TYPE_TO_STRING_AS("rabbitmq, TCP", test::RabbitMqOverTcp);
TYPE_TO_STRING_AS("rabbitmq, WebSocket", test::RabbitMqOverWebSocket);
TYPE_TO_STRING_AS("mosquitto, TCP, MQTT 5", test::Mosquitto5OverTcp);
TYPE_TO_STRING_AS("mosquitto, WebSocket, MQTT 5", test::Mosquitto5OverWebSocket);
TYPE_TO_STRING_AS("aedes 2, TCP, MQTT 5", test::Aedes5OverTcp);
TYPE_TO_STRING_AS("aedes 2, WebSocket, MQTT 5", test::Aedes5OverWebSocket);
TYPE_TO_STRING_AS("ejabberd, TCP, MQTT 5", test::Ejabberd5OverTcp);
TYPE_TO_STRING_AS("ejabberd, WebSocket, MQTT 5", test::Ejabberd5OverWebSocket);
