// User names: one level of a topic, so what would break out of that level is refused.
//
//   std::string_view name = trim(field);
//   if (std::string_view problem = check_user_name(name); !problem.empty()) show(problem);
#pragma once

#include <cstddef>
#include <string_view>

namespace chat {

inline constexpr std::size_t max_user_name_bytes = 64;

// Without white space (ASCII, no-break and ideographic space) at both ends; a view into `text`.
std::string_view trim(std::string_view text);

// Empty when `name` (trimmed already) is good; else a plain sentence for beside the field, in static storage.
// Refused: nothing, more than 64 bytes, `/` `+` `#`, NUL and other control characters, ill-formed UTF-8, white space at
// either end, and characters that do not show (look_alikes.hpp).
std::string_view check_user_name(std::string_view name);

// The same for the name of a group, which is free text: `/` `+` `#` are welcome, and 100 bytes.
inline constexpr std::size_t max_room_name_bytes = 100;
std::string_view check_room_name(std::string_view name);

// At most `bytes` bytes from the front, cut between code points.
std::string_view cut_utf8(std::string_view text, std::size_t bytes);

}  // namespace chat
