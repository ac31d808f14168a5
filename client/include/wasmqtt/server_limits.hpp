// What the broker of a connection said in its CONNACK that it takes and offers, MQTT 5's section 3.2.2.3. One of MQTT 3.1.1
// says nothing, which means: everything that version has.
#pragma once

#include <chrono>
#include <optional>

#include "wasmqtt/properties.hpp"
#include "wasmqtt/types.hpp"

namespace wasmqtt {

inline constexpr std::uint32_t never_expires = 0xffff'ffff;  // as a session expiry interval

struct ServerLimits {
  std::uint16_t receive_maximum = 65'535;            // QoS 1 and 2 messages unacknowledged at once
  std::uint32_t maximum_packet_size = 268'435'460;   // the fixed header included
  std::uint16_t topic_alias_maximum = 0;
  Qos maximum_qos = Qos::exactly_once;               // of what we publish; subscribing with a higher one is legal
  bool retain_available = true;
  bool wildcard_subscription_available = true;
  bool subscription_identifiers_available = false;   // in MQTT 5 true, unless it says otherwise
  bool shared_subscription_available = true;
  std::optional<std::chrono::seconds> keep_alive{};  // instead of ours
  std::optional<std::uint32_t> session_expiry{};     // instead of ours, seconds
};

// Of a CONNACK of MQTT 5.
ServerLimits read_limits(Properties connack);

}  // namespace wasmqtt
