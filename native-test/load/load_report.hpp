// A run's figures for people and for programs.
#pragma once

#include <string>

#include "load.hpp"

namespace wasmqtt::load {

std::string progress_line(const LoadProgress& progress);
std::string table(const LoadOptions& options, const LoadReport& report);
std::string json(const LoadOptions& options, const LoadReport& report);

}  // namespace wasmqtt::load
