// Bytes of a broker, made from the input: mostly legal packets with ids that mean something, sometimes raw bytes.
#pragma once

#include "fuzz.hpp"
#include "wasmqtt/encode.hpp"

namespace wasmqtt::fuzz {

// What a broker of MQTT 5 says of itself: small limits, so that they are met.
inline PropertyList connack_properties(Input& input) {
  PropertyList properties;
  const std::uint8_t flags = input.u8();
  if ((flags & 1) != 0) (void)properties.add(PropertyId::receive_maximum, 1 + flags % 3);
  if ((flags & 2) != 0) (void)properties.add(PropertyId::maximum_packet_size, 16 + flags % 32);
  if ((flags & 4) != 0) (void)properties.add(PropertyId::topic_alias_maximum, 1 + flags % 3);
  if ((flags & 8) != 0) (void)properties.add(PropertyId::maximum_qos, flags % 2);
  if ((flags & 16) != 0) (void)properties.add(PropertyId::retain_available, 0);
  if ((flags & 32) != 0) (void)properties.add(PropertyId::server_keep_alive, flags % 7);
  if ((flags & 64) != 0) (void)properties.add(PropertyId::session_expiry_interval, flags % 5 * 100u);
  if ((flags & 128) != 0) (void)properties.add(PropertyId::response_information, "answers/" + std::to_string(flags));
  return properties;
}

inline PropertyList publish_properties(Input& input) {
  PropertyList properties;
  const std::uint8_t flags = input.u8();
  if ((flags & 1) != 0) (void)properties.add(PropertyId::topic_alias, 1 + flags % 3);
  if ((flags & 2) != 0) (void)properties.add(PropertyId::correlation_data, input.take(flags % 17));
  if ((flags & 4) != 0) (void)properties.add(PropertyId::response_topic, "t/answers");
  if ((flags & 8) != 0) (void)properties.add(PropertyId::subscription_identifier, 1 + flags % 4);
  if ((flags & 16) != 0) (void)properties.add_user_property("k", "v");
  return properties;
}

// Enhanced authentication: mostly by the method that the client has asked for.
inline ByteBuffer auth_packet(Input& input) {
  constexpr ReasonCode codes[] = {ReasonCode::continue_authentication, ReasonCode::success, ReasonCode::re_authenticate};
  const std::uint8_t flags = input.u8();
  PropertyList properties;
  if ((flags & 3) != 3) (void)properties.add(PropertyId::authentication_method, (flags & 4) != 0 && (flags & 8) != 0 ? "N" : "M");
  if ((flags & 16) != 0) (void)properties.add(PropertyId::authentication_data, input.bytes());
  if ((flags & 32) != 0) (void)properties.add(PropertyId::reason_string, "because");
  ByteBuffer out;
  (void)encode(Packet{Auth{codes[flags % 3], properties}}, out, ProtocolVersion::mqtt_5, Direction::inbound);
  return out;
}

inline ByteBuffer broker_packet(Input& input, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1, bool authenticates = false) {
  ByteBuffer out;
  const bool v5 = version == ProtocolVersion::mqtt_5;
  const std::size_t kind = input.below(v5 ? 14 : 12);
  const PacketId packet_id = static_cast<PacketId>(1 + input.below(12));
  constexpr PacketType acknowledgements[] = {PacketType::puback, PacketType::pubrec, PacketType::pubrel,
                                             PacketType::pubcomp, PacketType::unsuback};
  if (kind < 5) {
    const ReasonCode code = v5 && input.below(4) == 0 ? static_cast<ReasonCode>(input.u8()) : ReasonCode::success;
    const std::uint8_t codes[] = {static_cast<std::uint8_t>(code)};
    if (v5 && kind == 4) (void)encode(Packet{Unsuback{packet_id, codes}}, out, version, Direction::inbound);
    else encode_acknowledgement(acknowledgements[kind], {packet_id, code, {}}, out, version);
  } else if (kind < 8) {
    const Qos qos = static_cast<Qos>(kind - 5);
    const std::uint8_t flags = input.u8();
    std::string topic = (flags & 4) != 0 ? "t/" + std::string(1, static_cast<char>('a' + flags % 3)) : "t";
    const PacketId id = qos == Qos::at_most_once ? PacketId{0} : packet_id;
    const PropertyList properties = v5 ? publish_properties(input) : PropertyList();
    if (properties.view().has(PropertyId::topic_alias) && (flags & 16) != 0) topic.clear();
    const bool dup = qos != Qos::at_most_once && (flags & 2) != 0;
    (void)encode(Publish{topic, input.take(flags % 8), id, qos, (flags & 1) != 0, dup, properties}, out, version,
                 Direction::inbound);
  } else if (kind == 8) {
    const bool session_present = input.flag();
    PropertyList properties = v5 ? connack_properties(input) : PropertyList();
    if (authenticates) (void)properties.add(PropertyId::authentication_method, "M");
    (void)encode(Packet{Connack{.session_present = session_present, .properties = properties}}, out, version, Direction::inbound);
  } else if (kind == 9) {
    (void)encode(Packet{Suback{packet_id, input.take(1 + input.below(3))}}, out, version, Direction::inbound);
  } else if (kind == 10) {
    (void)encode(Packet{Pingresp{}}, out);
  } else if (kind == 11) {
    const Bytes raw = input.bytes();
    out.assign(raw.begin(), raw.end());
  } else if (kind == 13) {
    return auth_packet(input);
  } else {
    (void)encode(Packet{Disconnect{static_cast<ReasonCode>(input.u8())}}, out, version, Direction::inbound);
  }
  return out;
}

}  // namespace wasmqtt::fuzz
