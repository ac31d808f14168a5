// Reading an object field by field: each function says in `problem`, as a plain sentence, why there is nothing to read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json.hpp"

namespace chat {

// The object in `payload`, if that has at most `most_bytes` bytes.
std::optional<Json> parse_object(std::string_view payload, std::size_t most_bytes, std::string& problem);

// Lives as long as `object`.
const std::string* string_field(const Json& object, const char* name, std::string& problem);

bool read_time(const Json& object, const char* name, Time& time, std::string& problem);

}  // namespace chat
