// What may be shown and logged of addresses and topics.
#pragma once

#include <string>
#include <string_view>

namespace wasmqtt {

// The URL without user, password, query and fragment: tokens travel in them. When it can't be told for certain where a
// password ends, as in mqtt://user:top#1@host, nothing but the scheme is left.
std::string without_secrets(std::string_view url);

// Text of the peer or the application for one line of a log: control characters, quotes and ill-formed bytes are escaped as in
// JSON, and after about 200 bytes it is cut.
std::string escaped(std::string_view text);

}  // namespace wasmqtt
