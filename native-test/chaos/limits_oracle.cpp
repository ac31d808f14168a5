#include "limits_oracle.hpp"

#include <algorithm>

namespace wasmqtt::chaos {

void LimitsOracle::connection_opened() {
  limits_ = {};
  unfinished_.clear();
  aliases_.clear();
}

void LimitsOracle::connack(const Connack& packet) {
  limits_ = read_limits(packet.properties);
  ledger_.smallest_packet_limit = std::min(ledger_.smallest_packet_limit, limits_.maximum_packet_size);
}

void LimitsOracle::sent(PacketType type, std::size_t bytes) {
  expect(bytes <= limits_.maximum_packet_size, "packet type " + std::to_string(static_cast<int>(type)) + " of " +
                                                   std::to_string(bytes) + " bytes is larger than the broker takes [MQTT5-3.2.2-15]");
}

void LimitsOracle::sent(Publish& packet, const std::string& label) {
  resolve_alias(packet, label);
  if (packet.packet_id != 0) {
    unfinished_.insert(packet.packet_id);
    expect(unfinished_.size() <= limits_.receive_maximum, label + " exceeds the Receive Maximum [MQTT5-3.3.4-7] [MQTT5-4.9.0-2]");
  }
  const auto known = ledger_.sent.find(label);
  if (known != ledger_.sent.end() && known->second.expiry != Duration{}) check_expiry(packet, known->second, label);
}

void LimitsOracle::resolve_alias(Publish& packet, const std::string& label) {
  const std::uint32_t alias = packet.properties.number(PropertyId::topic_alias, 0);
  if (alias == 0) return;
  expect(alias <= limits_.topic_alias_maximum, label + " has an alias above the broker's maximum [MQTT5-3.2.2-17]");
  expect(!packet.dup, label + " is sent again with an alias");
  if (!packet.topic.empty()) aliases_[alias] = packet.topic;
  const auto known = aliases_.find(alias);
  if (known == aliases_.end()) return fail_(label + " uses an alias that was not set on this connection [MQTT5-3.3.2-7]");
  packet.topic = known->second;
}

// Once it was sent the exchange is finished, whatever the time [MQTT5-4.3.3-7].
void LimitsOracle::check_expiry(const Publish& packet, const Sent& sent, const std::string& label) {
  const Duration left = std::max(sent.accepted_at + sent.expiry - simulation_.now(), Duration{});
  expect(packet.dup || simulation_.now() < sent.accepted_at + sent.expiry + patience_, label + " is sent after it has expired");
  if (packet.properties.empty()) return;
  constexpr Duration rounding = std::chrono::milliseconds{1200};  // whole seconds, and the client's own reserve
  const Duration told = std::chrono::seconds{packet.properties.number(PropertyId::message_expiry_interval, 0)};
  expect(told + rounding >= left && told <= left + rounding + patience_, label + " tells another expiry than what is left [MQTT5-3.3.2-6]");
}

void LimitsOracle::answered(PacketType type, PacketId packet_id, ReasonCode reason_code) {
  if (type != PacketType::pubrec || is_failure(reason_code)) unfinished_.erase(packet_id);
}

}  // namespace wasmqtt::chaos
