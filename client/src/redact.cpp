#include "redact.hpp"

#include "wasmqtt/utf8.hpp"

namespace wasmqtt {

std::string without_secrets(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return url.find('@') == std::string_view::npos ? std::string(url.substr(0, url.find('?'))) : std::string();
  const std::string_view head = url.substr(0, scheme + 3);
  std::string_view rest = url.substr(scheme + 3);
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t user = authority.rfind('@');
  const bool hidden_later = user == std::string_view::npos && authority.find(':') != std::string_view::npos &&
                            rest.find('@') != std::string_view::npos;
  if (hidden_later) return std::string(head) + "(hidden)";
  if (user != std::string_view::npos) rest.remove_prefix(user + 1);
  // A second @ behind the authority: the first one may have been part of a password.
  if (user != std::string_view::npos && rest.substr(0, rest.find_first_of("?#")).find('@') != std::string_view::npos)
    return std::string(head) + "(hidden)";
  return std::string(head) + std::string(rest.substr(0, rest.find_first_of("?#")));
}

std::string escaped(std::string_view text) {
  constexpr std::size_t longest = 200;
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (out.size() >= longest) return out + "...";
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t length = utf8_sequence(text.substr(at));
    if (length > 1) {
      out.append(text.substr(at, length));
    } else if (length == 0 || byte < 0x20 || byte == 0x7f) {
      out += length == 0 ? "\\x" : "\\u00";
      out += {digits[byte >> 4], digits[byte & 15]};
    } else {
      if (byte == '"' || byte == '\\') out += '\\';
      out += static_cast<char>(byte);
    }
    at += length == 0 ? 1 : length;
  }
  return out;
}

}  // namespace wasmqtt
