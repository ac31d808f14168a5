// decode(), both directions and versions: what it takes can be encoded, and decodes to the same packet again.
#include "fuzz.hpp"
#include "wasmqtt/decode.hpp"
#include "wasmqtt/describe.hpp"
#include "wasmqtt/encode.hpp"

using namespace wasmqtt;
using namespace wasmqtt::fuzz;

namespace {

Frame frame_of(const ByteBuffer& bytes, ProtocolVersion version) {
  FrameReader reader(max_remaining_length);
  reader.reset(version);
  reader.feed(bytes);
  Frame frame;
  check(reader.next(frame) == FrameReader::Status::frame, "encode() writes one whole frame");
  check(frame.whole.size() == bytes.size(), "encode() writes nothing but its frame");
  return frame;
}

void round_trip(const Frame& frame, Direction direction, ProtocolVersion version) {
  const auto packet = decode(frame, direction, version);
  if (!packet) {
    check(packet.error().side() == Side::peer, "decode() blames the peer");
    check(!packet.error().message().empty(), "every error has a sentence");
    return;
  }
  check(type_of(*packet) == frame.type(), "the packet is of the frame's type");
  check(!describe(*packet).empty(), "every packet can be described");
  ByteBuffer bytes;
  check(!encode(*packet, bytes, version, direction), "what was decoded can be encoded");
  const Frame again = frame_of(bytes, version);
  const auto same = decode(again, direction, version);
  check(same.has_value() && *same == *packet, "decode, encode, decode gives the same packet");
  if (frame.type() != PacketType::publish) return;
  Publish publish;
  check(!decode_publish(frame, publish, version, direction) && publish == std::get<Publish>(*packet), "decode_publish() agrees");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, size});
  const std::uint8_t choice = input.u8();
  const Direction direction = (choice & 1) != 0 ? Direction::inbound : Direction::outbound;
  const ProtocolVersion version = (choice & 2) != 0 ? ProtocolVersion::mqtt_5 : ProtocolVersion::mqtt_3_1_1;
  FrameReader reader(1 << 20);
  reader.reset(version);
  reader.feed(input.rest());
  Frame frame;
  while (reader.next(frame) == FrameReader::Status::frame) round_trip(frame, direction, version);
  return 0;
}
