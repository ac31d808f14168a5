// The command line of a bot.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "wasmqtt/types.hpp"

namespace chat {

struct BotOptions {
  std::vector<std::string> urls;
  std::string user;
  std::optional<std::string> password;  // from a file or the environment, never from the command line
  std::string ca_file;
  std::string state_directory;  // empty: unfinished messages live as long as the process
  bool mqtt5 = false;           // else MQTT 3.1.1
  wasmqtt::Qos qos = wasmqtt::Qos::at_least_once;
  std::chrono::milliseconds every{5000};
};

// nullopt: a message or the help has been printed; end with `exit_code`.
std::optional<BotOptions> parse_bot_options(int argument_count, char** arguments, const std::string& default_user,
                                            const char* what_it_does, int& exit_code);

}  // namespace chat
