// Topics that the broker gave numbers to on this connection, MQTT 5's section 3.3.2.3.4.
#pragma once

#include <string>
#include <vector>

#include "wasmqtt/error.hpp"
#include "wasmqtt/packet.hpp"

namespace wasmqtt {

class IncomingAliases {
 public:
  // A connection begins: no number stands for anything [MQTT5-3.3.2-7].
  void start(std::uint16_t maximum) {
    maximum_ = maximum;
    for (std::string& topic : topics_) topic.clear();
  }
  // Notes the topic under its alias, or finds it by that; the view is valid until the alias gets another topic.
  // Errors: topic_alias_too_large [MQTT5-3.1.2-26] [MQTT5-3.1.2-27], unknown_topic_alias.
  Error resolve(Publish& packet) {
    const std::uint32_t alias = packet.properties.number(PropertyId::topic_alias, 0);
    if (alias == 0) return {};
    if (alias > maximum_) return peer_error(Errc::topic_alias_too_large);
    if (alias > topics_.size()) topics_.resize(alias);
    std::string& topic = topics_[alias - 1];
    if (packet.topic.empty()) {
      packet.topic = topic;
      return topic.empty() ? peer_error(Errc::unknown_topic_alias) : Error{};
    }
    topic.assign(packet.topic);
    return {};
  }

 private:
  std::uint16_t maximum_ = 0;
  std::vector<std::string> topics_;  // grows as far as the broker goes; a topic keeps its memory for the next one
};

}  // namespace wasmqtt
