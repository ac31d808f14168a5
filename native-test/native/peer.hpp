// A whole client on a world, which remembers what it was told.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/native/asio_loop.hpp"
#include "wasmqtt/native/network_transport.hpp"
#include "world.hpp"

namespace test {

inline wasmqtt::MqttOptions options_for(const std::string& url, const std::string& client_id) {
  wasmqtt::MqttOptions options;
  options.urls = {url};
  options.client.client_id = client_id;
  options.driver.backoff.first = std::chrono::milliseconds{20};
  options.driver.backoff.longest = std::chrono::milliseconds{100};
  return options;
}

class Peer {
 public:
  struct Received {
    std::string topic;
    std::string payload;
    wasmqtt::Qos qos;
    bool retain;
    bool dup;
    wasmqtt::PropertyList properties;
  };
  // What DeliveryChanged said, without its views.
  struct Changed {
    std::uint64_t number;
    wasmqtt::DeliveryState state;
    wasmqtt::FailureReason reason;
    wasmqtt::ReasonCode reason_code;
  };
  struct Answered {
    std::string filter;
    std::optional<wasmqtt::Qos> granted;
    wasmqtt::Error error;
    wasmqtt::ReasonCode reason_code;
  };

  Peer(World& world, const wasmqtt::MqttOptions& options, wasmqtt::NetworkOptions network = {},
       wasmqtt::SessionStore* store = nullptr)
      : world_(world), loop(world.context), transport(world.context, std::move(network)),
        mqtt(loop, transport, options, store) {
    mqtt.on_delivery = [this](wasmqtt::Delivery delivery, wasmqtt::DeliveryState state, wasmqtt::FailureReason) {
      if (state == wasmqtt::DeliveryState::acknowledged) acknowledged[delivery.number]++;
      if (state == wasmqtt::DeliveryState::failed) failed[delivery.number]++;
    };
    mqtt.on_delivery_changed = [this](const wasmqtt::DeliveryChanged& event) {
      changes.push_back({event.delivery.number, event.state, event.reason, event.reason_code});
    };
    mqtt.on_event = [this](const wasmqtt::MqttEvent& event) {
      if (const auto* answer = std::get_if<wasmqtt::SubscriptionAnswered>(&event)) {
        answered.push_back({std::string(answer->filter), answer->granted, answer->error, answer->reason_code});
        if (answer->granted) subscribed[answered.back().filter] = *answer->granted;
      }
      if (const auto* fell_back = std::get_if<wasmqtt::FellBack>(&event)) fallbacks.emplace_back(fell_back->url);
      if (const auto* problem = std::get_if<wasmqtt::StoreProblem>(&event)) store_problem = std::string(problem->problem);
      if (const auto* taken = std::get_if<wasmqtt::TakeoverSuspected>(&event)) suspected.push_back(*taken);
    };
  }

  bool connect() {
    mqtt.connect();
    return world_.run_until([this] { return mqtt.connected(); });
  }
  bool subscribe(const std::string& filter, wasmqtt::Qos qos) {
    wasmqtt::MqttClient::SubscribeRequest request;
    request.filter = filter;
    request.qos = qos;
    return !ask(request).empty() && world_.run_until([&] { return subscribed.count(filter) != 0; });
  }
  // What comes for it is remembered in `received`; none when the call was refused.
  std::vector<wasmqtt::Subscription> ask(wasmqtt::MqttClient::SubscribeRequest request) {
    request.handler = [this](const wasmqtt::Message& message) {
      received.push_back({std::string(message.topic), std::string(wasmqtt::as_text(message.payload)), message.qos,
                          message.retain, message.dup, {}});
      received.back().properties.assign(message.properties);
    };
    auto made = mqtt.subscribe({&request, 1});
    return made ? *made : std::vector<wasmqtt::Subscription>{};
  }
  bool await_answers(std::size_t count) {
    return world_.run_until([&] { return answered.size() >= count; });
  }
  bool await_messages(std::size_t count) {
    return world_.run_until([&] { return received.size() >= count; });
  }
  bool disconnect() {
    mqtt.disconnect();
    return world_.run_until([this] { return mqtt.state() == wasmqtt::ConnectionState::stopped; });
  }

 private:
  World& world_;

 public:
  wasmqtt::AsioLoop loop;
  wasmqtt::NetworkTransport transport;
  std::vector<Received> received;
  std::map<std::uint64_t, int> acknowledged;
  std::map<std::uint64_t, int> failed;
  std::vector<Changed> changes;
  std::map<std::string, wasmqtt::Qos> subscribed;  // filter, and what was granted
  std::vector<Answered> answered;
  std::vector<std::string> fallbacks;  // addresses
  std::string store_problem;
  std::vector<wasmqtt::TakeoverSuspected> suspected;
  wasmqtt::MqttClient mqtt;
};

}  // namespace test
