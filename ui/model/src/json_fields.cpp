#include "json_fields.hpp"

namespace chat {

std::optional<Json> parse_object(std::string_view payload, std::size_t most_bytes, std::string& problem) {
  if (payload.size() > most_bytes) {
    problem = "The payload has " + std::to_string(payload.size()) + " bytes. The limit is " +
              std::to_string(most_bytes) + ".";
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

}  // namespace chat
