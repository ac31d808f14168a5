// The payloads of the chat as JSON, and back, strictly.
//
//   Parsed<WireMessage> parsed = parse_message(payload);
//   if (!parsed.value) notice(parsed.problem);
//
//   message  {"messageId": "…", "content": "…", "timestamp": "2025-03-01T10:42:05.123+01:00"}
//   status   {"status": "online" | "offline", "lastOnlineTimestamp": "…"}
//
// Other fields are ignored, so that later versions of other clients can be read. Anything else that deviates (not
// JSON, ill-formed UTF-8, a field missing or of another type, too large) is a problem in words, never a crash.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "chat/iso_time.hpp"

namespace chat {

inline constexpr std::size_t max_payload_bytes = 256 * 1024;
inline constexpr std::size_t max_content_bytes = 64 * 1024;
inline constexpr std::size_t max_message_id_bytes = 128;

struct WireMessage {
  std::string message_id;
  std::string content;
  Time timestamp{};
};

struct WireStatus {
  bool online = false;
  Time last_online{};
};

template <class T>
struct Parsed {
  std::optional<T> value;
  std::string problem;  // a plain sentence when there is no value
};

Parsed<WireMessage> parse_message(std::string_view payload);
Parsed<WireStatus> parse_status(std::string_view payload);

// Ill-formed UTF-8 in the content becomes U+FFFD. `offset` is that of the writer's zone.
std::string write_message(const WireMessage& message, std::chrono::minutes offset);
std::string write_status(const WireStatus& status, std::chrono::minutes offset);

// `text` as a JSON string with its quotes; ill-formed UTF-8 becomes U+FFFD.
std::string json_string(std::string_view text);

}  // namespace chat
