#include "chat/rooms.hpp"

#include <algorithm>

#include "chat/names.hpp"

namespace chat {
namespace {

constexpr std::string_view rooms = "chat/rooms/";
constexpr std::string_view base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string make_room_id(std::uint64_t high, std::uint64_t low) {
  std::string id;
  for (std::uint64_t bits : {high, low}) {
    for (std::size_t i = 0; i < room_id_characters / 2; ++i, bits >>= 6) id += base64url[bits & 63];
  }
  return id;
}

bool is_room_id(std::string_view text) {
  return text.size() == room_id_characters &&
         std::all_of(text.begin(), text.end(), [](char c) { return base64url.find(c) != std::string_view::npos; });
}

std::string room_topic(std::string_view room, std::string_view sender) {
  return std::string(rooms).append(room).append("/").append(sender);
}

std::string room_filter(std::string_view room) { return room_topic(room, "+"); }

std::optional<RoomTopic> parse_room_topic(std::string_view topic) {
  if (!topic.starts_with(rooms)) return std::nullopt;
  topic.remove_prefix(rooms.size());
  const RoomTopic names{topic.substr(0, room_id_characters), topic.substr(std::min(topic.size(), room_id_characters + 1))};
  if (!is_room_id(names.room) || topic.size() <= room_id_characters || topic[room_id_characters] != '/') return std::nullopt;
  if (!check_user_name(names.sender).empty()) return std::nullopt;
  return names;
}

}  // namespace chat
