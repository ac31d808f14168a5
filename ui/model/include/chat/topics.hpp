// The topics of the chat: chat/messages/<receiver>/<sender> and chat/status/<user>.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chat {

inline constexpr std::string_view all_messages_filter = "chat/messages/+/+";
inline constexpr std::string_view all_status_filter = "chat/status/+";

std::string message_topic(std::string_view receiver, std::string_view sender);
std::string own_messages_filter(std::string_view user);  // chat/messages/<user>/+
std::string status_topic(std::string_view user);
std::string client_id(std::string_view user);            // mqtt-chat-client-<user>

struct MessageTopic {
  std::string_view receiver, sender;  // views into the topic
};
// nullopt unless it is a message topic whose both names pass check_user_name().
std::optional<MessageTopic> parse_message_topic(std::string_view topic);
// The user of a status topic; nullopt under the same rule.
std::optional<std::string_view> parse_status_topic(std::string_view topic);

}  // namespace chat
