#include "wasmqtt/native/server_url.hpp"

#include <algorithm>
#include <boost/asio/ip/address_v6.hpp>
#include <charconv>

namespace wasmqtt {

namespace {

using Protocol = ServerUrl::Protocol;

struct Scheme {
  std::string_view name;
  Protocol protocol;
  std::uint16_t port;
};

constexpr Scheme schemes[] = {
    {"mqtt", Protocol::tcp, 1883},    {"tcp", Protocol::tcp, 1883},      {"mqtts", Protocol::tls, 8883},
    {"ssl", Protocol::tls, 8883},     {"tls", Protocol::tls, 8883},      {"ws", Protocol::websocket, 80},
    {"wss", Protocol::secure_websocket, 443},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

const Scheme* find_scheme(std::string_view name) {
  auto same = [name](const Scheme& scheme) {
    return std::equal(name.begin(), name.end(), scheme.name.begin(), scheme.name.end(),
                      [](char a, char b) { return lower(a) == b; });
  };
  auto found = std::find_if(std::begin(schemes), std::end(schemes), same);
  return found == std::end(schemes) ? nullptr : found;
}

bool is_websocket(Protocol protocol) {
  return protocol == Protocol::websocket || protocol == Protocol::secure_websocket;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

// Anything else could end the request line or a header of the handshake.
bool is_target_character(char c) { return c > ' ' && c < 0x7F; }

bool parse_port(std::string_view text, std::uint16_t& port) {
  unsigned value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > 65535) return false;
  port = static_cast<std::uint16_t>(value);
  return true;
}

// A password may hold what would end the authority elsewhere. Only a WebSocket address has a path, in which an @ is just
// a character.
bool has_credentials(std::string_view behind_scheme, Protocol protocol) {
  auto at = behind_scheme.find('@');
  return at != behind_scheme.npos && (!is_websocket(protocol) || behind_scheme.find_first_of("/?") > at);
}

// Takes host and port apart; returns what is wrong, or nothing.
std::string_view parse_authority(std::string_view authority, ServerUrl& url) {
  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    auto end = authority.find(']');
    if (end == authority.npos) return "the bracket of an IPv6 address is not closed";
    url.host = authority.substr(1, end - 1);
    if (auto zone = url.host.find("%25"); zone != url.host.npos) url.host.erase(zone + 1, 2);
    boost::system::error_code error;
    boost::asio::ip::make_address_v6(url.host, error);
    if (error) return "what stands in brackets is not an IPv6 address";
    port = authority.substr(end + 1);
    has_port = !port.empty();
    if (has_port && port.front() != ':') return "after the IPv6 address, a colon and the port are expected";
    if (has_port) port.remove_prefix(1);
  } else {
    auto colon = authority.find(':');
    has_port = colon != authority.npos;
    url.host = authority.substr(0, colon);
    if (has_port) port = authority.substr(colon + 1);
    if (port.find(':') != port.npos) return "an IPv6 address has to stand in brackets";
    if (url.host.empty()) return "the host is missing";
    if (url.host.size() > 253) return "the host name is longer than 253 characters";
    if (std::any_of(url.host.begin(), url.host.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7F; }))
      return "the host holds letters beyond ASCII: write it as DNS has it, with xn--";
    if (!std::all_of(url.host.begin(), url.host.end(), is_host_character))
      return "the host holds a character that host names do not have";
  }
  if (has_port && !parse_port(port, url.port)) return "the port is not a number from 1 to 65535";
  return {};
}

}  // namespace

std::optional<ServerUrl> parse_server_url(std::string_view text, UrlProblem& problem) {
  auto invalid = [&](std::string_view sentence) {
    problem = {TransportFault::invalid_url, sentence};
    return std::nullopt;
  };
  auto colon = text.find("://");
  if (colon == text.npos) return invalid("the address does not start with a scheme such as mqtt:// or wss://");
  const Scheme* scheme = find_scheme(text.substr(0, colon));
  if (scheme == nullptr) {
    problem = {TransportFault::unsupported_scheme, "the scheme is none of mqtt, tcp, mqtts, ssl, tls, ws, wss"};
    return std::nullopt;
  }

  ServerUrl url;
  url.protocol = scheme->protocol;
  url.port = scheme->port;
  text.remove_prefix(colon + 3);
  if (has_credentials(text, url.protocol)) return invalid("user name and password do not belong in the address");
  if (text.find('#') != text.npos) return invalid("a fragment (#) has no meaning in the address of a broker");
  auto authority_end = std::min(text.find_first_of("/?"), text.size());
  if (auto wrong = parse_authority(text.substr(0, authority_end), url); !wrong.empty()) return invalid(wrong);

  std::string_view target = text.substr(authority_end);
  if (!std::all_of(target.begin(), target.end(), is_target_character))
    return invalid("the path holds a character that has to be percent-encoded");
  if (is_websocket(url.protocol)) {
    url.target = target.starts_with('/') ? "" : "/";
    url.target += target;
  } else if (!target.empty() && target != "/") {
    return invalid("only a WebSocket address has a path");
  }
  return url;
}

std::string ServerUrl::authority() const {
  std::string text = host.find(':') == host.npos ? host : '[' + host.substr(0, host.find('%')) + ']';
  auto own = std::find_if(std::begin(schemes), std::end(schemes),
                          [this](const Scheme& scheme) { return scheme.protocol == protocol; });
  if (port != own->port) text += ':' + std::to_string(port);
  return text;
}

}  // namespace wasmqtt
