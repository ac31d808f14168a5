#include "message_route.hpp"

#include "chat/rooms.hpp"
#include "chat/topics.hpp"

namespace chat {

ConversationKey MessageRoute::key() const {
  return receiver.starts_with('#') ? ConversationKey::of_room(std::string_view(receiver).substr(1))
                                   : ConversationKey(receiver, sender);
}

std::optional<MessageRoute> route_of(std::string_view topic, CheckStep step) {
  MessageRoute route;
  if (const auto checked = parse_checked_topic(topic)) {
    if (checked->step != step) return std::nullopt;
    route.checked = true;
    topic = checked->message;
  }
  if (const auto room = parse_room_topic(topic)) {
    route.sender = room->sender;
    route.receiver = ConversationKey::of_room(room->room).first;
  } else if (const auto user = parse_message_topic(topic)) {
    route.sender = user->sender;
    route.receiver = user->receiver;
  } else {
    return std::nullopt;
  }
  return route;
}

std::string topic_to_send(const ChatMessage& message, bool check) {
  const std::string_view receiver = message.receiver;
  const std::string topic = receiver.starts_with('#') ? room_topic(receiver.substr(1), message.sender)
                                                      : message_topic(receiver, message.sender);
  return check ? checked_topic(topic, CheckStep::request) : topic;
}

std::string filter_to_read(std::string topic, bool check) {
  return check ? checked_topic(topic, CheckStep::accepted) : std::move(topic);
}

}  // namespace chat
