// Rooms of groups: their ids and topics. A message of a room is what a message to a user is (wire.hpp), on
// chat/rooms/<room>/<sender>: the broker lets a member write under the own name only, so the sender cannot be forged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chat {

// 96 random bits in the 64 characters of base64url (RFC 4648, section 5). The rights service makes them; names are free text
// and live beside them.
inline constexpr std::size_t room_id_characters = 16;
std::string make_room_id(std::uint64_t random_high, std::uint64_t random_low);
bool is_room_id(std::string_view text);

std::string room_topic(std::string_view room, std::string_view sender);  // chat/rooms/<room>/<sender>
std::string room_filter(std::string_view room);                          // chat/rooms/<room>/+

struct RoomTopic {
  std::string_view room, sender;  // views into the topic
};
// nullopt unless it is the topic of a room's message: a room id, and a sender that passes check_user_name().
std::optional<RoomTopic> parse_room_topic(std::string_view topic);

}  // namespace chat
