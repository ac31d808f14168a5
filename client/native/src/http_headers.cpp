#include "http_headers.hpp"

#include <algorithm>
#include <string>

namespace wasmqtt {
namespace {

char to_lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

// A token, RFC 9110, section 5.6.2.
bool is_name(std::string_view name) {
  constexpr std::string_view allowed =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !name.empty() && name.find_first_not_of(allowed) == std::string_view::npos;
}

// Section 5.5: no control characters but the tab, so that nothing can end the line; no blanks around it.
bool is_value(std::string_view value) {
  const bool blank_around = !value.empty() && (value.front() == ' ' || value.front() == '\t' || value.back() == ' ' || value.back() == '\t');
  const bool control = std::any_of(value.begin(), value.end(), [](char letter) {
    return (static_cast<unsigned char>(letter) < 0x20 && letter != '\t') || letter == 0x7f;
  });
  return !blank_around && !control;
}

bool is_reserved(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), to_lower);
  constexpr std::string_view reserved[] = {"host", "connection", "upgrade", "content-length", "transfer-encoding"};
  return lower.starts_with("sec-websocket-") || std::find(std::begin(reserved), std::end(reserved), lower) != std::end(reserved);
}

}  // namespace

std::string_view problem_of(const std::vector<HttpHeader>& headers) {
  for (const HttpHeader& header : headers) {
    if (!is_name(header.name)) return "the name of an own WebSocket header is none that HTTP allows";
    if (!is_value(header.value)) return "the value of an own WebSocket header is none that HTTP allows";
    if (is_reserved(header.name)) return "an own WebSocket header is one that the upgrade sets itself";
  }
  return {};
}

}  // namespace wasmqtt
