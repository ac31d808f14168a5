#include "chat/topics.hpp"

#include "chat/names.hpp"

namespace chat {
namespace {

constexpr std::string_view messages = "chat/messages/";
constexpr std::string_view status = "chat/status/";

bool starts_with(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

}  // namespace

std::string message_topic(std::string_view receiver, std::string_view sender) {
  return std::string(messages).append(receiver).append("/").append(sender);
}

std::string own_messages_filter(std::string_view user) { return message_topic(user, "+"); }

std::string status_topic(std::string_view user) { return std::string(status).append(user); }

std::string client_id(std::string_view user) { return std::string("mqtt-chat-client-").append(user); }

std::optional<MessageTopic> parse_message_topic(std::string_view topic) {
  if (!starts_with(topic, messages)) return std::nullopt;
  topic.remove_prefix(messages.size());
  const std::size_t slash = topic.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const MessageTopic names{topic.substr(0, slash), topic.substr(slash + 1)};
  if (!check_user_name(names.receiver).empty() || !check_user_name(names.sender).empty()) return std::nullopt;
  return names;
}

std::optional<std::string_view> parse_status_topic(std::string_view topic) {
  if (!starts_with(topic, status)) return std::nullopt;
  topic.remove_prefix(status.size());
  if (!check_user_name(topic).empty()) return std::nullopt;
  return topic;
}

}  // namespace chat
