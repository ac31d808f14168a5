// The blocks of a pcapng file. Internal to the two that write and read one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace chat {

inline constexpr std::uint32_t block_section = 0x0a0d0d0a, block_interface = 1, block_packet = 6;
inline constexpr std::uint32_t byte_order_magic = 0x1a2b3c4d;
inline constexpr std::uint16_t link_loopback = 0, link_ethernet = 1, link_raw = 101;
inline constexpr std::uint16_t mqtt_port = 1883;

// One block, little-endian: type, length, what was put, options, length again.
class Block {
 public:
  explicit Block(std::uint32_t type) : type_(type) {}

  void put(std::uint16_t value) { put_bytes(value, 2); }
  void put(std::uint32_t value) { put_bytes(value, 4); }
  void bytes(std::string_view bytes) {
    body_ += bytes;
    pad();
  }
  void option(std::uint16_t code, std::string_view value) {
    value = value.substr(0, 0xffff);
    put(code), put(static_cast<std::uint16_t>(value.size()));
    bytes(value);
    has_options_ = true;
  }
  void end(std::string& file) {
    if (has_options_) put(std::uint32_t{0});  // the end of the options
    const std::string body = std::move(body_);
    body_.clear();
    const auto length = static_cast<std::uint32_t>(body.size() + 12);
    put(type_), put(length);
    file += body_;
    file += body;
    body_.clear();
    put(length);
    file += body_;
  }

 private:
  void put_bytes(std::uint32_t value, unsigned count) {
    for (unsigned i = 0; i < count; ++i) body_ += static_cast<char>(value >> (8 * i) & 0xff);
  }
  void pad() {
    while (body_.size() % 4 != 0) body_ += '\0';
  }

  std::uint32_t type_;
  std::string body_;
  bool has_options_ = false;
};

}  // namespace chat
