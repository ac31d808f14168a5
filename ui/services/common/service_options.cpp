#include "service_options.hpp"

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "chat/names.hpp"
#include "wasmqtt/native/server_url.hpp"

namespace chat {
namespace {

constexpr std::string_view common_help = R"(
  --url URL             broker to connect to (default mqtt://127.0.0.1:1884; mqtt, mqtts, ws, wss)
  --user NAME           account at the broker
  --password-file FILE  the password is the first line of FILE;
                        without it, the environment's WASMQTT_PASSWORD, if set
  --ca FILE             certificate authorities to trust instead of the system's
  --certificate FILE    our own certificate, for a broker that asks for one
  --key FILE            its private key
  --database WHERE      SQLite's file, or postgresql://USER@HOST/NAME (default rights.db)
  --state DIRECTORY     what has to survive the program's end and is not in the database
)";

// Empty, or what is wrong; nullopt: it is none of the common options.
std::optional<std::string> take_common(std::string_view name, const std::string& value, ServiceOptions& options) {
  if (name == "--url") {
    wasmqtt::UrlProblem problem;
    options.url = value;
    return wasmqtt::parse_server_url(value, problem) ? "" : std::string(problem.sentence);
  }
  if (name == "--user") {
    options.user = value;
    return std::string(check_user_name(value));
  }
  if (name == "--password-file") {
    std::ifstream input(value);
    std::string line;
    if (!std::getline(input, line) && !input.eof()) return "the file cannot be read";
    options.password = line;
    return "";
  }
  for (const auto& [option, target] :
       {std::pair{"--ca", &options.ca_file}, std::pair{"--certificate", &options.certificate_file},
        std::pair{"--key", &options.key_file}, std::pair{"--database", &options.database},
        std::pair{"--state", &options.state_directory}}) {
    if (name != option) continue;
    *target = value;
    return value.empty() ? "it is empty" : "";
  }
  return std::nullopt;
}

}  // namespace

bool parse_service_options(int count, char** arguments, std::string_view help, const TakeOption& take, ServiceOptions& options,
                           int& exit_code) {
  exit_code = 2;
  for (int i = 1; i < count; i += 2) {
    const std::string_view name = arguments[i];
    if (name == "--help") {
      std::cout << help << common_help;
      exit_code = 0;
      return false;
    }
    if (i + 1 == count) {
      std::cerr << name << " needs a value; see --help\n";
      return false;
    }
    std::optional<std::string> wrong = take_common(name, arguments[i + 1], options);
    if (!wrong) wrong = take(name, arguments[i + 1]);
    if (!wrong || !wrong->empty()) {
      std::cerr << (wrong ? std::string(name) + ": " + *wrong : "unknown option " + std::string(name) + "; see --help") << '\n';
      return false;
    }
  }
  if (!options.password) {
    if (const char* password = std::getenv("WASMQTT_PASSWORD")) options.password = password;
  }
  return true;
}

std::string take_number(const std::string& value, std::size_t most, std::size_t& number) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc{} && end == value.data() + value.size() && number >= 1 && number <= most) return "";
  return "it is a number from 1 to " + std::to_string(most);
}

}  // namespace chat
