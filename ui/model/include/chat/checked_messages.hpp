// Messages that somebody has to check before anybody reads them:
//
//   chat/messages/<receiver>/<sender>/request   the sender writes it, only the worker reads it
//   …/accepted                                  the worker writes the same payload; receiver and sender read it
//   …/rejected                                  the worker writes {"messageId", "reason"}; the sender reads it
//
// The same for rooms: chat/rooms/<room>/<sender>/request and so on; all members read what is accepted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "chat/wire.hpp"

namespace chat {

enum class CheckStep : std::uint8_t { request, accepted, rejected };

inline constexpr std::string_view all_message_requests_filter = "chat/messages/+/+/request";
inline constexpr std::string_view all_room_requests_filter = "chat/rooms/+/+/request";

// `topic` is that of the message itself, message_topic() or room_topic(), or a filter with + in it.
std::string checked_topic(std::string_view topic, CheckStep step);

struct CheckedTopic {
  bool room = false;         // else a message to a user
  std::string_view target;   // the room or the receiver; views into the topic
  std::string_view sender;
  CheckStep step = CheckStep::request;
  std::string_view message;  // the topic without its step
};
// nullopt unless all names in it are good, as in parse_message_topic() and parse_room_topic().
std::optional<CheckedTopic> parse_checked_topic(std::string_view topic);

struct RejectedMessage {
  std::string message_id;  // empty: the request had none that can be used
  std::string reason;      // a sentence for the sender
  friend bool operator==(const RejectedMessage&, const RejectedMessage&) = default;
};
Parsed<RejectedMessage> parse_rejected(std::string_view payload);
std::string write_rejected(const RejectedMessage& rejected);

}  // namespace chat
