// A PUBLISH as a command line that publishes the same message.
#pragma once

#include <string>
#include <string_view>

#include "wasmqtt/trace.hpp"

namespace chat {

// For a POSIX shell: "mosquitto_pub -h localhost -t 'chat/status/alice' -q 1 -r -m '…'". `host` is the broker's; its TCP port is
// not known where it was reached by WebSocket, and has to be added where it is not 1883. A user name is given with "$PASSWORD"
// in place of the password.
struct MosquittoPub {
  std::string command{};
  std::string_view problem{};  // why there is no command; both are empty where the entry is no PUBLISH, or was not kept whole
};

// Whatever the message contains, the command has no control characters but line feeds inside of quotes: it is to be pasted into
// a terminal. A payload that has others is printed by printf; where the topic or a property has, there is no command.
MosquittoPub mosquitto_pub_command(const wasmqtt::TraceEntry& entry, wasmqtt::Bytes bytes, std::string_view alias_topic,
                                   std::string_view host, std::string_view user_name = {});

}  // namespace chat
