// Reads a packet's bytes field by field, and collects name, value and place of each. Internal to packet_fields.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chat/packet_fields.hpp"

namespace chat {

// A value for a person, and as JSON.
struct Words {
  std::string value;
  std::string json;
};

Words words_of(std::string text);
Words words_of_payload(wasmqtt::Bytes bytes);  // JSON stays JSON; what is not text is counted
// At most `most` bytes of a text; of what is none, how many bytes there are.
std::string beginning_of_text(wasmqtt::Bytes bytes, std::size_t most);
std::string qos_text(unsigned qos);            // "1, at least once"
std::string reason_text(std::uint32_t code);   // "135, Not authorized"

// good() is false once the bytes have ended too early; at() is then where what they cut short begins.
class Walker {
 public:
  explicit Walker(wasmqtt::Bytes bytes) : bytes_(bytes) {}

  std::vector<PacketField> take() { return std::move(fields_); }
  bool good() const { return good_; }
  bool at_end() const { return at_ >= bytes_.size(); }
  std::uint32_t at() const { return static_cast<std::uint32_t>(at_); }
  wasmqtt::Bytes rest() const { return bytes_.subspan(at_); }

  // `mask`: the bits of its one byte that it is; 0: all of its bytes.
  void note(std::string name, Words words, std::size_t begin, std::size_t end, unsigned mask = 0);
  void note_number(std::string name, std::uint64_t value, std::string words, std::size_t begin, std::size_t end,
                   unsigned mask = 0);
  // The one bit of the byte at `at` that is its flag.
  void flag(std::string name, unsigned mask, std::size_t at);

  std::uint32_t integer(std::size_t size);
  // A field with a two-byte length prefix: read only; read and noted.
  wasmqtt::Bytes counted(std::size_t& begin);
  void counted_field(std::string name, bool payload = false);
  void packet_id();
  // A variable byte integer: read only; read and noted.
  std::uint32_t variable();
  std::uint32_t length_field(std::string name);
  void skip(std::size_t count) {
    if (has(count)) at_ += count;
  }
  // One whose absence, at the end of a packet, means success.
  void reason_code();
  // Those of a packet, or of its will. What is malformed ends them. `alias_topic` is what a Topic Alias stands for.
  void properties(bool of_will = false, std::string_view alias_topic = {});

 private:
  bool has(std::size_t size);

  wasmqtt::Bytes bytes_;
  std::size_t at_ = 0;
  bool good_ = true;
  std::vector<PacketField> fields_;
};

}  // namespace chat
