// The command line that the services have in common: where the broker is, who we are, which database.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace chat {

struct ServiceOptions {
  std::string url = "mqtt://127.0.0.1:1884";
  std::string user;
  std::optional<std::string> password;  // from a file or the environment, never from the command line
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
  std::string database = "rights.db";
  std::string state_directory;
};

// Takes an option of the program's own. Returns what is wrong with its value, or nothing; nullopt: there is no such option.
using TakeOption = std::function<std::optional<std::string>(std::string_view name, const std::string& value)>;

// false: a message or the help has been printed; end with `exit_code`.
bool parse_service_options(int count, char** arguments, std::string_view help, const TakeOption& take, ServiceOptions& options,
                           int& exit_code);

// "" when `value` is a whole number from 1 to `most`, which goes into `number`; else what is wrong.
std::string take_number(const std::string& value, std::size_t most, std::size_t& number);

}  // namespace chat
