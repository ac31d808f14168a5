// The packet trace as JSON lines, one packet each, oldest first.
#pragma once

#include <string>

#include "wasmqtt/trace.hpp"

namespace chat {

// {"index":1,"time":"…Z","ms":0.0,"direction":"outbound","packet":"connect","size":42,…,"fields":{…},"hex":"…"}
// Passwords are masked in the trace already. A payload that is text is given as text.
std::string export_json_lines(const wasmqtt::PacketTrace& trace);

}  // namespace chat
