// ISO 8601 date and time with an offset, both ways: "2025-03-01T10:42:05.123+01:00".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "wasmqtt/types.hpp"

namespace chat {

using wasmqtt::Duration;
using wasmqtt::Time;

// With milliseconds; `offset` is local time minus UTC, within a day.
std::string format_iso_time(Time time, std::chrono::minutes offset);

// Takes a date and a time of day to the minute at least, a fraction of a second of any length, and Z, +hh:mm,
// +hhmm or +hh. nullopt for anything else, a date that does not exist, and years outside 1970 to 9999.
std::optional<Time> parse_iso_time(std::string_view text);

}  // namespace chat
