#include "wasmqtt/server_limits.hpp"

namespace wasmqtt {

ServerLimits read_limits(Properties connack) {
  ServerLimits limits;
  limits.subscription_identifiers_available = true;
  for (const Property& property : connack) {
    const std::uint32_t number = property.number;
    const bool yes = number != 0;
    switch (property.id) {
      case PropertyId::receive_maximum: limits.receive_maximum = static_cast<std::uint16_t>(number); break;
      case PropertyId::maximum_packet_size: limits.maximum_packet_size = number; break;
      case PropertyId::topic_alias_maximum: limits.topic_alias_maximum = static_cast<std::uint16_t>(number); break;
      case PropertyId::maximum_qos: limits.maximum_qos = static_cast<Qos>(number); break;
      case PropertyId::retain_available: limits.retain_available = yes; break;
      case PropertyId::wildcard_subscription_available: limits.wildcard_subscription_available = yes; break;
      case PropertyId::subscription_identifiers_available: limits.subscription_identifiers_available = yes; break;
      case PropertyId::shared_subscription_available: limits.shared_subscription_available = yes; break;
      case PropertyId::server_keep_alive: limits.keep_alive = std::chrono::seconds{number}; break;
      case PropertyId::session_expiry_interval: limits.session_expiry = number; break;
      default: break;
    }
  }
  return limits;
}

}  // namespace wasmqtt
