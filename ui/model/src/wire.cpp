#include "chat/wire.hpp"

#include "json.hpp"

namespace chat {
namespace {

// The object in `payload`, or why there is none.
std::optional<Json> parse_object(std::string_view payload, std::string& problem) {
  if (payload.size() > max_payload_bytes) {
    problem = "The payload has " + std::to_string(payload.size()) + " bytes. The limit is " +
              std::to_string(max_payload_bytes) + ".";
    return std::nullopt;
  }
  std::optional<Json> json = Json::parse(payload);
  if (!json) {
    problem = "The payload is not JSON in UTF-8.";
    return std::nullopt;
  }
  if (!json->is_object()) {
    problem = "The payload is JSON, but not an object.";
    return std::nullopt;
  }
  return json;
}

const std::string* string_field(const Json& object, const char* name, std::string& problem) {
  const Json* found = object.find(name);
  if (found == nullptr) {
    problem = std::string("The field \"") + name + "\" is missing.";
    return nullptr;
  }
  const std::string* text = found->string();
  if (text == nullptr) problem = std::string("The field \"") + name + "\" is not a string.";
  return text;
}

bool read_time(const Json& object, const char* name, Time& time, std::string& problem) {
  const std::string* text = string_field(object, name, problem);
  if (text == nullptr) return false;
  const std::optional<Time> parsed = parse_iso_time(*text);
  if (!parsed) problem = std::string("The field \"") + name + "\" is not a time in ISO 8601 with an offset.";
  else time = *parsed;
  return parsed.has_value();
}

}  // namespace

Parsed<WireMessage> parse_message(std::string_view payload) {
  Parsed<WireMessage> result;
  const std::optional<Json> json = parse_object(payload, result.problem);
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
  const std::optional<Json> json = parse_object(payload, result.problem);
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
