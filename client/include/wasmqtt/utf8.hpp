// UTF-8 as section 1.5.3 wants it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wasmqtt/error.hpp"

namespace wasmqtt {

// Well-formed UTF-8 without surrogates [MQTT-1.5.3-1] and without U+0000 [MQTT-1.5.3-2], at most 65535 bytes
// [MQTT-4.7.3-3]. U+FEFF is a character like any other [MQTT-1.5.3-3]. The error has Side::local.
Error check_utf8(std::string_view text);

// Length of the well-formed sequence at the front of `text`, 1 to 4; 0: none (ill-formed, or no text).
std::size_t utf8_sequence(std::string_view text);
// The code point of the sequence at the front, `length` as utf8_sequence() told.
std::uint32_t utf8_code_point(std::string_view text, std::size_t length);

// The characters 1.5.3 advises against: U+0001-001F, U+007F-009F and non-characters. Well-formed text only.
bool has_discouraged_characters(std::string_view text);

}  // namespace wasmqtt
