#include "wasmqtt/encode.hpp"

#include "bytes.hpp"
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
  writer.remaining_length(remaining_length);
  return writer;
}

bool valid(Qos qos) { return static_cast<unsigned>(qos) <= 2; }

Error check_will(const Will& will) {
  if (Error error = check_topic_name(will.topic)) return error;
  if (!valid(will.qos)) return local_error(Errc::invalid_qos);
  if (will.message.size() > 65'535) return local_error(Errc::string_too_long);
  return {};
}

Error check_ids(PacketId packet_id, std::size_t filters) {
  if (packet_id == 0) return local_error(Errc::zero_packet_id);
  if (filters == 0) return local_error(Errc::no_topic_filter);
  return {};
}

struct Encoder {
  ByteBuffer& out;

  Error operator()(const Connack& packet) const {
    if (packet.session_present && packet.return_code != ConnectReturnCode::accepted)
      return local_error(Errc::session_present_on_refusal);
    ByteWriter writer = begin_packet(out, first_byte(PacketType::connack), 2);
    writer.u8(packet.session_present ? 1 : 0);
    writer.u8(static_cast<std::size_t>(packet.return_code));
    return {};
  }
  Error operator()(const Suback& packet) const {
    if (Error error = check_ids(packet.packet_id, packet.return_codes.size())) return error;
    ByteWriter writer = begin_packet(out, first_byte(PacketType::suback), 2 + packet.return_codes.size());
    writer.u16(packet.packet_id);
    writer.raw(packet.return_codes);
    return {};
  }
  Error acknowledge(PacketType type, PacketId packet_id) const {
    if (packet_id == 0) return local_error(Errc::zero_packet_id);
    encode_acknowledgement(type, packet_id, out);
    return {};
  }
  Error empty(PacketType type) const {
    encode_empty(type, out);
    return {};
  }
  Error operator()(const Connect& packet) const { return encode(packet, out); }
  Error operator()(const Publish& packet) const { return encode(packet, out); }
  Error operator()(const Subscribe& packet) const { return encode(packet, out); }
  Error operator()(const Unsubscribe& packet) const { return encode(packet, out); }
  Error operator()(const Puback& packet) const { return acknowledge(PacketType::puback, packet.packet_id); }
  Error operator()(const Pubrec& packet) const { return acknowledge(PacketType::pubrec, packet.packet_id); }
  Error operator()(const Pubrel& packet) const { return acknowledge(PacketType::pubrel, packet.packet_id); }
  Error operator()(const Pubcomp& packet) const { return acknowledge(PacketType::pubcomp, packet.packet_id); }
  Error operator()(const Unsuback& packet) const { return acknowledge(PacketType::unsuback, packet.packet_id); }
  Error operator()(const Pingreq&) const { return empty(PacketType::pingreq); }
  Error operator()(const Pingresp&) const { return empty(PacketType::pingresp); }
  Error operator()(const Disconnect&) const { return empty(PacketType::disconnect); }
};

}  // namespace

std::size_t remaining_length_size(std::size_t remaining_length) {
  return remaining_length < 0x80 ? 1 : remaining_length < 0x4000 ? 2 : remaining_length < 0x20'0000 ? 3 : 4;
}

Error check(const Connect& packet) {
  if (packet.client_id.empty() && !packet.clean_session) return local_error(Errc::empty_client_id);
  if (Error error = check_utf8(packet.client_id)) return error;
  if (packet.will) {
    if (Error error = check_will(*packet.will)) return error;
  }
  if (packet.user_name) {
    if (Error error = check_utf8(*packet.user_name)) return error;
  }
  if (!packet.password) return {};
  if (!packet.user_name) return local_error(Errc::password_without_user_name);
  if (packet.password->size() > 65'535) return local_error(Errc::string_too_long);
  return {};
}

Error encode(const Connect& packet, ByteBuffer& out) {
  if (Error error = check(packet)) return error;
  std::size_t length = 10 + 2 + packet.client_id.size();
  unsigned flags = packet.clean_session ? 0x02 : 0;
  if (packet.will) {
    flags |= 0x04u | static_cast<unsigned>(packet.will->qos) << 3 | (packet.will->retain ? 0x20u : 0u);
    length += 4 + packet.will->topic.size() + packet.will->message.size();
  }
  if (packet.user_name) {
    flags |= 0x80;
    length += 2 + packet.user_name->size();
  }
  if (packet.password) {
    flags |= 0x40;
    length += 2 + packet.password->size();
  }
  ByteWriter writer = begin_packet(out, first_byte(PacketType::connect), length);
  writer.text("MQTT");
  writer.u8(4);
  writer.u8(flags);
  writer.u16(packet.keep_alive);
  writer.text(packet.client_id);
  if (packet.will) {
    writer.text(packet.will->topic);
    writer.binary(packet.will->message);
  }
  if (packet.user_name) writer.text(*packet.user_name);
  if (packet.password) writer.binary(*packet.password);
  return {};
}

Error check(const Publish& packet) {
  if (!valid(packet.qos)) return local_error(Errc::invalid_qos);
  if (packet.qos == Qos::at_most_once) {
    if (packet.dup) return local_error(Errc::dup_on_qos0);
  } else if (packet.packet_id == 0) {
    return local_error(Errc::zero_packet_id);
  }
  if (packet.payload.size() > max_remaining_length - 4 - packet.topic.size())
    return local_error(Errc::packet_too_large);
  return check_topic_name(packet.topic);
}

Error encode(const Publish& packet, ByteBuffer& out) {
  if (Error error = check(packet)) return error;
  encode_checked(packet, out);
  return {};
}

void encode_checked(const Publish& packet, ByteBuffer& out) {
  const bool has_id = packet.qos != Qos::at_most_once;
  const unsigned flags =
      (packet.dup ? 8u : 0u) | static_cast<unsigned>(packet.qos) << 1 | (packet.retain ? 1u : 0u);
  const std::size_t length = 2 + packet.topic.size() + (has_id ? 2 : 0) + packet.payload.size();
  ByteWriter writer = begin_packet(out, first_byte(PacketType::publish, flags), length);
  writer.text(packet.topic);
  if (has_id) writer.u16(packet.packet_id);
  writer.raw(packet.payload);
}

Error encode(const Subscribe& packet, ByteBuffer& out) {
  std::size_t length = 2;
  for (const TopicRequest& request : packet.requests) {
    if (!valid(request.qos)) return local_error(Errc::invalid_qos);
    if (Error error = check_topic_filter(request.filter)) return error;
    length += 3 + request.filter.size();
  }
  if (Error error = check_ids(packet.packet_id, packet.requests.size())) return error;
  if (length > max_remaining_length) return local_error(Errc::too_many_topic_filters);
  ByteWriter writer = begin_packet(out, first_byte(PacketType::subscribe, 2), length);
  writer.u16(packet.packet_id);
  for (const TopicRequest& request : packet.requests) {
    writer.text(request.filter);
    writer.u8(static_cast<std::size_t>(request.qos));
  }
  return {};
}

Error encode(const Unsubscribe& packet, ByteBuffer& out) {
  std::size_t length = 2;
  for (std::string_view filter : packet.filters) {
    if (Error error = check_topic_filter(filter)) return error;
    length += 2 + filter.size();
  }
  if (Error error = check_ids(packet.packet_id, packet.filters.size())) return error;
  if (length > max_remaining_length) return local_error(Errc::too_many_topic_filters);
  ByteWriter writer = begin_packet(out, first_byte(PacketType::unsubscribe, 2), length);
  writer.u16(packet.packet_id);
  for (std::string_view filter : packet.filters) writer.text(filter);
  return {};
}

void encode_acknowledgement(PacketType type, PacketId packet_id, ByteBuffer& out) {
  const unsigned flags = type == PacketType::pubrel ? 2 : 0;  // [MQTT-3.6.1-1]
  ByteWriter writer = begin_packet(out, first_byte(type, flags), 2);
  writer.u16(packet_id);
}

void encode_empty(PacketType type, ByteBuffer& out) { begin_packet(out, first_byte(type), 0); }

Error encode(const Packet& packet, ByteBuffer& out) { return std::visit(Encoder{out}, packet); }

}  // namespace wasmqtt
