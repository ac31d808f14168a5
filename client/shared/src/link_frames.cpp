#include "link_frames.hpp"

#include "wasmqtt/decode.hpp"
#include "wasmqtt/slot_index.hpp"
#include "wasmqtt/utf8.hpp"

namespace wasmqtt {
namespace {

void put_big_endian(std::uint64_t value, std::size_t bytes, ByteBuffer& out) {
  for (std::size_t left = bytes; left-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * left)));
}

}  // namespace

void begin_piece(std::uint64_t epoch, ByteBuffer& out) {
  out.push_back(link_version);
  put_big_endian(epoch, 8, out);
}

LinkWriter::LinkWriter(LinkFrame type, ByteBuffer& out) : out_(out) {
  byte(type);
  put_big_endian(0, 4, out_);
  at_ = out_.size();
}

LinkWriter::~LinkWriter() {
  const std::size_t size = out_.size() - at_;
  for (std::size_t i = 0; i < 4; ++i) out_[at_ - 1 - i] = static_cast<std::uint8_t>(size >> (8 * i));
}

std::uint8_t LinkReader::byte_up_to(std::uint8_t last) {
  std::uint8_t value = 0;
  good_ = good_ && reader_.u8(value) && value <= last;
  return good_ ? value : std::uint8_t{0};
}

std::uint64_t LinkReader::number(std::uint64_t most) {
  std::uint64_t value = 0;
  good_ = good_ && get_number(reader_, value) && value <= most;
  return good_ ? value : 0;
}

Bytes LinkReader::bytes() {
  Bytes value;
  good_ = good_ && get_bytes(reader_, value);
  return good_ ? value : Bytes{};
}

std::string_view LinkReader::text() {
  const std::string_view value = as_text(bytes());
  if (check_utf8(value)) good_ = false;
  return good_ ? value : std::string_view{};
}

std::optional<Time> LinkReader::time() {
  const std::uint64_t value = number(longest);
  if (value == 0) return std::nullopt;
  return Time{Duration{static_cast<Duration::rep>(value - 1)}};
}

Properties LinkReader::properties(PropertyHost host, Direction direction) {
  const Properties value(bytes());
  if (check(value, host, direction)) good_ = false;
  return good_ ? value : Properties{};
}

bool LinkReader::packet(Publish& packet, Direction direction) {
  Frame frame;
  frame.whole = reader_.rest();
  std::uint32_t length = 0;
  good_ = good_ && reader_.u8(frame.first_byte) && reader_.variable(length) == Errc::ok && reader_.rest().size() == length;
  if (!good_) return false;
  (void)reader_.take(length, frame.body);
  good_ = frame.type() == PacketType::publish && !decode_publish(frame, packet, ProtocolVersion::mqtt_5, direction) &&
          !packet.topic.empty();
  return good_;
}

PieceReader::PieceReader(Bytes piece) : reader_(piece) {
  std::uint32_t high = 0;
  std::uint32_t low = 0;
  good_ = reader_.u8(version_) && reader_.u32(high) && reader_.u32(low);
  epoch_ = std::uint64_t{high} << 32 | low;
}

bool PieceReader::next(LinkFrame& type, Bytes& body) {
  if (!good_ || reader_.done()) return false;
  std::uint8_t first = 0;
  std::uint32_t size = 0;
  good_ = reader_.u8(first) && reader_.u32(size) && reader_.take(size, body);
  type = static_cast<LinkFrame>(first);
  return good_;
}

std::uint64_t hash64(std::string_view text, std::uint64_t before) {
  std::uint64_t hash = before ^ text.size();
  const auto mix = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * 0x9e37'79b9'7f4a'7c15u;
    hash ^= hash >> 29;
  };
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) mix(word_at(text.data() + at));
  std::uint64_t last = 0;
  for (; at < text.size(); ++at) last = last << 8 | static_cast<std::uint8_t>(text[at]);
  mix(last);
  mix(text.size());
  return hash;
}

}  // namespace wasmqtt
