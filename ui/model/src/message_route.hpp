// Between a topic and the conversation that its message belongs to: a person or a room, checked or not. Internal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "chat/checked_messages.hpp"
#include "chat/conversation.hpp"

namespace chat {

struct MessageRoute {
  std::string sender;
  std::string receiver;  // as ChatMessage::receiver
  bool checked = false;  // the topic ends with the step that was asked for
  ConversationKey key() const;
};

// Of the topic of a message, or of this step of its check; nullopt: it is another one.
std::optional<MessageRoute> route_of(std::string_view topic, CheckStep step);

// Where a message goes: its own topic, or, where it has to be checked, that of the request.
std::string topic_to_send(const ChatMessage& message, bool check);

// What is subscribed to for `topic`, which may be a filter: itself, or what has been accepted of it.
std::string filter_to_read(std::string topic, bool check);

}  // namespace chat
