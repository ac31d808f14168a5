// Bytes of a broker, made from the input: mostly legal packets with ids that mean something, sometimes raw bytes.
#pragma once

#include "fuzz.hpp"
#include "wasmqtt/encode.hpp"

namespace wasmqtt::fuzz {

inline ByteBuffer broker_packet(Input& input) {
  ByteBuffer out;
  const std::size_t kind = input.below(12);
  const PacketId packet_id = static_cast<PacketId>(1 + input.below(12));
  constexpr PacketType acknowledgements[] = {PacketType::puback, PacketType::pubrec, PacketType::pubrel,
                                             PacketType::pubcomp, PacketType::unsuback};
  if (kind < 5) {
    encode_acknowledgement(acknowledgements[kind], packet_id, out);
  } else if (kind < 8) {
    const Qos qos = static_cast<Qos>(kind - 5);
    const std::uint8_t flags = input.u8();
    const std::string topic = (flags & 4) != 0 ? "t/" + std::string(1, static_cast<char>('a' + flags % 3)) : "t";
    const PacketId id = qos == Qos::at_most_once ? PacketId{0} : packet_id;
    (void)encode(Publish{topic, input.take(flags % 8), id, qos, (flags & 1) != 0, qos != Qos::at_most_once && (flags & 2) != 0},
                 out);
  } else if (kind == 8) {
    (void)encode(Packet{Connack{input.flag(), ConnectReturnCode::accepted}}, out);
  } else if (kind == 9) {
    (void)encode(Packet{Suback{packet_id, input.take(1 + input.below(3))}}, out);
  } else if (kind == 10) {
    (void)encode(Packet{Pingresp{}}, out);
  } else {
    const Bytes raw = input.bytes();
    out.assign(raw.begin(), raw.end());
  }
  return out;
}

}  // namespace wasmqtt::fuzz
