// The address of a broker, taken apart and checked.
//
//   UrlProblem problem;
//   if (auto url = parse_server_url("wss://example.org/mqtt", problem)) connect(url->host, url->port);
//   else say(problem.sentence);
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wasmqtt/transport.hpp"

namespace wasmqtt {

struct ServerUrl {
  enum class Protocol : std::uint8_t { tcp, tls, websocket, secure_websocket };

  Protocol protocol = Protocol::tcp;
  std::string host;           // name or address; an IPv6 address without its brackets
  std::uint16_t port = 0;     // as given, else 1883 (mqtt, tcp), 8883 (mqtts, ssl, tls), 80 (ws), 443 (wss)
  std::string target = "/";   // path and query of a WebSocket URL

  // For the Host header: brackets around IPv6, the port unless it is the scheme's own.
  std::string authority() const;
};

struct UrlProblem {
  TransportFault fault = TransportFault::none;  // invalid_url or unsupported_scheme
  std::string_view sentence;                    // static storage; never repeats the URL, which may hold a secret
};

// nullopt: see `problem`. User names and passwords in a URL are refused, for URLs end up in logs; so are fragments
// and paths that the protocol has no use for.
std::optional<ServerUrl> parse_server_url(std::string_view url, UrlProblem& problem);

}  // namespace wasmqtt
