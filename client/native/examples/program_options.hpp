// What the native example programs have in common on their command lines.
#pragma once

#include <algorithm>
#include <string_view>

#include "wasmqtt/client.hpp"

// Whether this word is among the arguments; it is taken out of them.
inline bool take_flag(std::string_view flag, int& count, char** arguments) {
  const auto found = std::find(arguments + 1, arguments + count, flag);
  if (found == arguments + count) return false;
  std::copy(found + 1, arguments + count, found);
  --count;
  return true;
}

// --mqtt5: MQTT 5 instead of 3.1.1.
inline wasmqtt::Protocol take_protocol(int& count, char** arguments) {
  return take_flag("--mqtt5", count, arguments) ? wasmqtt::Protocol::mqtt_5 : wasmqtt::Protocol::mqtt_3_1_1;
}
