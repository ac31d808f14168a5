// A client that asks and answers, against a broker that the test plays: see world.hpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "wasmqtt/request_response.hpp"
#include "world.hpp"

namespace wasmqtt::test {

inline MqttOptions request_options(ProtocolVersion version) {
  MqttOptions options = client_options(false);
  options.client.protocol = version == ProtocolVersion::mqtt_5 ? Protocol::mqtt_5 : Protocol::mqtt_3_1_1;
  options.client.session_expiry = 3600;
  options.driver.backoff.first = std::chrono::milliseconds{100};
  return options;
}

struct Heard {
  std::string topic;
  std::string payload;
  std::string reply_to;
};

struct RequestWorld : World {
  explicit RequestWorld(ProtocolVersion version, RequestResponseOptions with = {})
      : RequestWorld(version, std::move(with), request_options(version)) {}
  RequestWorld(ProtocolVersion version, RequestResponseOptions with, MqttOptions options)
      : World(std::move(options)), requests(std::make_unique<RequestResponse>(mqtt, timers, std::move(with))) {
    broker.version = version;
  }
  // Both clocks, in step.
  void pass(Duration duration) {
    for (Duration step = std::chrono::milliseconds{50}; duration > Duration{}; duration -= step) {
      timers.advance(step);
      loop.advance(step);
    }
  }
  void accept_with(const PropertyList& properties, bool session_present = false) {
    broker.accept();
    broker.expect<Connect>();
    broker.reply(Connack{.session_present = session_present, .properties = properties});
    REQUIRE(mqtt.connected());
    loop.run_turns();
  }
  void connect(bool session_present = false) {
    mqtt.connect();
    accept_with({}, session_present);
  }
  void reconnect(bool session_present = true, const PropertyList& properties = {}) {
    broker.cut();
    wait();
    accept_with(properties, session_present);
  }
  RequestResponse::Call ask(std::string_view topic = "lamp", Duration timeout = std::chrono::seconds{5}) {
    const auto call = requests->request(topic, "on?", timeout, [this](const Result<Message>& answer) {
      answers.push_back(answer ? std::string(as_text(answer->payload)) : std::string(answer.error().message()));
    });
    REQUIRE(call);
    loop.run_turns();
    return *call;
  }
  // What the client sent as a request, and as its SUBSCRIBE before the first.
  std::string subscribed() {
    const Subscribe packet = broker.expect<Subscribe>();
    broker.reply(Suback{packet.packet_id, std::vector<std::uint8_t>(packet.requests.size(), 1)});
    return std::string(packet.requests.front().filter);
  }
  struct Asked {
    std::string topic, response_topic, correlation;
    PacketId packet_id;
    std::uint32_t expiry;
    bool dup;
  };
  Asked asked() {
    const Publish packet = broker.expect<Publish>();
    const Asked all{std::string(packet.topic), std::string(packet.properties.text(PropertyId::response_topic)),
                    std::string(packet.properties.text(PropertyId::correlation_data)), packet.packet_id,
                    packet.properties.number(PropertyId::message_expiry_interval, 0), packet.dup};
    return all;
  }
  void answer(const Asked& request, std::string_view payload, Qos qos = Qos::at_most_once) {
    PropertyList properties;
    (void)properties.add(PropertyId::correlation_data, as_bytes(request.correlation));
    broker.reply(Publish{request.response_topic, as_bytes(payload), static_cast<PacketId>(qos), qos, false, false, properties});
  }

  VirtualLoop timers;
  std::unique_ptr<RequestResponse> requests;
  std::vector<std::string> answers;
};

constexpr auto v3 = ProtocolVersion::mqtt_3_1_1;
constexpr auto v5 = ProtocolVersion::mqtt_5;
inline const std::string timed_out(local_error(Errc::timed_out).message());
inline const std::string not_delivered(local_error(Errc::not_delivered).message());

}  // namespace wasmqtt::test
