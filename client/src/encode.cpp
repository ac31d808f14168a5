#include "wasmqtt/encode.hpp"

#include "bytes.hpp"
#include "encode_reason.hpp"
#include "wasmqtt/topic.hpp"
#include "wasmqtt/utf8.hpp"

namespace wasmqtt {
namespace {

constexpr std::size_t first_byte(PacketType type, unsigned flags = 0) {
  return static_cast<unsigned>(type) << 4 | flags;
}

// Grows `out` by one packet with this remaining length and gives a writer behind the fixed header.
ByteWriter begin_packet(ByteBuffer& out, std::size_t first, std::size_t remaining_length) {
  const std::size_t at = out.size();
  out.resize(at + 1 + remaining_length_size(remaining_length) + remaining_length);
  ByteWriter writer(out.data() + at);
  writer.u8(first);
  writer.variable(remaining_length);
  return writer;
}

bool valid(Qos qos) { return static_cast<unsigned>(qos) <= 2; }
bool has_properties(ProtocolVersion version) { return version == ProtocolVersion::mqtt_5; }

// What the properties take with their length; nothing in 3.1.1.
std::size_t size_of(Properties properties, ProtocolVersion version) {
  if (!has_properties(version)) return 0;
  const std::size_t size = properties.wire().size();
  return remaining_length_size(size) + size;
}

void write(Properties properties, ProtocolVersion version, ByteWriter& writer) {
  if (!has_properties(version)) return;
  writer.variable(properties.wire().size());
  writer.raw(properties.wire());
}

Error check(Properties properties, PropertyHost host, Direction direction, ProtocolVersion version) {
  if (properties.empty()) return {};
  if (!has_properties(version)) return local_error(Errc::not_in_this_version);
  // Not more than fits into a packet; the packet as a whole is checked too.
  if (properties.wire().size() > max_remaining_length) return local_error(Errc::packet_too_large);
  return check(properties, host, direction);
}

// A packet that goes one way only is checked as going that way.
Direction way_of(PacketType type, Direction direction, ProtocolVersion version) {
  if (may_travel(type, direction, version)) return direction;
  return direction == Direction::outbound ? Direction::inbound : Direction::outbound;
}

Error check_will(const Will& will, ProtocolVersion version) {
  if (Error error = check_topic_name(will.topic)) return error;
  if (!valid(will.qos)) return local_error(Errc::invalid_qos);
  if (will.message.size() > 65'535) return local_error(Errc::string_too_long);
  return check(will.properties, PropertyHost::will, Direction::outbound, version);
}

Error check_ids(PacketId packet_id, std::size_t filters) {
  if (packet_id == 0) return local_error(Errc::zero_packet_id);
  if (filters == 0) return local_error(Errc::no_topic_filter);
  return {};
}

Error check_filter(std::string_view filter, ProtocolVersion version) {
  return has_properties(version) ? check_subscription(filter) : check_topic_filter(filter);
}

// The byte behind a filter, 3.8.3.1; in 3.1.1 its QoS alone.
unsigned options_of(const TopicRequest& request) {
  return static_cast<unsigned>(request.qos) | (request.no_local ? 4u : 0u) | (request.retain_as_published ? 8u : 0u) |
         static_cast<unsigned>(request.retain_handling) << 4;
}

Error check_request(const TopicRequest& request, ProtocolVersion version) {
  if (!valid(request.qos)) return local_error(Errc::invalid_qos);
  const unsigned options = options_of(request);
  if (options > 0x2f) return local_error(Errc::reserved_bits);
  if (options > 2 && !has_properties(version)) return local_error(Errc::not_in_this_version);
  if (Error error = check_filter(request.filter, version)) return error;
  const bool shared_without_own = request.no_local && is_shared(request.filter);
  return shared_without_own ? local_error(Errc::no_local_on_shared_subscription) : Error{};
}

Error check_answer(PacketType type, ReasonCode code, Properties properties, ProtocolVersion version, Direction direction) {
  const Direction way = way_of(type, direction, version);
  if (!has_properties(version) && code != ReasonCode::success) return local_error(Errc::not_in_this_version);
  if (has_properties(version) && !is_allowed(code, type, way)) return local_error(Errc::reserved_reason_code);
  return check(properties, host_of(type), way, version);
}

struct Encoder {
  ByteBuffer& out;
  ProtocolVersion version;
  Direction direction;

  Error check_answer(PacketType type, ReasonCode code, Properties properties) const {
    return wasmqtt::check_answer(type, code, properties, version, direction);
  }
  Error operator()(const Connack& packet) const {
    if (packet.session_present && is_failure(packet.reason())) return local_error(Errc::session_present_on_refusal);
    const bool other = has_properties(version) && packet.return_code != ConnectReturnCode::accepted;
    if (other) return local_error(Errc::reserved_reason_code);
    if (Error error = check_answer(PacketType::connack, packet.reason_code, packet.properties)) return error;
    ByteWriter writer = begin_packet(out, first_byte(PacketType::connack), 2 + size_of(packet.properties, version));
    writer.u8(packet.session_present ? 1 : 0);
    writer.u8(static_cast<std::size_t>(packet.return_code) | static_cast<std::size_t>(packet.reason_code));
    write(packet.properties, version, writer);
    return {};
  }
  // SUBACK and UNSUBACK.
  Error codes(PacketType type, PacketId packet_id, Bytes codes, Properties properties) const {
    if (Error error = check_ids(packet_id, codes.size())) return error;
    for (const std::uint8_t code : codes) {
      if (!has_properties(version)) break;
      if (Error error = check_answer(type, static_cast<ReasonCode>(code), {})) return error;
    }
    if (Error error = check_answer(type, ReasonCode::success, properties)) return error;
    ByteWriter writer = begin_packet(out, first_byte(type), 2 + size_of(properties, version) + codes.size());
    writer.u16(packet_id);
    write(properties, version, writer);
    writer.raw(codes);
    return {};
  }
  Error acknowledge(PacketType type, const Acknowledgement& packet) const {
    if (packet.packet_id == 0) return local_error(Errc::zero_packet_id);
    if (Error error = check_answer(type, packet.reason_code, packet.properties)) return error;
    encode_acknowledgement(type, packet, out, version);
    return {};
  }
  Error reason(PacketType type, ReasonCode code, Properties properties) const {
    return encode_reason(type, code, properties, out, version, direction);
  }
  Error empty(PacketType type) const {
    encode_empty(type, out);
    return {};
  }
  Error operator()(const Connect& packet) const { return encode(packet, out, version); }
  Error operator()(const Publish& packet) const { return encode(packet, out, version, direction); }
  Error operator()(const Subscribe& packet) const { return encode(packet, out, version); }
  Error operator()(const Unsubscribe& packet) const { return encode(packet, out, version); }
  Error operator()(const Puback& p) const {
    return acknowledge(PacketType::puback, {p.packet_id, p.reason_code, p.properties});
  }
  Error operator()(const Pubrec& p) const {
    return acknowledge(PacketType::pubrec, {p.packet_id, p.reason_code, p.properties});
  }
  Error operator()(const Pubrel& p) const {
    return acknowledge(PacketType::pubrel, {p.packet_id, p.reason_code, p.properties});
  }
  Error operator()(const Pubcomp& p) const {
    return acknowledge(PacketType::pubcomp, {p.packet_id, p.reason_code, p.properties});
  }
  Error operator()(const Suback& p) const {
    return codes(PacketType::suback, p.packet_id, p.return_codes, p.properties);
  }
  Error operator()(const Unsuback& p) const {
    if (has_properties(version)) return codes(PacketType::unsuback, p.packet_id, p.reason_codes, p.properties);
    if (!p.reason_codes.empty()) return local_error(Errc::not_in_this_version);
    return acknowledge(PacketType::unsuback, {p.packet_id, ReasonCode::success, p.properties});
  }
  Error operator()(const Pingreq&) const { return empty(PacketType::pingreq); }
  Error operator()(const Pingresp&) const { return empty(PacketType::pingresp); }
  Error operator()(const Disconnect& p) const { return reason(PacketType::disconnect, p.reason_code, p.properties); }
  Error operator()(const Auth& p) const { return reason(PacketType::auth, p.reason_code, p.properties); }
};

// What comes behind the fixed header of a PUBLISH.
std::size_t length_of(const Publish& packet, ProtocolVersion version) {
  const std::size_t id = packet.qos == Qos::at_most_once ? 0 : 2;
  return 2 + packet.topic.size() + id + size_of(packet.properties, version) + packet.payload.size();
}

}  // namespace

Error encode_reason(PacketType type, ReasonCode code, Properties properties, ByteBuffer& out, ProtocolVersion version,
                    Direction direction) {
  if (type == PacketType::auth && !has_properties(version)) return local_error(Errc::not_in_this_version);
  if (Error error = check_answer(type, code, properties, version, direction)) return error;
  const bool has_method = properties.has(PropertyId::authentication_method);
  if (type == PacketType::auth && !has_method) return local_error(Errc::no_authentication_method);
  const bool brief = properties.empty();
  const std::size_t length = !brief ? 1 + size_of(properties, version) : code != ReasonCode::success ? 1 : 0;
  ByteWriter writer = begin_packet(out, first_byte(type), length);
  if (length == 0) return {};
  writer.u8(static_cast<std::size_t>(code));
  if (!brief) write(properties, version, writer);
  return {};
}

std::size_t remaining_length_size(std::size_t remaining_length) {
  return remaining_length < 0x80 ? 1 : remaining_length < 0x4000 ? 2 : remaining_length < 0x20'0000 ? 3 : 4;
}

Error check(const Connect& packet, ProtocolVersion version) {
  const bool v5 = has_properties(version);
  if (packet.client_id.empty() && !packet.clean_session && !v5) return local_error(Errc::empty_client_id);
  if (Error error = check_utf8(packet.client_id)) return error;
  if (packet.will) {
    if (Error error = check_will(*packet.will, version)) return error;
  }
  if (packet.user_name) {
    if (Error error = check_utf8(*packet.user_name)) return error;
  }
  if (packet.password && !packet.user_name && !v5) return local_error(Errc::password_without_user_name);
  if (packet.password && packet.password->size() > 65'535) return local_error(Errc::string_too_long);
  return check(packet.properties, host_of(PacketType::connect), Direction::outbound, version);
}

Error encode(const Connect& packet, ByteBuffer& out, ProtocolVersion version) {
  if (Error error = check(packet, version)) return error;
  std::size_t length = 10 + size_of(packet.properties, version) + 2 + packet.client_id.size();
  unsigned flags = packet.clean_session ? 0x02 : 0;
  if (packet.will) {
    flags |= 0x04u | static_cast<unsigned>(packet.will->qos) << 3 | (packet.will->retain ? 0x20u : 0u);
    length += size_of(packet.will->properties, version) + 4 + packet.will->topic.size() + packet.will->message.size();
  }
  if (packet.user_name) {
    flags |= 0x80;
    length += 2 + packet.user_name->size();
  }
  if (packet.password) {
    flags |= 0x40;
    length += 2 + packet.password->size();
  }
  if (length > max_remaining_length) return local_error(Errc::packet_too_large);
  ByteWriter writer = begin_packet(out, first_byte(PacketType::connect), length);
  writer.text("MQTT");
  writer.u8(static_cast<std::size_t>(version));
  writer.u8(flags);
  writer.u16(packet.keep_alive);
  write(packet.properties, version, writer);
  writer.text(packet.client_id);
  if (packet.will) {
    write(packet.will->properties, version, writer);
    writer.text(packet.will->topic);
    writer.binary(packet.will->message);
  }
  if (packet.user_name) writer.text(*packet.user_name);
  if (packet.password) writer.binary(*packet.password);
  return {};
}

Error check(const Publish& packet, ProtocolVersion version, Direction direction) {
  if (!valid(packet.qos)) return local_error(Errc::invalid_qos);
  if (packet.qos == Qos::at_most_once) {
    if (packet.dup) return local_error(Errc::dup_on_qos0);
  } else if (packet.packet_id == 0) {
    return local_error(Errc::zero_packet_id);
  }
  if (Error error = check(packet.properties, host_of(PacketType::publish), direction, version)) return error;
  const std::size_t rest = 4 + packet.topic.size() + size_of(packet.properties, version);  // topic and packet id with it
  if (rest > max_remaining_length || packet.payload.size() > max_remaining_length - rest)
    return local_error(Errc::packet_too_large);
  if (packet.topic.empty() && packet.properties.has(PropertyId::topic_alias)) return {};
  return check_topic_name(packet.topic);
}

Error encode(const Publish& packet, ByteBuffer& out, ProtocolVersion version, Direction direction) {
  if (Error error = check(packet, version, direction)) return error;
  encode_checked(packet, out, version);
  return {};
}

void encode_checked(const Publish& packet, ByteBuffer& out, ProtocolVersion version) {
  const unsigned flags =
      (packet.dup ? 8u : 0u) | static_cast<unsigned>(packet.qos) << 1 | (packet.retain ? 1u : 0u);
  ByteWriter writer = begin_packet(out, first_byte(PacketType::publish, flags), length_of(packet, version));
  writer.text(packet.topic);
  if (packet.qos != Qos::at_most_once) writer.u16(packet.packet_id);
  write(packet.properties, version, writer);
  writer.raw(packet.payload);
}

std::size_t encoded_size(const Publish& packet, ProtocolVersion version) {
  const std::size_t length = length_of(packet, version);
  return 1 + remaining_length_size(length) + length;
}

Error encode(const Subscribe& packet, ByteBuffer& out, ProtocolVersion version) {
  std::size_t length = 2 + size_of(packet.properties, version);
  for (const TopicRequest& request : packet.requests) {
    if (Error error = check_request(request, version)) return error;
    length += 3 + request.filter.size();
  }
  if (Error error = check_ids(packet.packet_id, packet.requests.size())) return error;
  if (Error error = check(packet.properties, host_of(PacketType::subscribe), Direction::outbound, version)) return error;
  if (length > max_remaining_length) return local_error(Errc::too_many_topic_filters);
  ByteWriter writer = begin_packet(out, first_byte(PacketType::subscribe, 2), length);
  writer.u16(packet.packet_id);
  write(packet.properties, version, writer);
  for (const TopicRequest& request : packet.requests) {
    writer.text(request.filter);
    writer.u8(options_of(request));
  }
  return {};
}

Error encode(const Unsubscribe& packet, ByteBuffer& out, ProtocolVersion version) {
  std::size_t length = 2 + size_of(packet.properties, version);
  for (std::string_view filter : packet.filters) {
    if (Error error = check_filter(filter, version)) return error;
    length += 2 + filter.size();
  }
  if (Error error = check_ids(packet.packet_id, packet.filters.size())) return error;
  if (Error error = check(packet.properties, host_of(PacketType::unsubscribe), Direction::outbound, version)) return error;
  if (length > max_remaining_length) return local_error(Errc::too_many_topic_filters);
  ByteWriter writer = begin_packet(out, first_byte(PacketType::unsubscribe, 2), length);
  writer.u16(packet.packet_id);
  write(packet.properties, version, writer);
  for (std::string_view filter : packet.filters) writer.text(filter);
  return {};
}

void encode_acknowledgement(PacketType type, const Acknowledgement& packet, ByteBuffer& out, ProtocolVersion version) {
  const bool brief = packet.properties.empty();
  const bool plain = brief && packet.reason_code == ReasonCode::success;
  if (plain || !has_properties(version)) return encode_acknowledgement(type, packet.packet_id, out);
  const std::size_t length = 3 + (brief ? 0 : size_of(packet.properties, version));
  ByteWriter writer = begin_packet(out, first_byte(type, required_flags(type)), length);
  writer.u16(packet.packet_id);
  writer.u8(static_cast<std::size_t>(packet.reason_code));
  if (!brief) write(packet.properties, version, writer);
}

void encode_acknowledgement(PacketType type, PacketId packet_id, ByteBuffer& out) {
  ByteWriter writer = begin_packet(out, first_byte(type, required_flags(type)), 2);  // [MQTT-3.6.1-1]
  writer.u16(packet_id);
}

void encode_empty(PacketType type, ByteBuffer& out) { begin_packet(out, first_byte(type), 0); }

Error encode(const Packet& packet, ByteBuffer& out, ProtocolVersion version, Direction direction) {
  return std::visit(Encoder{out, version, direction}, packet);
}

}  // namespace wasmqtt
