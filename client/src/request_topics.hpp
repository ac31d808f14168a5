// How requests and their answers are told apart on the wire: see request_response.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wasmqtt/properties.hpp"

namespace wasmqtt {

inline constexpr std::string_view marker = "/request/";

// What an answer says of itself, as the text of a User Property or as one more level.
inline constexpr std::string_view answer_mark = "answer";
inline constexpr std::string_view more_mark = "more";
inline constexpr std::string_view end_mark = "end";
inline constexpr std::string_view error_mark = "error";
inline bool is_mark(std::string_view text) { return text == more_mark || text == end_mark || text == error_mark; }
// And a request.
inline constexpr std::string_view request_mark = "request";
inline constexpr std::string_view cancel_mark = "cancel";

inline constexpr std::size_t id_digits = 16;
inline constexpr std::size_t client_digits = 2 * id_digits;

inline std::string to_digits(std::uint64_t number) {
  std::string digits(id_digits, '0');
  for (std::size_t i = id_digits; i-- != 0; number >>= 4) digits[i] = "0123456789abcdef"[number & 15];
  return digits;
}

inline bool are_digits(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// 0: it is none of ours.
inline std::uint64_t from_digits(std::string_view text) {
  if (text.size() != id_digits || !are_digits(text)) return 0;
  std::uint64_t number = 0;
  for (const char digit : text) number = number << 4 | static_cast<std::uint64_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
  return number;
}

inline std::string to_bytes(std::uint64_t number) {
  std::string bytes(8, '\0');
  for (std::size_t i = 8; i-- != 0; number >>= 8) bytes[i] = static_cast<char>(number & 255);
  return bytes;
}

inline std::uint64_t from_bytes(std::string_view bytes) {
  if (bytes.size() != 8) return 0;
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<std::uint8_t>(byte);
  return number;
}

// TOPIC/request/CLIENT/ID, taken apart; `address` is CLIENT/ID. With /cancel behind it, `cancels`.
struct InTopic {
  std::string_view topic;
  std::string_view address;
  bool cancels = false;
};
inline std::optional<InTopic> take_apart(std::string_view topic) {
  constexpr std::size_t address_size = client_digits + 1 + id_digits;
  const bool cancels = topic.size() > cancel_mark.size() && topic.ends_with(cancel_mark) &&
                       topic[topic.size() - cancel_mark.size() - 1] == '/';
  if (cancels) topic.remove_suffix(cancel_mark.size() + 1);
  if (topic.size() <= marker.size() + address_size) return std::nullopt;
  const std::string_view address = topic.substr(topic.size() - address_size);
  const std::string_view before = topic.substr(0, topic.size() - address_size);
  const bool is_one = before.ends_with(marker) && address[client_digits] == '/' &&
                      are_digits(address.substr(0, client_digits)) && are_digits(address.substr(client_digits + 1));
  if (!is_one) return std::nullopt;
  return InTopic{before.substr(0, before.size() - marker.size()), address, cancels};
}

inline std::string joined(std::string_view prefix, std::string_view level) {
  std::string topic(prefix);
  if (!topic.empty() && topic.back() != '/') topic += '/';
  return topic.append(level);
}

// The first one of this name; empty: there is none.
inline std::string_view user_property(Properties properties, std::string_view name) {
  for (const Property& property : properties) {
    if (property.id == PropertyId::user_property && property.name == name) return property.text;
  }
  return {};
}

}  // namespace wasmqtt
