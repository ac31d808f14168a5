#include "chat/packet_fields.hpp"

#include "chat/names.hpp"
#include "json.hpp"
#include "wasmqtt/describe.hpp"
#include "wasmqtt/utf8.hpp"

namespace chat {
namespace {

using wasmqtt::Bytes;
using wasmqtt::PacketType;

constexpr std::size_t shown_payload_bytes = 16 * 1024;

std::string number(std::uint64_t value) { return std::to_string(value); }
std::string yes_no(bool value) { return value ? "yes" : "no"; }

std::string qos_text(unsigned qos) {
  static constexpr const char* words[] = {"0, at most once", "1, at least once", "2, exactly once", "3, not allowed"};
  return words[qos & 3];
}

bool is_text(std::string_view text) {
  for (char c : text)
    if (static_cast<std::uint8_t>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r') return false;
  for (std::string_view rest = text; !rest.empty();) {  // check_utf8 takes at most 65535 bytes
    const std::string_view piece = cut_utf8(rest, 60'000);
    if (piece.empty() || wasmqtt::check_utf8(piece)) return false;
    rest.remove_prefix(piece.size());
  }
  return true;
}

std::string shown(Bytes bytes) {
  const std::string_view text = wasmqtt::as_text(bytes);
  if (!is_text(text)) return number(bytes.size()) + " bytes, not text";
  const std::string_view cut = cut_utf8(text, shown_payload_bytes);
  return std::string(cut) + (cut.size() < text.size() ? "…" : "");
}

std::string json_of(Bytes bytes) {
  const std::string_view text = wasmqtt::as_text(bytes);
  if (text.size() > shown_payload_bytes || !is_text(text)) return json_string(shown(bytes));
  const std::optional<Json> json = Json::parse(text);
  return json && json->is_structured() ? json->pretty() : json_string(text);
}

// Reads a packet field by field and collects them. good() is false once the bytes have ended too early.
class Walker {
 public:
  explicit Walker(Bytes bytes) : bytes_(bytes) {}

  std::vector<PacketField> take() { return std::move(fields_); }
  bool good() const { return good_; }
  bool at_end() const { return at_ >= bytes_.size(); }
  std::uint32_t at() const { return static_cast<std::uint32_t>(at_); }
  Bytes rest() const { return bytes_.subspan(at_); }

  void note(std::string name, std::string key, std::string value, std::string json, std::size_t begin, std::size_t end) {
    fields_.push_back({std::move(name), std::move(key), std::move(value), std::move(json),
                       static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  }
  void flag(std::string name, std::string key, bool value, std::size_t at) {
    note(std::move(name), std::move(key), yes_no(value), value ? "true" : "false", at, at + 1);
  }

  std::uint32_t integer(std::size_t size) {
    if (!has(size)) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes_[at_ + i];
    at_ += size;
    return value;
  }
  // A field with a two-byte length prefix.
  Bytes counted(std::size_t& begin) {
    begin = at_;
    const std::size_t size = integer(2);
    if (!good_ || !has(size)) return {};
    const Bytes bytes = bytes_.subspan(at_, size);
    at_ += size;
    return bytes;
  }
  void counted_field(std::string name, std::string key, bool json_value = false) {
    std::size_t begin = 0;
    const Bytes bytes = counted(begin);
    if (good_) note(std::move(name), std::move(key), shown(bytes), json_value ? json_of(bytes) : json_string(shown(bytes)),
                    begin, at_);
  }
  void packet_id() {
    const std::size_t begin = at_;
    const std::uint32_t id = integer(2);
    if (good_) note("Packet id", "packetId", number(id), number(id), begin, at_);
  }
  void skip_remaining_length() {
    const std::size_t begin = at_;
    std::uint64_t length = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
      const std::uint32_t byte = integer(1);
      length |= std::uint64_t{byte & 0x7f} << shift;
      if (!good_ || byte < 0x80) break;
    }
    if (good_) note("Remaining length", "remainingLength", number(length), number(length), begin, at_);
  }

 private:
  bool has(std::size_t size) {
    if (bytes_.size() - at_ < size) good_ = false;
    return good_;
  }

  Bytes bytes_;
  std::size_t at_ = 0;
  bool good_ = true;
  std::vector<PacketField> fields_;
};

void walk_connect(Walker& walker) {
  walker.counted_field("Protocol", "protocol");
  const std::size_t level_at = walker.at();
  const std::uint32_t level = walker.integer(1);
  const std::size_t flags_at = walker.at();
  const std::uint32_t flags = walker.integer(1);
  if (!walker.good()) return;
  walker.note("Protocol level", "protocolLevel", level == 4 ? "4 (MQTT 3.1.1)" : number(level), number(level), level_at,
              level_at + 1);
  walker.flag("Clean session", "cleanSession", (flags & 0x02) != 0, flags_at);
  const std::size_t keep_alive_at = walker.at();
  const std::uint32_t keep_alive = walker.integer(2);
  if (!walker.good()) return;
  walker.note("Keep alive", "keepAlive", number(keep_alive) + " s", number(keep_alive), keep_alive_at, walker.at());
  walker.counted_field("Client id", "clientId");
  if ((flags & 0x04) != 0) {
    walker.counted_field("Will topic", "willTopic");
    walker.counted_field("Will payload", "willPayload", true);
    const unsigned qos = flags >> 3 & 3;
    walker.note("Will QoS", "willQos", qos_text(qos), number(qos), flags_at, flags_at + 1);
    walker.flag("Will retain", "willRetain", (flags & 0x20) != 0, flags_at);
  }
  if ((flags & 0x80) != 0) walker.counted_field("User name", "userName");
  if ((flags & 0x40) != 0) {
    std::size_t begin = 0;
    walker.counted(begin);
    if (walker.good()) walker.note("Password", "password", "••••", "\"••••\"", begin, walker.at());
  }
}

void walk_connack(Walker& walker) {
  const std::size_t begin = walker.at();
  const std::uint32_t flags = walker.integer(1);
  const std::uint32_t code = walker.integer(1);
  if (!walker.good()) return;
  walker.flag("Session present", "sessionPresent", (flags & 1) != 0, begin);
  const std::string_view words = wasmqtt::describe(static_cast<wasmqtt::ConnectReturnCode>(code));
  walker.note("Return code", "returnCode", number(code) + ", " + std::string(words), number(code), begin + 1, begin + 2);
}

void walk_publish(Walker& walker, const wasmqtt::TraceEntry& entry, std::uint8_t first) {
  const unsigned qos = first >> 1 & 3;
  walker.flag("DUP", "dup", (first & 8) != 0, 0);
  walker.note("QoS", "qos", qos_text(qos), number(qos), 0, 1);
  walker.flag("Retain", "retain", (first & 1) != 0, 0);
  walker.counted_field("Topic", "topic");
  if (qos != 0 && walker.good()) walker.packet_id();
  if (!walker.good()) return;
  const Bytes payload = walker.rest();
  const std::string cut = entry.kept < entry.size ? " (truncated: " + number(entry.size - entry.kept) + " more bytes)" : "";
  walker.note("Payload", "payload", shown(payload) + cut, json_of(payload), walker.at(), walker.at() + payload.size());
}

void walk_requests(Walker& walker, bool with_qos) {
  walker.packet_id();
  for (unsigned n = 1; walker.good() && !walker.at_end(); ++n) {
    walker.counted_field("Topic filter " + number(n), "topicFilter" + number(n));
    if (!with_qos) continue;
    const std::size_t at = walker.at();
    const std::uint32_t qos = walker.integer(1);
    if (walker.good())
      walker.note("Requested QoS " + number(n), "requestedQos" + number(n), qos_text(qos), number(qos), at, at + 1);
  }
}

void walk_suback(Walker& walker) {
  walker.packet_id();
  for (unsigned n = 1; walker.good() && !walker.at_end(); ++n) {
    const std::size_t at = walker.at();
    const std::uint32_t code = walker.integer(1);
    const std::string words = code == wasmqtt::suback_failure ? "128, refused" : "granted QoS " + qos_text(code);
    if (walker.good()) walker.note("Return code " + number(n), "returnCode" + number(n), words, number(code), at, at + 1);
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

std::vector<PacketField> packet_fields(const wasmqtt::TraceEntry& entry, Bytes bytes) {
  Walker walker(bytes);
  const auto first = static_cast<std::uint8_t>(walker.integer(1));
  if (!walker.good()) return {};
  const std::string name(wasmqtt::name_of(entry.type));
  walker.note("Packet", "packet", name, "\"" + name + "\"", 0, 1);
  walker.skip_remaining_length();
  switch (entry.type) {
    case PacketType::connect: walk_connect(walker); break;
    case PacketType::connack: walk_connack(walker); break;
    case PacketType::publish: walk_publish(walker, entry, first); break;
    case PacketType::subscribe: walk_requests(walker, true); break;
    case PacketType::unsubscribe: walk_requests(walker, false); break;
    case PacketType::suback: walk_suback(walker); break;
    case PacketType::puback:
    case PacketType::pubrec:
    case PacketType::pubrel:
    case PacketType::pubcomp:
    case PacketType::unsuback: walker.packet_id(); break;
    case PacketType::pingreq:
    case PacketType::pingresp:
    case PacketType::disconnect:
    case PacketType::auth: break;
  }
  if (!walker.good()) walker.note("Truncated", "truncated", "the rest was not kept", "true", bytes.size(), bytes.size());
  return walker.take();
}

std::string packet_json(const std::vector<PacketField>& fields) {
  std::string json = "{";
  for (const PacketField& field : fields)
    json += (json.size() > 1 ? ",\n  \"" : "\n  \"") + field.key + "\": " + indented(field.json);
  return json + "\n}";
}

std::string packet_topic(const wasmqtt::TraceEntry& entry, Bytes bytes) {
  const bool publish = entry.type == PacketType::publish;
  if (!publish && entry.type != PacketType::subscribe && entry.type != PacketType::unsubscribe) return {};
  Walker walker(bytes);
  walker.integer(1);
  walker.skip_remaining_length();
  if (!publish) walker.integer(2);
  std::size_t begin = 0;
  std::string topic(wasmqtt::as_text(walker.counted(begin)));
  if (entry.type == PacketType::subscribe) walker.integer(1);
  if (!publish && walker.good() && !walker.at_end()) topic += ", …";
  return topic;
}

}  // namespace chat
