#include "chat/packet_fields.hpp"

#include "chat/names.hpp"
#include "packet_walker.hpp"
#include "wasmqtt/describe.hpp"

namespace chat {
namespace {

using wasmqtt::Bytes;
using wasmqtt::PacketType;

std::string number(std::uint64_t value) { return std::to_string(value); }

void walk_will(Walker& walker, unsigned flags, std::size_t flags_at, bool v5) {
  if (v5) walker.properties(true);
  walker.counted_field("Will topic");
  walker.counted_field("Will payload", true);
  const unsigned qos = flags >> 3 & 3;
  walker.note_number("Will QoS", qos, qos_text(qos), flags_at, flags_at + 1, 0x18);
  walker.flag("Will retain", 0x20, flags_at);
}

void walk_connect(Walker& walker) {
  walker.counted_field("Protocol");
  const std::size_t level_at = walker.at();
  const std::uint32_t level = walker.integer(1);
  const bool v5 = level == 5;
  const std::size_t flags_at = walker.at();
  const std::uint32_t flags = walker.integer(1);
  if (!walker.good()) return;
  walker.note_number("Protocol level", level, v5 ? "5 (MQTT 5)" : level == 4 ? "4 (MQTT 3.1.1)" : number(level), level_at,
                     level_at + 1);
  walker.flag("User name flag", 0x80, flags_at);
  walker.flag("Password flag", 0x40, flags_at);
  walker.flag("Will flag", 0x04, flags_at);
  walker.flag(v5 ? "Clean start" : "Clean session", 0x02, flags_at);
  const std::size_t keep_alive_at = walker.at();
  const std::uint32_t keep_alive = walker.integer(2);
  if (!walker.good()) return;
  walker.note_number("Keep alive", keep_alive, number(keep_alive) + " s", keep_alive_at, walker.at());
  if (v5) walker.properties();
  walker.counted_field("Client id");
  if ((flags & 0x04) != 0) walk_will(walker, flags, flags_at, v5);
  if ((flags & 0x80) != 0) walker.counted_field("User name");
  if ((flags & 0x40) == 0) return;
  std::size_t begin = 0;
  walker.counted(begin);
  if (walker.good()) walker.note("Password", words_of(std::string("••••")), begin, walker.at());
}

// What ends with a code and properties that may be left out.
void walk_reason(Walker& walker, bool v5) {
  if (!v5 || !walker.good()) return;
  walker.reason_code();
  if (!walker.at_end()) walker.properties();
}

void walk_connack(Walker& walker, bool v5) {
  const std::size_t begin = walker.at();
  walker.skip(1);
  if (!walker.good()) return;
  walker.flag("Session present", 1, begin);
  if (v5) return walk_reason(walker, true);
  const std::uint32_t code = walker.integer(1);
  const std::string_view words = wasmqtt::describe(static_cast<wasmqtt::ConnectReturnCode>(code));
  if (walker.good()) walker.note_number("Return code", code, number(code) + ", " + std::string(words), begin + 1, begin + 2);
}

void walk_publish(Walker& walker, const wasmqtt::TraceEntry& entry, std::uint8_t first, std::string_view alias_topic) {
  const unsigned qos = first >> 1 & 3;
  walker.flag("DUP", 8, 0);
  walker.note_number("QoS", qos, qos_text(qos), 0, 1, 6);
  walker.flag("Retain", 1, 0);
  walker.counted_field("Topic");
  if (qos != 0 && walker.good()) walker.packet_id();
  if (entry.version == wasmqtt::ProtocolVersion::mqtt_5 && walker.good()) walker.properties(false, alias_topic);
  if (!walker.good()) return;
  const Bytes payload = walker.rest();
  const std::string cut = entry.kept < entry.size ? " (truncated: " + number(entry.size - entry.kept) + " more bytes)" : "";
  Words words = words_of_payload(payload);
  words.value += cut;
  walker.note("Payload", std::move(words), walker.at(), walker.at() + payload.size());
  walker.skip(payload.size());
}

void walk_options(Walker& walker, const std::string& n, bool v5) {
  static constexpr const char* handling[] = {"0, send retained messages", "1, send them if the subscription is new",
                                             "2, send none", "3, not allowed"};
  const std::size_t at = walker.at();
  const std::uint32_t options = walker.integer(1);
  if (!walker.good()) return;
  walker.note_number("Requested QoS " + n, options & 3, qos_text(options), at, at + 1, 3);
  if (!v5) return;
  walker.flag("No local " + n, 4, at);
  walker.flag("Retain as published " + n, 8, at);
  walker.note_number("Retain handling " + n, options >> 4 & 3, handling[options >> 4 & 3], at, at + 1, 0x30);
}

void walk_requests(Walker& walker, bool with_options, bool v5) {
  walker.packet_id();
  if (v5 && walker.good()) walker.properties();
  for (unsigned n = 1; walker.good() && !walker.at_end(); ++n) {
    walker.counted_field("Topic filter " + number(n));
    if (with_options) walk_options(walker, number(n), v5);
  }
}

std::string code_text(std::uint32_t code, bool granted, bool v5) {
  if (granted && code < 3) return "granted QoS " + qos_text(code);
  return v5 ? reason_text(code) : number(code) + (code == wasmqtt::suback_failure ? ", refused" : ", not allowed");
}

// One code for each filter that they answer; an UNSUBACK of MQTT 3.1.1 has none.
void walk_answers(Walker& walker, bool granted, bool v5) {
  walker.packet_id();
  if (v5 && walker.good()) walker.properties();
  for (unsigned n = 1; walker.good() && !walker.at_end() && (v5 || granted); ++n) {
    const std::size_t at = walker.at();
    const std::uint32_t code = walker.integer(1);
    walker.note_number((v5 ? "Reason code " : "Return code ") + number(n), code, code_text(code, granted, v5), at, at + 1);
  }
}

std::string indented(const std::string& json) {
  std::string text;
  for (char c : json) {
    text += c;
    if (c == '\n') text += "  ";
  }
  return text;
}

}  // namespace

std::vector<PacketField> packet_fields(const wasmqtt::TraceEntry& entry, Bytes bytes, std::string_view alias_topic) {
  Walker walker(bytes);
  if (entry.type == wasmqtt::remark) {
    walker.note("Connection", words_of(std::string(wasmqtt::as_text(bytes))), 0, bytes.size());
    return walker.take();
  }
  const bool v5 = entry.version == wasmqtt::ProtocolVersion::mqtt_5;
  const auto first = static_cast<std::uint8_t>(walker.integer(1));
  if (!walker.good()) return {};
  walker.note("Packet", words_of(std::string(wasmqtt::name_of(entry.type))), 0, 1, 0xF0);
  walker.length_field("Remaining length");
  switch (entry.type) {
    case PacketType::connect: walk_connect(walker); break;
    case PacketType::connack: walk_connack(walker, v5); break;
    case PacketType::publish: walk_publish(walker, entry, first, alias_topic); break;
    case PacketType::subscribe: walk_requests(walker, true, v5); break;
    case PacketType::unsubscribe: walk_requests(walker, false, v5); break;
    case PacketType::suback: walk_answers(walker, true, v5); break;
    case PacketType::unsuback: walk_answers(walker, false, v5); break;
    case PacketType::puback:
    case PacketType::pubrec:
    case PacketType::pubrel:
    case PacketType::pubcomp:
      walker.packet_id();
      walk_reason(walker, v5);
      break;
    case PacketType::disconnect:
    case PacketType::auth: walk_reason(walker, v5); break;
    case PacketType::pingreq:
    case PacketType::pingresp: break;
  }
  if (!walker.good())
    walker.note("Truncated", {entry.kept < entry.size ? "the rest was not kept" : "the packet ends too early", "true"},
                walker.at(), bytes.size());
  else if (!walker.at_end()) walker.note("Unexpected", {number(walker.rest().size()) + " bytes more", "true"}, walker.at(), bytes.size());
  return walker.take();
}

std::string bits_of(const PacketField& field, Bytes bytes) {
  std::string bits;
  if (field.mask == 0 || field.begin >= bytes.size()) return bits;
  for (unsigned bit = 0x80; bit != 0; bit >>= 1) {
    if (bit == 8) bits += ' ';
    bits += (field.mask & bit) == 0 ? '.' : (bytes[field.begin] & bit) != 0 ? '1' : '0';
  }
  return bits;
}

int field_at(const std::vector<PacketField>& fields, std::size_t byte, int after) {
  const int count = static_cast<int>(fields.size());
  for (int i = 1; i <= count; ++i) {
    const int index = (after + i) % count;
    const PacketField& field = fields[static_cast<std::size_t>(index)];
    if (byte >= field.begin && byte < field.end) return index;
  }
  return -1;
}

std::string packet_json(const std::vector<PacketField>& fields) {
  std::string json = "{";
  for (const PacketField& field : fields)
    json += (json.size() > 1 ? ",\n  \"" : "\n  \"") + field.key + "\": " + indented(field.json);
  return json + "\n}";
}

std::string_view packet_name(const wasmqtt::TraceEntry& entry) {
  return entry.type == wasmqtt::remark ? "connection" : wasmqtt::name_of(entry.type);
}

std::string packet_topic(const wasmqtt::TraceEntry& entry, Bytes bytes, std::string_view alias_topic) {
  const bool publish = entry.type == PacketType::publish;
  if (entry.type == wasmqtt::remark) return std::string(wasmqtt::as_text(bytes));
  if (!publish && entry.type != PacketType::subscribe && entry.type != PacketType::unsubscribe) return {};
  Walker walker(bytes);
  walker.skip(1);
  (void)walker.variable();
  if (!publish) walker.skip(2);
  if (!publish && entry.version == wasmqtt::ProtocolVersion::mqtt_5) walker.skip(walker.variable());
  std::size_t begin = 0;
  std::string topic(wasmqtt::as_text(walker.counted(begin)));
  if (publish) return topic.empty() ? std::string(alias_topic) : topic;
  if (entry.type == PacketType::subscribe) walker.skip(1);
  if (walker.good() && !walker.at_end()) topic += ", …";
  return topic;
}

std::string publish_payload(const wasmqtt::TraceEntry& entry, Bytes bytes, std::size_t most) {
  Walker walker(bytes);
  walker.skip(1);
  (void)walker.variable();
  std::size_t topic = 0;
  (void)walker.counted(topic);
  if (entry.qos != wasmqtt::Qos::at_most_once && walker.good()) walker.skip(2);
  if (entry.version == wasmqtt::ProtocolVersion::mqtt_5 && walker.good()) walker.skip(walker.variable());
  if (entry.type != PacketType::publish || !walker.good()) return {};
  return beginning_of_text(walker.rest(), most);
}

}  // namespace chat
