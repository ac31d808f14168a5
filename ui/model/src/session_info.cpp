#include "chat/session_info.hpp"

#include <algorithm>

#include "wasmqtt/describe.hpp"

namespace chat {
namespace {

template <class Client>
SessionInfo info_of(const Client& mqtt, const SessionWords& words) {
  SessionInfo info;
  info.client_id = words.client_id;
  info.broker = mqtt.url();
  info.protocol = mqtt.version() == wasmqtt::ProtocolVersion::mqtt_5 ? "MQTT 5" : "MQTT 3.1.1";
  info.session = !mqtt.connected() ? "not connected" : words.continued ? "continued by the broker" : "new";
  info.when_closed = words.kept ? "kept by the broker" : "discarded";
  info.keep_alive = words.keep_alive.count() == 0 ? "off" : std::to_string(words.keep_alive.count()) + " s";
  info.counts = mqtt.counts();
  for (const auto& one : mqtt.filters()) info.filters.push_back({std::string(one.filter), one.asked, one.granted});
  std::sort(info.filters.begin(), info.filters.end(), [](const auto& a, const auto& b) { return a.filter < b.filter; });
  for (const wasmqtt::Delivery delivery : mqtt.unfinished()) {
    if (info.unfinished.size() == SessionInfo::most_unfinished) break;
    const auto one = mqtt.outgoing(delivery);
    if (!one) continue;
    info.unfinished.push_back({one->packet_id, std::string(one->topic), one->qos, one->retain,
                               one->state == wasmqtt::DeliveryState::queued ? "queued" : "sent"});
  }
  return info;
}

}  // namespace

std::string place_words(const wasmqtt::MqttClient& mqtt) {
  const std::string_view why = wasmqtt::describe(mqtt.url_choice());
  return why.empty() ? mqtt.url() : mqtt.url() + ", for " + std::string(why);
}

SessionInfo session_info(const wasmqtt::MqttClient& mqtt, const SessionWords& words) {
  SessionInfo info = info_of(mqtt, words);
  info.broker = place_words(mqtt);
  info.next_ping = mqtt.next_ping();
  return info;
}

SessionInfo session_info(const wasmqtt::SharedMember& mqtt, const SessionWords& words) {
  SessionInfo info = info_of(mqtt, words);
  info.is_own = false;
  return info;
}

}  // namespace chat
