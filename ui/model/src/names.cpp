#include "chat/names.hpp"

#include <array>
#include <cstdint>

#include "chat/look_alikes.hpp"
#include "wasmqtt/utf8.hpp"

namespace chat {
namespace {

constexpr std::array<std::string_view, 9> spaces = {
    " ", "\t", "\n", "\r", "\v", "\f", "\xC2\xA0", "\xE3\x80\x80", "\xEF\xBB\xBF"};

// C0, DEL and C1 (the latter are C2 80 to C2 9F in UTF-8).
bool has_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<std::uint8_t>(text[i + 1]) < 0xA0) return true;
  }
  return false;
}

}  // namespace

std::string_view trim(std::string_view text) {
  for (bool again = true; again;) {
    again = false;
    for (std::string_view space : spaces) {
      if (text.substr(0, space.size()) == space) text.remove_prefix(space.size()), again = true;
      if (text.size() >= space.size() && text.substr(text.size() - space.size()) == space)
        text.remove_suffix(space.size()), again = true;
    }
  }
  return text;
}

std::string_view check_user_name(std::string_view name) {
  if (name.empty()) return "Please enter a user name.";
  if (name.size() > max_user_name_bytes) return "A user name can have at most 64 bytes.";
  if (name.find_first_of("/+#") != std::string_view::npos)
    return "A user name cannot contain / + or #: they have a special meaning in topics.";
  // Before the check of UTF-8, which refuses NUL with other words.
  if (has_control_character(name)) return "A user name cannot contain control characters.";
  if (wasmqtt::check_utf8(name)) return "This is not valid UTF-8.";
  if (trim(name).size() != name.size()) return "A user name cannot begin or end with a space.";
  if (has_invisible_characters(name)) return "A user name cannot contain invisible characters.";
  return {};
}

std::string_view check_room_name(std::string_view name) {
  if (name.empty()) return "Please enter a name for the group.";
  if (name.size() > max_room_name_bytes) return "A group's name can have at most 100 bytes.";
  if (has_control_character(name)) return "A group's name cannot contain control characters.";
  if (wasmqtt::check_utf8(name)) return "This is not valid UTF-8.";
  if (trim(name).size() != name.size()) return "A group's name cannot begin or end with a space.";
  return {};
}

std::string_view cut_utf8(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<std::uint8_t>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

}  // namespace chat
