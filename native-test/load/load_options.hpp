// The command line of `load`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wasmqtt/types.hpp"

namespace wasmqtt::load {

struct LoadOptions {
  std::vector<std::string> urls{};  // connections are spread over them in turn
  std::size_t connections = 100;
  std::size_t connect_rate = 1000;  // a second
  double rate = 1000;               // messages a second, of all connections together
  double seconds = 10;
  Qos qos = Qos::at_least_once;
  std::size_t payload_bytes = 64;
  std::optional<std::size_t> receivers{};  // how many of the connections subscribe; not set: all
  bool mqtt5 = false;
  std::string user{};
  std::optional<std::string> password{};   // from a file or the environment
  std::string ca_file{};
  std::vector<std::string> source_addresses{};
  std::string client_id = "load";
  double drain_seconds = 10;               // for what is unfinished at the end, since the last progress
  std::string json_file{};                 // "-": standard output, and nothing else there
};

inline constexpr std::size_t smallest_payload = 24;  // Stamp

struct Parsed {
  std::optional<LoadOptions> options{};  // none: print `text` and end with `exit_code`
  std::string text{};
  int exit_code = 0;
};

Parsed parse_load_options(const std::vector<std::string>& arguments);

}  // namespace wasmqtt::load
