#include "chat/packet_message.hpp"

#include <algorithm>
#include <string>

#include "chat/packet_exchange.hpp"
#include "chat/packet_fields.hpp"
#include "chat/wire.hpp"
#include "message_route.hpp"

namespace chat {
namespace {

// The messageId in a payload of the chat; empty: there is none.
std::string id_in(std::string_view payload, CheckStep step) {
  if (step == CheckStep::rejected) {
    const auto parsed = parse_rejected(payload);
    return parsed.value ? parsed.value->message_id : std::string();
  }
  const auto parsed = parse_message(payload);
  return parsed.value ? parsed.value->message_id : std::string();
}

}  // namespace

std::optional<PacketMessage> message_of(const wasmqtt::PacketTrace& trace, std::uint64_t number, const ConversationList& list) {
  const std::uint64_t first = beginning_of(trace, number);
  if (first == 0 || trace[first].type != wasmqtt::PacketType::publish) return std::nullopt;
  const wasmqtt::TraceEntry& publish = trace[first];
  const std::string topic = packet_topic(publish, trace.bytes(publish), trace.alias_topic(publish));
  for (const CheckStep step : {CheckStep::accepted, CheckStep::request, CheckStep::rejected}) {
    const std::optional<MessageRoute> route = route_of(topic, step);
    if (!route) continue;
    const Conversation* conversation = list.find(route->key());
    const std::string id = id_in(publish_payload(publish, trace.bytes(publish), max_payload_bytes), step);
    if (conversation == nullptr || id.empty()) return std::nullopt;
    const auto& messages = conversation->messages();
    const auto found = std::find_if(messages.rbegin(), messages.rend(),
                                    [&](const ChatMessage& m) { return m.id == id && m.sender == route->sender; });
    if (found == messages.rend()) return std::nullopt;
    return PacketMessage{conversation->key(), found->number};
  }
  return std::nullopt;
}

}  // namespace chat
