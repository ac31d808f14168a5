// Headers that an application adds to the WebSocket upgrade.
#pragma once

#include <string_view>
#include <vector>

#include "wasmqtt/native/network_options.hpp"

namespace wasmqtt {

// What is wrong with one of them, in static storage; empty: nothing. Values may be secret and are not in it.
std::string_view problem_of(const std::vector<HttpHeader>& headers);

}  // namespace wasmqtt
