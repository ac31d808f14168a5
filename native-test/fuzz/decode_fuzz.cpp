// decode(), both directions: what it takes can be encoded, and decodes to the same packet again.
#include "fuzz.hpp"
#include "wasmqtt/decode.hpp"
#include "wasmqtt/describe.hpp"
#include "wasmqtt/encode.hpp"

using namespace wasmqtt;
using namespace wasmqtt::fuzz;

namespace {

Frame frame_of(const ByteBuffer& bytes) {
  FrameReader reader(max_remaining_length);
  reader.feed(bytes);
  Frame frame;
  check(reader.next(frame) == FrameReader::Status::frame, "encode() writes one whole frame");
  check(frame.whole.size() == bytes.size(), "encode() writes nothing but its frame");
  return frame;
}

void round_trip(const Frame& frame, Direction direction) {
  const auto packet = decode(frame, direction);
  if (!packet) {
    check(packet.error().side() == Side::peer, "decode() blames the peer");
    check(!packet.error().message().empty(), "every error has a sentence");
    return;
  }
  check(type_of(*packet) == frame.type(), "the packet is of the frame's type");
  check(!describe(*packet).empty(), "every packet can be described");
  ByteBuffer bytes;
  check(!encode(*packet, bytes), "what was decoded can be encoded");
  const Frame again = frame_of(bytes);
  const auto same = decode(again, direction);
  check(same.has_value() && *same == *packet, "decode, encode, decode gives the same packet");
  if (frame.type() != PacketType::publish) return;
  Publish publish;
  check(!decode_publish(frame, publish) && publish == std::get<Publish>(*packet), "decode_publish() agrees");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, size});
  const Direction direction = input.flag() ? Direction::inbound : Direction::outbound;
  FrameReader reader(1 << 20);
  reader.feed(input.rest());
  Frame frame;
  while (reader.next(frame) == FrameReader::Status::frame) round_trip(frame, direction);
  return 0;
}
