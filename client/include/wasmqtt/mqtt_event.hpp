// What MqttClient tells its owner besides messages and deliveries: one variant, for a status line, a log or a façade.
//
//   mqtt.on_event = [](const wasmqtt::MqttEvent& event) {
//     if (const auto* changed = std::get_if<wasmqtt::StateChanged>(&event)) show(changed->state);
//   };
//
// Order: an attempt that succeeds is, with enhanced authentication, Authentication, then StateChanged{connected}, Connected, and
// SessionLost if the broker forgot the session;
// one that ends is Closed, then StateChanged{waiting} or StateChanged{stopped}. Views are valid during the call.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "wasmqtt/driver.hpp"
#include "wasmqtt/event.hpp"

namespace wasmqtt {

// Names one subscribe() or unsubscribe_filter() call. Never used twice by the same MqttClient.
struct Subscription {
  std::uint32_t number = 0;  // 0: none
  friend bool operator==(const Subscription&, const Subscription&) = default;
};

struct StateChanged {
  ConnectionState state = ConnectionState::stopped;
  StopReason stop_reason = StopReason::none;  // with stopped
  std::optional<Time> retry_at{};             // with waiting: when the next attempt begins
};

// The broker answered a SUBSCRIBE for `filter`, or none will be asked for now. Each subscribe() call gets at least one;
// another comes whenever the filter is asked for again, after a reconnect that lost the session for example.
struct SubscriptionAnswered {
  std::span<const Subscription> subscriptions{};  // the calls for this filter that the answer is for; one at least
  std::string_view filter{};
  std::optional<Qos> granted{};  // none: refused (0x80), or not asked; a refused filter is asked for on the next connection
  Error error{};                 // not_connected: the client stopped before there was an answer; the next connect() asks.
                                 // subscription_ended: unsubscribed before it was asked for. What MQTT 5's broker does
                                 // not offer: wildcards_not_supported, shared_not_supported, above_server_limit
  ReasonCode reason_code = ReasonCode::success;  // the broker's answer; MQTT 3.1.1 knows unspecified_error (0x80) only
  Properties properties{};                       // MQTT 5: SUBACK's, which is for all filters of its packet
};

// The end of unsubscribe() or unsubscribe_filter(): UNSUBACK came, or the broker did not have to be told.
struct UnsubscribeAnswered {
  Subscription subscription{};
  std::string_view filter{};
  Error error{};  // not_connected: the client stopped before UNSUBACK; a session that the broker keeps is told later
  ReasonCode reason_code = ReasonCode::success;  // MQTT 5: the broker's answer; a failure is an end, too
  Properties properties{};                       // MQTT 5: UNSUBACK's, which is for all filters of its packet
};

// The store failed; DriverOptions::store_failure says what happens now.
struct StoreProblem {
  std::string_view problem{};  // the store's words
};

// Under Protocol::newest: the broker at this address speaks MQTT 3.1.1 only. Once for each address.
struct FellBack {
  std::string_view url{};
};

// The options ask for a session that does not come about as they say; each reason once in the life of an MqttClient, behind
// Connected. For a log: nothing else follows from it.
struct SessionWarning {
  enum class Reason : std::uint8_t {
    // MQTT 5: clean_session is off, but the session ends with each connection, for session_expiry is 0, or the broker made it 0.
    // In 3.1.1 clean_session alone decides.
    expires_at_once,
    // The broker keeps the session under a client id that does not come again: it has assigned the id, and no store keeps it; or
    // it is another one than on the connection before. Each leaves a session behind that nobody resumes. An id that the
    // application makes up anew in each run does the same, and can't be noticed here.
    client_id_changes,
  };
  Reason reason{};
};

using MqttEvent = std::variant<StateChanged, Connected, SessionLost, SubscriptionAnswered, UnsubscribeAnswered, StoreProblem,
                               TakeoverSuspected, Closed, FellBack, Authentication, SessionWarning>;

}  // namespace wasmqtt
