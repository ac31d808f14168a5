#include "wasmqtt/decode.hpp"

#include "bytes.hpp"
#include "wasmqtt/topic.hpp"
#include "wasmqtt/utf8.hpp"

namespace wasmqtt {
namespace {

Error as_peer(Error error) { return error ? peer_error(error.code()) : Error{}; }

bool has_properties(ProtocolVersion version) { return version == ProtocolVersion::mqtt_5; }

Error read_text(ByteReader& reader, std::string_view& text) {
  if (!reader.text(text)) return peer_error(Errc::truncated);
  return as_peer(check_utf8(text));
}

// The properties of a packet or will, if the version has them. They are handed out even when something in them is wrong.
Error read_properties(ByteReader& reader, PropertyHost host, Direction direction, ProtocolVersion version,
                      Properties& properties) {
  if (!has_properties(version)) return {};
  std::uint32_t size = 0;
  Bytes wire;
  if (const Errc error = reader.variable(size); error != Errc::ok) return peer_error(error);
  if (!reader.take(size, wire)) return peer_error(Errc::truncated);
  properties = Properties(wire);
  return wire.empty() ? Error{} : as_peer(check(properties, host, direction));
}

// A reason code and properties that may both be left out, at the end of a packet.
Error read_reason(Bytes bytes, PacketType type, Direction direction, ReasonCode& code, Properties& properties) {
  ByteReader reader(bytes);
  std::uint8_t byte = 0;
  if (!reader.u8(byte)) return {};
  code = static_cast<ReasonCode>(byte);
  if (!is_allowed(code, type, direction)) return peer_error(Errc::reserved_reason_code);
  if (reader.done()) return {};
  if (Error error = read_properties(reader, host_of(type), direction, ProtocolVersion::mqtt_5, properties)) return error;
  return reader.done() ? Error{} : peer_error(Errc::trailing_bytes);
}

// What MQTT 5 has between the packet id and the payload. Takes bytes, not the reader: that of decode_publish() then stays in
// registers, which makes decoding over a quarter faster.
Error read_publish_5(Bytes bytes, Direction direction, Publish& packet) {
  ByteReader reader(bytes);
  if (Error error = read_properties(reader, host_of(PacketType::publish), direction, ProtocolVersion::mqtt_5, packet.properties))
    return error;
  if (packet.topic.empty() && !packet.properties.has(PropertyId::topic_alias)) return peer_error(Errc::empty_topic);
  packet.payload = reader.rest();
  return {};
}

Error read_will(ByteReader& reader, std::uint8_t flags, ProtocolVersion version, Connect& packet) {
  if ((flags & 0x04) == 0)
    return (flags & 0x38) != 0 ? peer_error(Errc::will_flags_without_will) : Error{};
  Will will;
  if ((flags & 0x18) == 0x18) return peer_error(Errc::invalid_qos);
  will.qos = static_cast<Qos>(flags >> 3 & 3);
  will.retain = (flags & 0x20) != 0;
  if (Error error = read_properties(reader, PropertyHost::will, Direction::outbound, version, will.properties)) return error;
  if (Error error = read_text(reader, will.topic)) return error;
  if (Error error = as_peer(check_topic_name(will.topic))) return error;
  if (!reader.binary(will.message)) return peer_error(Errc::truncated);
  packet.will = will;
  return {};
}

Error read_credentials(ByteReader& reader, std::uint8_t flags, ProtocolVersion version, Connect& packet) {
  if ((flags & 0xc0) == 0x40 && !has_properties(version)) return peer_error(Errc::password_without_user_name);
  if ((flags & 0x80) != 0) {
    std::string_view user_name;
    if (Error error = read_text(reader, user_name)) return error;
    packet.user_name = user_name;
  }
  if ((flags & 0x40) != 0) {
    Bytes password;
    if (!reader.binary(password)) return peer_error(Errc::truncated);
    packet.password = password;
  }
  return {};
}

Error read_packet_id(ByteReader& reader, PacketId& packet_id) {
  if (!reader.u16(packet_id)) return peer_error(Errc::truncated);
  return packet_id == 0 ? peer_error(Errc::zero_packet_id) : Error{};
}

Error read_filter(ByteReader& reader, ProtocolVersion version, std::string_view& filter) {
  if (!reader.text(filter)) return peer_error(Errc::truncated);
  return as_peer(has_properties(version) ? check_subscription(filter) : check_topic_filter(filter));
}

// What SUBSCRIBE and UNSUBSCRIBE begin with.
Error read_request(ByteReader& reader, PacketType type, ProtocolVersion version, PacketId& packet_id, Properties& properties) {
  if (Error error = read_packet_id(reader, packet_id)) return error;
  if (Error error = read_properties(reader, host_of(type), Direction::outbound, version, properties)) return error;
  return reader.done() ? peer_error(Errc::no_topic_filter) : Error{};
}

Error read_options(std::uint8_t options, ProtocolVersion version, TopicRequest& request) {
  if ((options & 3) == 3) return peer_error(options == 3 || has_properties(version) ? Errc::invalid_qos : Errc::reserved_bits);
  if (options > (has_properties(version) ? 0x2f : 2)) return peer_error(Errc::reserved_bits);
  request.qos = static_cast<Qos>(options & 3);
  request.no_local = (options & 4) != 0;
  request.retain_as_published = (options & 8) != 0;
  request.retain_handling = static_cast<RetainHandling>(options >> 4);
  const bool shared_without_own = request.no_local && is_shared(request.filter);
  return shared_without_own ? peer_error(Errc::no_local_on_shared_subscription) : Error{};
}

Result<Packet> decode_subscribe(Bytes body, ProtocolVersion version) {
  ByteReader reader(body);
  Subscribe packet;
  if (Error error = read_request(reader, PacketType::subscribe, version, packet.packet_id, packet.properties)) return error;
  while (!reader.done()) {
    TopicRequest request;
    std::uint8_t options = 0;
    if (Error error = read_filter(reader, version, request.filter)) return error;
    if (!reader.u8(options)) return peer_error(Errc::truncated);
    if (Error error = read_options(options, version, request)) return error;
    packet.requests.push_back(request);
  }
  return Packet{std::move(packet)};
}

Result<Packet> decode_unsubscribe(Bytes body, ProtocolVersion version) {
  ByteReader reader(body);
  Unsubscribe packet;
  if (Error error = read_request(reader, PacketType::unsubscribe, version, packet.packet_id, packet.properties)) return error;
  while (!reader.done()) {
    std::string_view filter;
    if (Error error = read_filter(reader, version, filter)) return error;
    packet.filters.push_back(filter);
  }
  return Packet{std::move(packet)};
}

template <class Answer>
Result<Packet> acknowledgement(const Frame& frame, ProtocolVersion version, Direction direction) {
  Acknowledgement packet;
  if (Error error = decode_acknowledgement(frame, packet, version, direction)) return error;
  return Packet{Answer{packet.packet_id, packet.reason_code, packet.properties}};
}

template <class Plain, class... Rest>
Result<Packet> plain(const Frame& frame, Error (*decode_plain)(const Frame&, Plain&, Rest...), Rest... rest) {
  Plain packet;
  if (Error error = decode_plain(frame, packet, rest...)) return error;
  return Packet{packet};
}

template <class Empty>
Result<Packet> empty(const Frame& frame) {
  if (Error error = decode_empty(frame)) return error;
  return Packet{Empty{}};
}

}  // namespace

Error check_header(const Frame& frame, Direction direction, ProtocolVersion version) {
  const PacketType type = frame.type();
  const bool unknown = type < PacketType::connect || (type == PacketType::auth && !has_properties(version));
  if (unknown) return peer_error(Errc::reserved_packet_type);
  if (!may_travel(type, direction, version)) return peer_error(Errc::wrong_direction);
  if (type != PacketType::publish && frame.flags() != required_flags(type)) return peer_error(Errc::wrong_flags);
  return {};
}

Error decode_connect(const Frame& frame, Connect& packet, ProtocolVersion version) {
  ByteReader reader(frame.body);
  std::string_view name;
  std::uint8_t level = 0;
  std::uint8_t flags = 0;
  if (Error error = read_text(reader, name)) return error;
  if (name != "MQTT") return peer_error(Errc::wrong_protocol_name);
  if (!reader.u8(level)) return peer_error(Errc::truncated);
  if (level != static_cast<std::uint8_t>(version)) return peer_error(Errc::unsupported_protocol_level);
  if (!reader.u8(flags) || !reader.u16(packet.keep_alive)) return peer_error(Errc::truncated);
  if ((flags & 1) != 0) return peer_error(Errc::reserved_bits);
  packet.clean_session = (flags & 2) != 0;
  if (Error error = read_properties(reader, host_of(PacketType::connect), Direction::outbound, version, packet.properties))
    return error;
  if (Error error = read_text(reader, packet.client_id)) return error;
  if (packet.client_id.empty() && !packet.clean_session && !has_properties(version))
    return peer_error(Errc::empty_client_id);
  if (Error error = read_will(reader, flags, version, packet)) return error;
  if (Error error = read_credentials(reader, flags, version, packet)) return error;
  return reader.done() ? Error{} : peer_error(Errc::trailing_bytes);
}

Error decode_connack(const Frame& frame, Connack& packet, ProtocolVersion version) {
  ByteReader reader(frame.body);
  std::uint8_t flags = 0;
  std::uint8_t code = 0;
  if (!has_properties(version) && frame.body.size() != 2) return peer_error(Errc::wrong_length);
  if (!reader.u8(flags) || !reader.u8(code)) return peer_error(Errc::truncated);
  if ((flags & 0xfe) != 0) return peer_error(Errc::reserved_bits);
  if (flags == 1 && code != 0) return peer_error(Errc::session_present_on_refusal);
  packet.session_present = flags == 1;
  if (!has_properties(version)) {
    packet.return_code = static_cast<ConnectReturnCode>(code);
    return code > 5 ? peer_error(Errc::reserved_return_code) : Error{};
  }
  packet.reason_code = static_cast<ReasonCode>(code);
  if (!is_allowed(packet.reason_code, PacketType::connack, Direction::inbound)) return peer_error(Errc::reserved_reason_code);
  if (Error error = read_properties(reader, host_of(PacketType::connack), Direction::inbound, version, packet.properties))
    return error;
  return reader.done() ? Error{} : peer_error(Errc::trailing_bytes);
}

Error decode_publish(const Frame& frame, Publish& packet, ProtocolVersion version, Direction direction) {
  const std::uint8_t flags = frame.flags();
  packet.topic = {};  // of a malformed packet nothing is left of an earlier one, whose bytes may be gone
  packet.dup = (flags & 8) != 0;
  packet.retain = (flags & 1) != 0;
  if ((flags & 6) == 6) return peer_error(Errc::invalid_qos);
  const Qos qos = static_cast<Qos>(flags >> 1 & 3);
  packet.qos = qos;
  if (packet.dup && qos == Qos::at_most_once) return peer_error(Errc::dup_on_qos0);
  ByteReader reader(frame.body);
  std::string_view topic;
  if (!reader.text(topic)) return peer_error(Errc::truncated);
  packet.topic = topic;
  packet.packet_id = 0;
  packet.properties = {};
  // A topic may be empty beside an alias, which comes later.
  if (!topic.empty() || !has_properties(version)) {
    if (Error error = as_peer(check_topic_name(topic))) return error;
  }
  if (qos != Qos::at_most_once) {
    if (!reader.u16(packet.packet_id)) return peer_error(Errc::truncated);
    if (packet.packet_id == 0) return peer_error(Errc::zero_packet_id);
  }
  if (has_properties(version)) return read_publish_5(reader.rest(), direction, packet);
  packet.payload = reader.rest();
  return {};
}

Error decode_acknowledgement(const Frame& frame, Acknowledgement& packet, ProtocolVersion version, Direction direction) {
  packet.reason_code = ReasonCode::success;
  packet.properties = {};
  // The packet id alone is all that 3.1.1 has, and mostly all of MQTT 5, too.
  const bool brief = frame.body.size() == 2;
  if (!brief && !has_properties(version)) return peer_error(Errc::wrong_length);
  ByteReader reader(frame.body);
  if (!reader.u16(packet.packet_id)) return peer_error(Errc::truncated);
  if (packet.packet_id == 0) return peer_error(Errc::zero_packet_id);
  return brief ? Error{} : read_reason(reader.rest(), frame.type(), direction, packet.reason_code, packet.properties);
}

Error decode_suback(const Frame& frame, Suback& packet, ProtocolVersion version) {
  ByteReader reader(frame.body);
  if (Error error = read_packet_id(reader, packet.packet_id)) return error;
  if (Error error = read_properties(reader, host_of(PacketType::suback), Direction::inbound, version, packet.properties))
    return error;
  packet.return_codes = reader.rest();
  if (packet.return_codes.empty()) return peer_error(Errc::suback_count_mismatch);
  for (std::uint8_t code : packet.return_codes) {
    if (has_properties(version) && !is_allowed(static_cast<ReasonCode>(code), PacketType::suback, Direction::inbound))
      return peer_error(Errc::reserved_reason_code);
    if (!has_properties(version) && code > 2 && code != suback_failure) return peer_error(Errc::reserved_return_code);
  }
  return {};
}

Error decode_unsuback(const Frame& frame, Unsuback& packet, ProtocolVersion version) {
  ByteReader reader(frame.body);
  if (!has_properties(version) && frame.body.size() != 2) return peer_error(Errc::wrong_length);
  if (Error error = read_packet_id(reader, packet.packet_id)) return error;
  if (Error error = read_properties(reader, host_of(PacketType::unsuback), Direction::inbound, version, packet.properties))
    return error;
  packet.reason_codes = reader.rest();
  if (packet.reason_codes.empty() && has_properties(version)) return peer_error(Errc::suback_count_mismatch);
  for (std::uint8_t code : packet.reason_codes) {
    if (!is_allowed(static_cast<ReasonCode>(code), PacketType::unsuback, Direction::inbound))
      return peer_error(Errc::reserved_reason_code);
  }
  return {};
}

Error decode_disconnect(const Frame& frame, Disconnect& packet, ProtocolVersion version, Direction direction) {
  if (!has_properties(version)) return decode_empty(frame);
  return read_reason(frame.body, PacketType::disconnect, direction, packet.reason_code, packet.properties);
}

Error decode_auth(const Frame& frame, Auth& packet, Direction direction) {
  if (Error error = read_reason(frame.body, PacketType::auth, direction, packet.reason_code, packet.properties)) return error;
  return packet.properties.has(PropertyId::authentication_method) ? Error{} : peer_error(Errc::no_authentication_method);
}

Error decode_empty(const Frame& frame) { return frame.body.empty() ? Error{} : peer_error(Errc::wrong_length); }

Result<Packet> decode(const Frame& frame, Direction direction, ProtocolVersion version) {
  if (Error error = check_header(frame, direction, version)) return error;
  switch (frame.type()) {
    case PacketType::connect: return plain<Connect>(frame, decode_connect, version);
    case PacketType::connack: return plain<Connack>(frame, decode_connack, version);
    case PacketType::publish: return plain<Publish>(frame, decode_publish, version, direction);
    case PacketType::puback: return acknowledgement<Puback>(frame, version, direction);
    case PacketType::pubrec: return acknowledgement<Pubrec>(frame, version, direction);
    case PacketType::pubrel: return acknowledgement<Pubrel>(frame, version, direction);
    case PacketType::pubcomp: return acknowledgement<Pubcomp>(frame, version, direction);
    case PacketType::subscribe: return decode_subscribe(frame.body, version);
    case PacketType::suback: return plain<Suback>(frame, decode_suback, version);
    case PacketType::unsubscribe: return decode_unsubscribe(frame.body, version);
    case PacketType::unsuback: return plain<Unsuback>(frame, decode_unsuback, version);
    case PacketType::pingreq: return empty<Pingreq>(frame);
    case PacketType::pingresp: return empty<Pingresp>(frame);
    case PacketType::auth: return plain<Auth>(frame, decode_auth, direction);
    default: return plain<Disconnect>(frame, decode_disconnect, version, direction);
  }
}

}  // namespace wasmqtt
