#include "chat/wire.hpp"

#include "json_fields.hpp"

namespace chat {
Parsed<WireMessage> parse_message(std::string_view payload) {
  Parsed<WireMessage> result;
  const std::optional<Json> json = parse_object(payload, max_payload_bytes, result.problem);
  if (!json) return result;
  const std::string* id = string_field(*json, "messageId", result.problem);
  if (id == nullptr) return result;
  if (id->empty() || id->size() > max_message_id_bytes) {
    result.problem = "The field \"messageId\" is empty or too long.";
    return result;
  }
  const std::string* content = string_field(*json, "content", result.problem);
  if (content == nullptr) return result;
  if (content->size() > max_content_bytes) {
    result.problem = "The text has " + std::to_string(content->size()) + " bytes. The limit is " +
                     std::to_string(max_content_bytes) + ".";
    return result;
  }
  Time timestamp{};
  if (!read_time(*json, "timestamp", timestamp, result.problem)) return result;
  result.value = WireMessage{*id, *content, timestamp};
  return result;
}

Parsed<WireStatus> parse_status(std::string_view payload) {
  Parsed<WireStatus> result;
  const std::optional<Json> json = parse_object(payload, max_payload_bytes, result.problem);
  if (!json) return result;
  const std::string* status = string_field(*json, "status", result.problem);
  if (status == nullptr) return result;
  if (*status != "online" && *status != "offline") {
    result.problem = "The field \"status\" is neither \"online\" nor \"offline\".";
    return result;
  }
  Time last_online{};
  if (!read_time(*json, "lastOnlineTimestamp", last_online, result.problem)) return result;
  result.value = WireStatus{*status == "online", last_online};
  return result;
}

std::string write_message(const WireMessage& message, std::chrono::minutes offset) {
  return "{\"messageId\":" + json_string(message.message_id) + ",\"content\":" + json_string(message.content) +
         ",\"timestamp\":\"" + format_iso_time(message.timestamp, offset) + "\"}";
}

std::string write_status(const WireStatus& status, std::chrono::minutes offset) {
  return std::string("{\"status\":\"") + (status.online ? "online" : "offline") + "\",\"lastOnlineTimestamp\":\"" +
         format_iso_time(status.last_online, offset) + "\"}";
}

}  // namespace chat
