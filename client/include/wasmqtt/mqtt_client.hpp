// MqttClient: connect, publish, subscribe, and stay connected. What most programs use.
//
//   wasmqtt::MqttClient mqtt(loop, transport, {.urls = {"ws://localhost:8081"}, .client = {.client_id = "hello"}});
//   mqtt.subscribe("greetings/#", Qos::at_least_once,
//                  [](const wasmqtt::Message& message) { print(message.topic, as_text(message.payload)); });
//   mqtt.connect();
//   mqtt.publish("greetings/world", "hello", {.qos = Qos::at_least_once});
//
// It can be called at any time, connected or not: subscriptions are made when the connection is there and made anew
// when the broker has lost them; QoS 1 and 2 messages wait in a bounded queue. `loop` and `transport` come from the
// platform: wasmqtt/browser/*.hpp in a page, wasmqtt/native/*.hpp in a program.
//
// Order: with each new connection the subscriptions leave first (in as many SUBSCRIBEs as ClientOptions::max_requests
// allows), then the messages that waited, in the order of the publish() calls; so the program above hears itself. While
// connected, all leaves in the order of the calls.
//
// Delivery: publish() returns a handle at once. on_delivery then tells its way: queued, sent, acknowledged, or failed
// and why. Exactly one end comes for each. With a store, unfinished messages survive a crash or a reload.
//
// Dispatch: each incoming message goes once to the handler of each matching subscription, in no particular order.
// No matching subscription: on_unhandled. The message is acknowledged when the handlers have returned (or by
// acknowledge(), under manual_acknowledgement). Handlers may call anything here, destroy of this object excepted.
//
// Threads: none. Everything runs on the event loop that called.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wasmqtt/driver.hpp"

namespace wasmqtt {

struct MqttOptions {
  std::vector<std::string> urls{};
  ClientOptions client{};
  DriverOptions driver{};  // driver.urls is taken from urls above when that is not empty
};

// Names one subscribe() call until its unsubscribe(). Never used twice.
struct Subscription {
  std::uint32_t number = 0;
  friend bool operator==(const Subscription&, const Subscription&) = default;
};

// The life of the connection, for a status line or a log.
struct Lifecycle {
  enum class Kind : std::uint8_t {
    state_changed,        // see state, and session_present with ConnectionState::connected
    session_lost,         // see session
    subscription_refused, // 0x80 for this filter; it is asked again on the next connection
    subscribed,           // granted QoS in `qos`
    store_problem,        // see text, and StoreFailure for what happens now
  };
  Kind kind = Kind::state_changed;
  ConnectionState state = ConnectionState::stopped;
  bool session_present = false;  // the broker goes on with the session that it kept [MQTT-3.2.2-2]
  SessionLost session{};
  std::string_view filter{};  // valid during the call
  Qos qos = Qos::at_most_once;
  std::string_view text{};    // valid during the call
};

class MqttClient {
 public:
  using MessageHandler = std::function<void(const Message& message)>;

  // `loop`, `transport` and `store` outlive this object.
  MqttClient(EventLoop& loop, Transport& transport, MqttOptions options, SessionStore* store = nullptr);
  ~MqttClient();
  MqttClient(const MqttClient&) = delete;
  MqttClient& operator=(const MqttClient&) = delete;

  // ---- what happened; set before connect() ----
  std::function<void(const Lifecycle&)> on_lifecycle;
  std::function<void(Delivery, DeliveryState, FailureReason)> on_delivery;
  std::function<void(const Message&)> on_unhandled;

  // ---- connection ----
  // Connects and stays connected, until disconnect(), a refusal that can't heal, or a takeover. See Driver::start().
  void connect();
  // DISCONNECT, close, stop; ends in state stopped within DriverOptions::disconnect_timeout. No reconnect.
  void disconnect();
  void abort();    // without DISCONNECT: the will is published
  void wake();     // the device or tab woke up, or the network is back: check the link now
  void offline();  // the network is gone

  // ---- messages ----
  // Errors: see Client::publish. `payload` and `topic` are copied.
  Result<Delivery> publish(std::string_view topic, Bytes payload, const PublishOptions& options = {});
  Result<Delivery> publish(std::string_view topic, std::string_view payload, const PublishOptions& options = {}) {
    return publish(topic, as_bytes(payload), options);
  }
  Error cancel(Delivery delivery);
  void acknowledge(std::uint64_t token);

  // ---- subscriptions ----
  // Asks the broker for `filter` as soon as there is a connection, and after every reconnect that lost the session.
  // Two subscriptions may have the same filter; the broker is asked for the higher QoS. Errors: topic rules.
  Result<Subscription> subscribe(std::string_view filter, Qos qos, MessageHandler handler);
  // The handler is not called any more from now on; the broker is told when no other subscription has the filter.
  // An unknown or ended one: no-op.
  void unsubscribe(Subscription subscription);

  // ---- getters ----
  ConnectionState state() const;
  bool connected() const { return state() == ConnectionState::connected; }
  StopReason stop_reason() const;
  std::optional<Time> retry_at() const;
  const CloseRecord& close_record() const;
  std::optional<DeliveryState> delivery_state(Delivery delivery) const;
  const PacketTrace& trace() const;
  PacketTrace& trace();
  Driver& driver();  // for what is not wrapped here

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace wasmqtt
