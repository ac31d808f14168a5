// A whole MqttClient with a scripted broker at the other end, on a virtual clock.
//
//   World world;
//   world.connect();
//   world.publish("a", "x", Qos::at_least_once);
//   world.broker.expect<Publish>();
#pragma once

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/scripted_transport.hpp"
#include "support/virtual_loop.hpp"
#include "wasmqtt/mqtt_client.hpp"

namespace wasmqtt::test {

inline constexpr TransportClose nobody_there{TransportFault::refused, 0, {}, false};

inline MqttOptions client_options(bool clean = true) {
  MqttOptions options;
  options.urls = {"ws://broker"};
  options.client.client_id = "alice";
  options.client.clean_session = clean;
  return options;
}

inline bool is_state(const MqttEvent& event, ConnectionState state) {
  const auto* changed = std::get_if<StateChanged>(&event);
  return changed != nullptr && changed->state == state;
}

struct World {
  explicit World(MqttOptions with = client_options(), SessionStore* store = nullptr)
      : mqtt(loop, broker, std::move(with), store) {
    mqtt.on_delivery = [this](Delivery, DeliveryState state, FailureReason reason) {
      states.push_back(state);
      reasons.push_back(reason);
    };
  }
  void connect(bool session_present = false) {
    mqtt.connect();
    accept(session_present);
  }
  // The next attempt is under way: the broker takes it.
  void accept(bool session_present = false) {
    broker.accept();
    broker.expect<Connect>();
    broker.reply(Connack{session_present});
    REQUIRE(mqtt.connected());
  }
  // Cut, waited for, and accepted again.
  void reconnect(bool session_present = true) {
    broker.cut();
    wait();
    accept(session_present);
  }
  // Until the next attempt, not longer.
  void wait() {
    REQUIRE(mqtt.retry_at());
    loop.advance(*mqtt.retry_at() - loop.now());
  }
  Delivery publish(std::string_view topic, std::string_view payload, Qos qos) {
    const auto delivery = mqtt.publish(topic, payload, {.qos = qos});
    REQUIRE(delivery);
    loop.run_turns();
    return *delivery;
  }

  VirtualLoop loop;
  ScriptedTransport broker;
  MqttClient mqtt;
  std::vector<DeliveryState> states;
  std::vector<FailureReason> reasons;
};

// `text` as a payload.
inline Publish publish_of(std::string_view topic, std::string_view payload, Qos qos = Qos::at_most_once,
                          PacketId packet_id = 0, bool retain = false, bool dup = false) {
  return {topic, as_bytes(payload), packet_id, qos, retain, dup};
}

}  // namespace wasmqtt::test
