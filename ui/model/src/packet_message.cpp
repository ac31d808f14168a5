#include "chat/packet_message.hpp"

#include <algorithm>
#include <string>

#include "chat/packet_exchange.hpp"
#include "chat/packet_fields.hpp"
#include "chat/wire.hpp"
#include "json.hpp"
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

struct Route {
  CheckStep step;
  MessageRoute route;
};

std::optional<Route> route_of(const wasmqtt::PacketTrace& trace, const wasmqtt::TraceEntry& publish) {
  const std::string topic = packet_topic(publish, trace.bytes(publish), trace.alias_topic(publish));
  for (const CheckStep step : {CheckStep::accepted, CheckStep::request, CheckStep::rejected})
    if (auto route = chat::route_of(topic, step)) return Route{step, std::move(*route)};
  return std::nullopt;
}

bool brings(const wasmqtt::PacketTrace& trace, const wasmqtt::TraceEntry& publish, const ConversationKey& key, const ChatMessage& message) {
  const auto to = route_of(trace, publish);
  if (!to || to->route.sender != message.sender || to->route.key() != key) return false;
  const wasmqtt::Bytes bytes = trace.bytes(publish);
  // What is not kept whole is no JSON: its beginning has to do.
  if (publish.kept < publish.size) return wasmqtt::as_text(bytes).find("{\"messageId\":" + json_string(message.id)) != std::string_view::npos;
  return id_in(publish_payload(publish, bytes, max_payload_bytes), to->step) == message.id;
}

}  // namespace

std::optional<PacketMessage> message_of(const wasmqtt::PacketTrace& trace, std::uint64_t number, const ConversationList& list) {
  const std::uint64_t first = beginning_of(trace, number);
  if (first == 0 || trace[first].type != wasmqtt::PacketType::publish) return std::nullopt;
  const wasmqtt::TraceEntry& publish = trace[first];
  const auto to = route_of(trace, publish);
  if (!to) return std::nullopt;
  const Conversation* conversation = list.find(to->route.key());
  const std::string id = id_in(publish_payload(publish, trace.bytes(publish), max_payload_bytes), to->step);
  if (conversation == nullptr || id.empty()) return std::nullopt;
  const auto& messages = conversation->messages();
  const auto found = std::find_if(messages.rbegin(), messages.rend(),
                                  [&](const ChatMessage& m) { return m.id == id && m.sender == to->route.sender; });
  if (found == messages.rend()) return std::nullopt;
  return PacketMessage{conversation->key(), found->number};
}

std::uint64_t packet_of(const wasmqtt::PacketTrace& trace, const PacketMessage& message, const ConversationList& list) {
  const Conversation* conversation = list.find(message.key);
  const ChatMessage* sought = conversation == nullptr ? nullptr : conversation->find_number(message.number);
  if (sought == nullptr) return 0;
  for (std::uint64_t number = trace.first(); number != trace.end(); ++number)
    if (trace[number].type == wasmqtt::PacketType::publish && brings(trace, trace[number], message.key, *sought)) return number;
  return 0;
}

}  // namespace chat
