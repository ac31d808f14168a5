// Payloads and passwords, as the judge's lines have them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace judge {

inline std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) bytes.push_back(static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16)));
  return bytes;
}

inline std::string to_hex(const void* data, std::size_t length) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  for (std::size_t at = 0; at < length; ++at) {
    const std::uint8_t byte = static_cast<const std::uint8_t*>(data)[at];
    hex.push_back(digits[byte >> 4]);
    hex.push_back(digits[byte & 15]);
  }
  return hex;
}

}  // namespace judge
