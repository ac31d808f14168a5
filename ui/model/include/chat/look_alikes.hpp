// Names that look like other names. Others may choose theirs freely, so what can be mistaken is said beside the name.
#pragma once

#include <string_view>

namespace chat {

// Whether `name` (well-formed UTF-8) holds characters that do not show at all, or spaces other than the ordinary one: a
// name with them looks the same as the name without. Joiners inside emoji and between letters of scripts that need
// them are not counted.
bool has_invisible_characters(std::string_view name);

// A plain sentence, in static storage, when a name that check_user_name() accepts may be mistaken for another one:
// letters of another alphabet among Latin ones, or nothing but letters that look like Latin ones (Cyrillic "аlice"), or
// separate accents and joiners. Else empty.
std::string_view look_alike_warning(std::string_view name);

}  // namespace chat
