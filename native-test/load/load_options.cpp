#include "load_options.hpp"

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>

#include "wasmqtt/native/server_url.hpp"

namespace wasmqtt::load {
namespace {

constexpr const char* help = R"(load: so many MQTT connections, so many messages a second, and how long each message takes

  --url URL             broker; repeat it to spread the connections over several (mqtt, mqtts, ws, wss; mqtt://127.0.0.1:1883)
  --connections N       100
  --connect-rate N      new connections a second (1000)
  --rate N              messages a second, of all connections together (1000); 0: connections only
  --seconds N           how long messages are sent (10)
  --qos 0|1|2           of messages and subscriptions (1)
  --payload BYTES       24 or more (64)
  --receivers N         the first N connections each subscribe to a topic of their own, and messages go to them in turn
                        (all of them); 0: nobody receives, and only acknowledgements are measured
  --mqtt5               speak MQTT 5 instead of 3.1.1
  --user NAME           with --password-file FILE (its first line), or WASMQTT_PASSWORD in the environment
  --ca FILE             certificate authorities to trust instead of the system's
  --source ADDRESS      address of this machine to connect from; repeat it for more ports than one address has
  --client-id PREFIX    of the client ids (load)
  --drain SECONDS       at the end, how long without progress to wait for what is unfinished (10)
  --json FILE           the figures as JSON, too; "-": to standard output, instead of the table
  --help

The load is open: each message has its time, whatever became of those before, and its latency counts from that time, not from when
it could be sent. Ctrl+C ends early, with the figures until then. Ends with 1 when messages were lost, 2 when it could not start.
)";

bool parse(std::string_view text, double least, double most, double& number) {
  const char* const end = text.data() + text.size();
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || !(value >= least && value <= most)) return false;
  number = value;
  return true;
}

using Take = std::function<std::string(const std::string& value)>;  // what is wrong with it, or nothing

Take number(double& into, double least, double most) {
  return [=, &into](const std::string& value) {
    if (parse(value, least, most, into)) return std::string();
    return "is a number from " + std::to_string(static_cast<long long>(least)) + " to " + std::to_string(static_cast<long long>(most));
  };
}

template <class Size>
Take whole(Size& into, std::size_t least, std::size_t most) {
  return [=, &into](const std::string& value) {
    std::size_t parsed = 0;
    const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (error != std::errc{} || stop != value.data() + value.size() || parsed < least || parsed > most)
      return "is a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    into = parsed;
    return std::string();
  };
}

Take text(std::string& into) {
  return [&into](const std::string& value) {
    into = value;
    return std::string();
  };
}

std::map<std::string, Take, std::less<>> takers(LoadOptions& options) {
  std::map<std::string, Take, std::less<>> all;
  all["--url"] = [&options](const std::string& value) {
    UrlProblem problem;
    if (!parse_server_url(value, problem)) return ": " + std::string(problem.sentence);
    options.urls.push_back(value);
    return std::string();
  };
  all["--connections"] = whole(options.connections, 1, 1'000'000);
  all["--connect-rate"] = whole(options.connect_rate, 1, 1'000'000);
  all["--rate"] = number(options.rate, 0, 10'000'000);
  all["--seconds"] = number(options.seconds, 0, 604'800);
  all["--drain"] = number(options.drain_seconds, 0, 3600);
  all["--qos"] = [&options](const std::string& value) {
    if (value != "0" && value != "1" && value != "2") return std::string("is 0, 1 or 2");
    options.qos = static_cast<Qos>(value[0] - '0');
    return std::string();
  };
  all["--payload"] = whole(options.payload_bytes, smallest_payload, 16 * 1024 * 1024);
  all["--receivers"] = whole(options.receivers, 0, 1'000'000);
  all["--user"] = text(options.user);
  all["--ca"] = text(options.ca_file);
  all["--client-id"] = text(options.client_id);
  all["--json"] = text(options.json_file);
  all["--source"] = [&options](const std::string& value) {
    options.source_addresses.push_back(value);
    return std::string();
  };
  all["--password-file"] = [&options](const std::string& value) {
    std::ifstream input(value);
    std::string line;
    if (!std::getline(input, line) && !input.eof()) return std::string("can't be read");
    options.password = line;
    return std::string();
  };
  return all;
}

Parsed refuse(std::string problem) { return {std::nullopt, std::move(problem) + "\n`load --help` lists the options.\n", 2}; }

}  // namespace

Parsed parse_load_options(const std::vector<std::string>& arguments) {
  LoadOptions options;
  const auto all = takers(options);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    if (name == "--help" || name == "-h") return {std::nullopt, help, 0};
    if (name == "--mqtt5") {
      options.mqtt5 = true;
      continue;
    }
    const auto found = all.find(name);
    if (found == all.end()) return refuse("Unknown option " + name + ".");
    if (i + 1 == arguments.size()) return refuse(name + " needs a value.");
    if (const std::string wrong = found->second(arguments[++i]); !wrong.empty())
      return refuse(name + (wrong[0] == ':' ? "" : " ") + wrong + (wrong[0] == ':' ? "" : "."));
  }
  if (options.urls.empty()) options.urls.emplace_back("mqtt://127.0.0.1:1883");
  const std::size_t receivers = options.receivers.value_or(options.connections);
  if (receivers > options.connections) return refuse("--receivers is at most --connections.");
  if (receivers == 0 && options.qos == Qos::at_most_once && options.rate > 0)
    return refuse("With --qos 0 and --receivers 0 there is nothing to measure: nobody acknowledges, and nobody receives.");
  if (!options.password) {
    if (const char* password = std::getenv("WASMQTT_PASSWORD"); password != nullptr && !options.user.empty()) options.password = password;
  }
  if (options.password && options.user.empty()) return refuse("--password-file needs --user.");
  return {options, {}, 0};
}

}  // namespace wasmqtt::load
