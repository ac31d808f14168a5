#include "bot_options.hpp"

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string_view>

#include "chat/names.hpp"
#include "wasmqtt/native/server_url.hpp"

namespace chat {

namespace {

constexpr const char* help = R"(
  --url URL             broker to connect to; repeat it for several
                        (default mqtt://127.0.0.1:18830; mqtt, mqtts, ws, wss)
  --user NAME           user name, also in topics; the client id is mqtt-chat-bot-NAME
  --password-file FILE  the password is the first line of FILE;
                        without it, the environment's WASMQTT_PASSWORD, if set
  --ca FILE             certificate authorities to trust instead of the system's
  --state DIRECTORY     keep unfinished messages there, should the program crash
  --mqtt5               speak MQTT 5 instead of 3.1.1
  --qos 0|1|2           of what is sent (default 1)
  --every SECONDS       how often, for a bot that repeats itself (default 5)
  --help
)";

bool parse_seconds(std::string_view text, std::chrono::milliseconds& duration) {
  double seconds = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size() || !(seconds >= 0.01 && seconds <= 86400)) return false;
  duration = std::chrono::milliseconds(static_cast<long>(seconds * 1000));
  return true;
}

bool read_password(const std::string& file, BotOptions& options) {
  std::ifstream input(file);
  std::string line;
  if (!std::getline(input, line) && !input.eof()) return false;
  options.password = line;
  return true;
}

// An empty string, or what is wrong.
std::string take_option(std::string_view name, const std::string& value, BotOptions& options) {
  if (name == "--url") {
    wasmqtt::UrlProblem problem;
    if (!wasmqtt::parse_server_url(value, problem)) return "--url: " + std::string(problem.sentence);
    options.urls.push_back(value);
  } else if (name == "--user") {
    if (auto problem = check_user_name(value); !problem.empty()) return "--user: " + std::string(problem);
    options.user = value;
  } else if (name == "--password-file") {
    if (!read_password(value, options)) return "the password file cannot be read";
  } else if (name == "--ca") {
    options.ca_file = value;
  } else if (name == "--state") {
    options.state_directory = value;
  } else if (name == "--qos") {
    if (value != "0" && value != "1" && value != "2") return "--qos is 0, 1 or 2";
    options.qos = static_cast<wasmqtt::Qos>(value[0] - '0');
  } else if (name == "--every") {
    if (!parse_seconds(value, options.every)) return "--every is a number of seconds, from 0.01 to 86400";
  } else {
    return "unknown option " + std::string(name) + "; see --help";
  }
  return {};
}

}  // namespace

std::optional<BotOptions> parse_bot_options(int argument_count, char** arguments, const std::string& default_user,
                                            const char* what_it_does, int& exit_code) {
  BotOptions options;
  options.user = default_user;
  exit_code = 2;
  for (int i = 1; i < argument_count; i += 2) {
    std::string_view name = arguments[i];
    if (name == "--mqtt5") {
      options.mqtt5 = true;
      --i;  // it has no value
      continue;
    }
    if (name == "--help") {
      std::cout << what_it_does << '\n' << help;
      exit_code = 0;
      return std::nullopt;
    }
    std::string wrong = i + 1 < argument_count ? take_option(name, arguments[i + 1], options)
                                               : std::string(name) + " needs a value; see --help";
    if (!wrong.empty()) {
      std::cerr << wrong << '\n';
      return std::nullopt;
    }
  }
  if (!options.password) {
    if (const char* password = std::getenv("WASMQTT_PASSWORD")) options.password = password;
  }
  if (options.urls.empty()) options.urls.push_back("mqtt://127.0.0.1:18830");
  return options;
}

}  // namespace chat
