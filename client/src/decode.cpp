#include "wasmqtt/decode.hpp"

#include "bytes.hpp"
#include "wasmqtt/topic.hpp"
#include "wasmqtt/utf8.hpp"

namespace wasmqtt {
namespace {

Error as_peer(Error error) { return error ? peer_error(error.code()) : Error{}; }

// Table 2.1: who may send what.
bool may_travel(PacketType type, Direction direction) {
  const bool outbound = direction == Direction::outbound;
  switch (type) {
    case PacketType::connect:
    case PacketType::subscribe:
    case PacketType::unsubscribe:
    case PacketType::pingreq:
    case PacketType::disconnect: return outbound;
    case PacketType::connack:
    case PacketType::suback:
    case PacketType::unsuback:
    case PacketType::pingresp: return !outbound;
    default: return true;
  }
}

// Table 2.2, but for PUBLISH.
std::uint8_t required_flags(PacketType type) {
  const bool two =
      type == PacketType::pubrel || type == PacketType::subscribe || type == PacketType::unsubscribe;
  return two ? 2 : 0;
}

Error read_text(ByteReader& reader, std::string_view& text) {
  if (!reader.text(text)) return peer_error(Errc::truncated);
  return as_peer(check_utf8(text));
}

Error read_will(ByteReader& reader, std::uint8_t flags, Connect& packet) {
  if ((flags & 0x04) == 0)
    return (flags & 0x38) != 0 ? peer_error(Errc::will_flags_without_will) : Error{};
  Will will;
  if ((flags & 0x18) == 0x18) return peer_error(Errc::invalid_qos);
  will.qos = static_cast<Qos>(flags >> 3 & 3);
  will.retain = (flags & 0x20) != 0;
  if (Error error = read_text(reader, will.topic)) return error;
  if (Error error = as_peer(check_topic_name(will.topic))) return error;
  if (!reader.binary(will.message)) return peer_error(Errc::truncated);
  packet.will = will;
  return {};
}

Error read_credentials(ByteReader& reader, std::uint8_t flags, Connect& packet) {
  if ((flags & 0xc0) == 0x40) return peer_error(Errc::password_without_user_name);
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

Error read_filter(ByteReader& reader, std::string_view& filter) {
  if (!reader.text(filter)) return peer_error(Errc::truncated);
  return as_peer(check_topic_filter(filter));
}

Result<Packet> decode_subscribe(Bytes body) {
  ByteReader reader(body);
  Subscribe packet;
  if (Error error = read_packet_id(reader, packet.packet_id)) return error;
  if (reader.done()) return peer_error(Errc::no_topic_filter);
  while (!reader.done()) {
    TopicRequest request;
    std::uint8_t qos = 0;
    if (Error error = read_filter(reader, request.filter)) return error;
    if (!reader.u8(qos)) return peer_error(Errc::truncated);
    if (qos > 2) return peer_error(qos == 3 ? Errc::invalid_qos : Errc::reserved_bits);
    request.qos = static_cast<Qos>(qos);
    packet.requests.push_back(request);
  }
  return Packet{std::move(packet)};
}

Result<Packet> decode_unsubscribe(Bytes body) {
  ByteReader reader(body);
  Unsubscribe packet;
  if (Error error = read_packet_id(reader, packet.packet_id)) return error;
  if (reader.done()) return peer_error(Errc::no_topic_filter);
  while (!reader.done()) {
    std::string_view filter;
    if (Error error = read_filter(reader, filter)) return error;
    packet.filters.push_back(filter);
  }
  return Packet{std::move(packet)};
}

template <class Acknowledgement>
Result<Packet> acknowledgement(const Frame& frame) {
  Acknowledgement packet;
  if (Error error = decode_acknowledgement(frame, packet.packet_id)) return error;
  return Packet{packet};
}

template <class Plain>
Result<Packet> plain(const Frame& frame, Error (*decode_plain)(const Frame&, Plain&)) {
  Plain packet;
  if (Error error = decode_plain(frame, packet)) return error;
  return Packet{packet};
}

template <class Empty>
Result<Packet> empty(const Frame& frame) {
  if (Error error = decode_empty(frame)) return error;
  return Packet{Empty{}};
}

}  // namespace

Error check_header(const Frame& frame, Direction direction) {
  if (frame.first_byte >> 4 == 0 || frame.first_byte >> 4 == 15) return peer_error(Errc::reserved_packet_type);
  const PacketType type = frame.type();
  if (!may_travel(type, direction)) return peer_error(Errc::wrong_direction);
  if (type != PacketType::publish && frame.flags() != required_flags(type)) return peer_error(Errc::wrong_flags);
  return {};
}

Error decode_connect(const Frame& frame, Connect& packet) {
  ByteReader reader(frame.body);
  std::string_view name;
  std::uint8_t level = 0;
  std::uint8_t flags = 0;
  if (Error error = read_text(reader, name)) return error;
  if (name != "MQTT") return peer_error(Errc::wrong_protocol_name);
  if (!reader.u8(level)) return peer_error(Errc::truncated);
  if (level != 4) return peer_error(Errc::unsupported_protocol_level);
  if (!reader.u8(flags) || !reader.u16(packet.keep_alive)) return peer_error(Errc::truncated);
  if ((flags & 1) != 0) return peer_error(Errc::reserved_bits);
  packet.clean_session = (flags & 2) != 0;
  if (Error error = read_text(reader, packet.client_id)) return error;
  if (packet.client_id.empty() && !packet.clean_session) return peer_error(Errc::empty_client_id);
  if (Error error = read_will(reader, flags, packet)) return error;
  if (Error error = read_credentials(reader, flags, packet)) return error;
  return reader.done() ? Error{} : peer_error(Errc::trailing_bytes);
}

Error decode_connack(const Frame& frame, Connack& packet) {
  const Bytes body = frame.body;
  if (body.size() != 2) return peer_error(Errc::wrong_length);
  if ((body[0] & 0xfe) != 0) return peer_error(Errc::reserved_bits);
  if (body[0] == 1 && body[1] != 0) return peer_error(Errc::session_present_on_refusal);
  packet = {body[0] == 1, static_cast<ConnectReturnCode>(body[1])};
  return body[1] > 5 ? peer_error(Errc::reserved_return_code) : Error{};
}

Error decode_publish(const Frame& frame, Publish& packet) {
  const std::uint8_t flags = frame.flags();
  packet.dup = (flags & 8) != 0;
  packet.retain = (flags & 1) != 0;
  if ((flags & 6) == 6) return peer_error(Errc::invalid_qos);
  packet.qos = static_cast<Qos>(flags >> 1 & 3);
  if (packet.dup && packet.qos == Qos::at_most_once) return peer_error(Errc::dup_on_qos0);
  ByteReader reader(frame.body);
  if (!reader.text(packet.topic)) return peer_error(Errc::truncated);
  if (Error error = as_peer(check_topic_name(packet.topic))) return error;
  packet.packet_id = 0;
  if (packet.qos != Qos::at_most_once) {
    if (Error error = read_packet_id(reader, packet.packet_id)) return error;
  }
  packet.payload = reader.rest();
  return {};
}

Error decode_acknowledgement(const Frame& frame, PacketId& packet_id) {
  if (frame.body.size() != 2) return peer_error(Errc::wrong_length);
  packet_id = static_cast<PacketId>(frame.body[0] << 8 | frame.body[1]);
  return packet_id == 0 ? peer_error(Errc::zero_packet_id) : Error{};
}

Error decode_suback(const Frame& frame, Suback& packet) {
  ByteReader reader(frame.body);
  if (Error error = read_packet_id(reader, packet.packet_id)) return error;
  packet.return_codes = reader.rest();
  if (packet.return_codes.empty()) return peer_error(Errc::suback_count_mismatch);
  for (std::uint8_t code : packet.return_codes) {
    if (code > 2 && code != suback_failure) return peer_error(Errc::reserved_return_code);
  }
  return {};
}

Error decode_empty(const Frame& frame) { return frame.body.empty() ? Error{} : peer_error(Errc::wrong_length); }

Result<Packet> decode(const Frame& frame, Direction direction) {
  if (Error error = check_header(frame, direction)) return error;
  switch (frame.type()) {
    case PacketType::connect: return plain<Connect>(frame, decode_connect);
    case PacketType::connack: return plain<Connack>(frame, decode_connack);
    case PacketType::publish: return plain<Publish>(frame, decode_publish);
    case PacketType::puback: return acknowledgement<Puback>(frame);
    case PacketType::pubrec: return acknowledgement<Pubrec>(frame);
    case PacketType::pubrel: return acknowledgement<Pubrel>(frame);
    case PacketType::pubcomp: return acknowledgement<Pubcomp>(frame);
    case PacketType::subscribe: return decode_subscribe(frame.body);
    case PacketType::suback: return plain<Suback>(frame, decode_suback);
    case PacketType::unsubscribe: return decode_unsubscribe(frame.body);
    case PacketType::unsuback: return acknowledgement<Unsuback>(frame);
    case PacketType::pingreq: return empty<Pingreq>(frame);
    case PacketType::pingresp: return empty<Pingresp>(frame);
    default: return empty<Disconnect>(frame);
  }
}

}  // namespace wasmqtt
