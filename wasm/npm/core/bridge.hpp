// Where src/core.js places what a call of the bridge needs besides numbers.
#pragma once

#include "wasmqtt/border.hpp"

namespace wasmqtt {

// For all clients of the module.
Room& room();

}  // namespace wasmqtt
