#include "chat/checked_messages.hpp"

#include <array>

#include "chat/rooms.hpp"
#include "chat/topics.hpp"
#include "json_fields.hpp"

namespace chat {
namespace {

constexpr std::array<std::string_view, 3> steps = {"/request", "/accepted", "/rejected"};

}  // namespace

std::string checked_topic(std::string_view topic, CheckStep step) {
  return std::string(topic).append(steps[static_cast<std::size_t>(step)]);
}

std::optional<CheckedTopic> parse_checked_topic(std::string_view topic) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!topic.ends_with(steps[i])) continue;
    topic.remove_suffix(steps[i].size());
    const auto step = static_cast<CheckStep>(i);
    if (const auto room = parse_room_topic(topic)) return CheckedTopic{true, room->room, room->sender, step, topic};
    if (const auto user = parse_message_topic(topic)) return CheckedTopic{false, user->receiver, user->sender, step, topic};
    break;
  }
  return std::nullopt;
}

Parsed<RejectedMessage> parse_rejected(std::string_view payload) {
  Parsed<RejectedMessage> result;
  const std::optional<Json> json = parse_object(payload, max_payload_bytes, result.problem);
  if (!json) return result;
  const std::string* id = string_field(*json, "messageId", result.problem);
  const std::string* reason = id == nullptr ? nullptr : string_field(*json, "reason", result.problem);
  if (reason != nullptr) result.value = RejectedMessage{*id, *reason};
  return result;
}

std::string write_rejected(const RejectedMessage& rejected) {
  return JsonObject().add("messageId", rejected.message_id).add("reason", rejected.reason).take();
}

}  // namespace chat
