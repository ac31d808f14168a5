// The JSON that Mosquitto's dynamic security plugin takes on $CONTROL/dynamic-security/v1, and what it answers.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile.hpp"

namespace rights {

inline constexpr std::string_view dynsec_topic = "$CONTROL/dynamic-security/v1";
inline constexpr std::string_view dynsec_response_topic = "$CONTROL/dynamic-security/v1/response";

// All of `commands` in one message; `correlation` comes back with each answer.
std::string write_commands(std::span<const Command> commands, std::string_view correlation);

// Asks for what the broker knows, `count` of each kind, from the one at `offset` on.
std::string write_questions(std::size_t offset, std::size_t count, std::string_view correlation);

struct DynsecResponse {
  std::vector<std::string> errors;  // in the plugin's words, with the command before them
  std::size_t answers = 0;
  bool more = false;                // of what was asked for, beyond offset + count
};
// What it tells is added to `state`. nullopt: it is no answer to `correlation`; others ask the plugin, too.
std::optional<DynsecResponse> read_response(std::string_view payload, std::string_view correlation, std::size_t end, BrokerState& state);

}  // namespace rights
