// MQTT 5 packets made byte by byte, around properties that may be anything.
#pragma once

#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include "support/hex.hpp"
#include "wasmqtt/decode.hpp"
#include "wasmqtt/encode.hpp"

namespace wasmqtt::test {

inline constexpr ProtocolVersion v5 = ProtocolVersion::mqtt_5;

struct Place {
  PropertyHost host;
  Direction direction;
  const char* name;
  const char* before;  // first byte, then the body up to the property length
  const char* behind;
};

// Everything that holds properties, in each direction that it travels.
inline constexpr Place places[] = {
    {host_of(PacketType::connect), Direction::outbound, "connect", "10 00044d515454 05 02 003c", "0001 63"},
    {PropertyHost::will, Direction::outbound, "will", "10 00044d515454 05 06 003c 00 0001 63", "0001 77 0001 6d"},
    {host_of(PacketType::connack), Direction::inbound, "connack", "20 00 00", ""},
    {host_of(PacketType::publish), Direction::outbound, "publish out", "30 0001 61", "78"},
    {host_of(PacketType::publish), Direction::inbound, "publish in", "30 0001 61", "78"},
    {host_of(PacketType::puback), Direction::outbound, "puback out", "40 0001 00", ""},
    {host_of(PacketType::puback), Direction::inbound, "puback in", "40 0001 00", ""},
    {host_of(PacketType::pubrec), Direction::outbound, "pubrec out", "50 0001 00", ""},
    {host_of(PacketType::pubrec), Direction::inbound, "pubrec in", "50 0001 00", ""},
    {host_of(PacketType::pubrel), Direction::outbound, "pubrel out", "62 0001 00", ""},
    {host_of(PacketType::pubrel), Direction::inbound, "pubrel in", "62 0001 00", ""},
    {host_of(PacketType::pubcomp), Direction::outbound, "pubcomp out", "70 0001 00", ""},
    {host_of(PacketType::pubcomp), Direction::inbound, "pubcomp in", "70 0001 00", ""},
    {host_of(PacketType::subscribe), Direction::outbound, "subscribe", "82 0001", "0001 61 00"},
    {host_of(PacketType::suback), Direction::inbound, "suback", "90 0001", "00"},
    {host_of(PacketType::unsubscribe), Direction::outbound, "unsubscribe", "a2 0001", "0001 61"},
    {host_of(PacketType::unsuback), Direction::inbound, "unsuback", "b0 0001", "00"},
    {host_of(PacketType::disconnect), Direction::outbound, "disconnect out", "e0 00", ""},
    {host_of(PacketType::disconnect), Direction::inbound, "disconnect in", "e0 00", ""},
    {host_of(PacketType::auth), Direction::outbound, "auth out", "f0 18", ""},
    {host_of(PacketType::auth), Direction::inbound, "auth in", "f0 18", ""},
};

inline void append(ByteBuffer& out, Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

inline void append_variable(ByteBuffer& out, std::size_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

// The packet with these bytes in the place of its properties, and their length, or another one, before them.
inline ByteBuffer packet_at(const Place& place, Bytes properties, std::size_t length) {
  ByteBuffer body = from_hex(place.before);
  const std::uint8_t first = body.front();
  body.erase(body.begin());
  append_variable(body, length);
  append(body, properties);
  append(body, from_hex(place.behind));
  ByteBuffer out{first};
  append_variable(out, body.size());
  append(out, body);
  return out;
}
inline ByteBuffer packet_at(const Place& place, Bytes properties) { return packet_at(place, properties, properties.size()); }

// Reads one whole frame; an error in the framing is an error of the packet.
inline Result<Packet> decode5(Bytes bytes, Direction direction) {
  FrameReader reader(max_remaining_length);
  reader.reset(v5);
  reader.feed(bytes);
  Frame frame;
  switch (reader.next(frame)) {
    case FrameReader::Status::error: return reader.error();
    case FrameReader::Status::need_more: return peer_error(Errc::truncated);
    case FrameReader::Status::frame: break;
  }
  return decode(frame, direction, v5);
}

// One property of this id, with a value that is legal.
inline ByteBuffer sample_of(std::uint8_t id) {
  const PropertyRule* rule = find_rule(id);
  switch (rule == nullptr ? PropertyType::byte : rule->type) {
    case PropertyType::two_bytes: return {id, 0, 5};
    case PropertyType::four_bytes: return {id, 0, 1, 0, 5};
    case PropertyType::variable: return {id, 0x85, 0x01};
    case PropertyType::text:
    case PropertyType::binary: return {id, 0, 2, 'x', 'y'};
    case PropertyType::text_pair: return {id, 0, 1, 'n', 0, 2, 'x', 'y'};
    default: return {id, 1};
  }
}

// AUTH needs a method, and so do authentication data, wherever they are.
inline ByteBuffer with_method(PropertyHost host, ByteBuffer properties) {
  constexpr auto method = static_cast<std::uint8_t>(PropertyId::authentication_method);
  const bool data = !properties.empty() && properties[0] == static_cast<std::uint8_t>(PropertyId::authentication_data);
  const bool needed = data || host == host_of(PacketType::auth);
  if (needed && (properties.empty() || properties[0] != method)) append(properties, sample_of(method));
  return properties;
}

// Codes of SUBACK and UNSUBACK, and properties for samples.
inline constexpr std::uint8_t granted[] = {0, 1, 2, 0x80, 0x87, 0xa2};
inline constexpr std::uint8_t ended[] = {0, 0x11, 0x8f};
inline const PropertyList& reason() {
  static const PropertyList list = [] {
    PropertyList made;
    (void)made.add(PropertyId::reason_string, "no");
    (void)made.add_user_property("k", "v");
    return made;
  }();
  return list;
}
template <class Value>
const PropertyList& one(PropertyId id, Value value) {
  static std::vector<std::unique_ptr<PropertyList>> lists;
  lists.push_back(std::make_unique<PropertyList>());
  REQUIRE_FALSE(static_cast<bool>(lists.back()->add(id, value)));
  return *lists.back();
}

}  // namespace wasmqtt::test
