// A PUBLISH as a command line that publishes the same message.
#pragma once

#include <string>

#include "wasmqtt/trace.hpp"

namespace chat {

// For a POSIX shell: "mosquitto_pub -h localhost -t 'chat/status/alice' -q 1 -r -m '…'". `host` is the broker's; its TCP port is
// not known where it was reached by WebSocket, and has to be added where it is not 1883. A user name is given with "$PASSWORD"
// in place of the password. Empty, where the entry is no PUBLISH, or was not kept whole.
std::string mosquitto_pub_command(const wasmqtt::TraceEntry& entry, wasmqtt::Bytes bytes, std::string_view alias_topic,
                                  std::string_view host, std::string_view user_name = {});

}  // namespace chat
