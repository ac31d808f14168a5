#include "chat/mosquitto_pub.hpp"

#include <utility>

#include "chat/digits.hpp"
#include "wasmqtt/decode.hpp"
#include "wasmqtt/frame_reader.hpp"
#include "wasmqtt/utf8.hpp"

namespace chat {
namespace {

using wasmqtt::Property;
using wasmqtt::PropertyId;

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'') out += "'\\''";
    else out += c;
  }
  return out + '\'';
}

// A terminal carries out control characters that are pasted into it: ESC [ 201 ~ ends what it takes as pasted text. C1 controls
// (U+0080 to U+009F) may stand for the same sequences, and what is not UTF-8 may contain them.
bool is_plain(std::string_view text, std::string_view allowed = {}) {
  while (!text.empty()) {
    const std::size_t length = wasmqtt::utf8_sequence(text);
    if (length == 0) return false;
    const std::uint32_t point = wasmqtt::utf8_code_point(text, length);
    const bool control = point < 0x20 || (point >= 0x7f && point < 0xa0);
    if (control && allowed.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_plain(const Property& property) {
  switch (property.id) {
    case PropertyId::content_type:
    case PropertyId::response_topic:
    case PropertyId::correlation_data:
    case PropertyId::user_property: return is_plain(property.name) && is_plain(wasmqtt::as_text(property.bytes()));
    default: return true;  // a number, or not in the command
  }
}

// "printf '\101\000' | ", for what cannot stand in a command line.
std::string printed(std::string_view bytes) {
  std::string out = "printf '";
  for (char c : bytes) out += '\\' + digits(static_cast<unsigned char>(c), 3, 8);
  return out + "' | ";
}

std::string option_of(const Property& property) {
  const std::string begin = " -D publish ";
  switch (property.id) {
    case PropertyId::payload_format_indicator: return begin + "payload-format-indicator " + std::to_string(property.number);
    case PropertyId::message_expiry_interval: return begin + "message-expiry-interval " + std::to_string(property.number);
    case PropertyId::content_type: return begin + "content-type " + quoted(wasmqtt::as_text(property.bytes()));
    case PropertyId::response_topic: return begin + "response-topic " + quoted(wasmqtt::as_text(property.bytes()));
    case PropertyId::correlation_data: return begin + "correlation-data " + quoted(wasmqtt::as_text(property.bytes()));
    case PropertyId::user_property: return begin + "user-property " + quoted(property.name) + ' ' + quoted(wasmqtt::as_text(property.bytes()));
    default: return {};  // of the connection, not of the message
  }
}

}  // namespace

MosquittoPub mosquitto_pub_command(const wasmqtt::TraceEntry& entry, wasmqtt::Bytes bytes, std::string_view alias_topic,
                                   std::string_view host, std::string_view user_name) {
  if (entry.type != wasmqtt::PacketType::publish || entry.kept < entry.size) return {};
  wasmqtt::FrameReader reader(bytes.size());
  wasmqtt::Frame frame;
  reader.feed(bytes);
  if (reader.next(frame) != wasmqtt::FrameReader::Status::frame) return {};
  wasmqtt::Publish publish;
  if (wasmqtt::decode_publish(frame, publish, entry.version, entry.direction)) return {};
  const std::string_view topic = publish.topic.empty() ? alias_topic : publish.topic;
  bool plain_parts = is_plain(host) && is_plain(user_name) && is_plain(topic);
  for (const Property& property : publish.properties) plain_parts = plain_parts && is_plain(property);
  if (!plain_parts)
    return {.problem = "There is no command for this message: its topic or one of its properties has control characters or is not UTF-8."};
  const std::string_view payload = wasmqtt::as_text(publish.payload);
  const bool plain = is_plain(payload, "\n");
  std::string command = plain ? "" : printed(payload);
  command += "mosquitto_pub -h " + quoted(host);
  if (!user_name.empty()) command += " -u " + quoted(user_name) + " -P \"$PASSWORD\"";
  if (entry.version == wasmqtt::ProtocolVersion::mqtt_5) command += " -V mqttv5";
  command += " -t " + quoted(topic);
  command += " -q " + std::to_string(static_cast<int>(publish.qos));
  if (publish.retain) command += " -r";
  for (const Property& property : publish.properties) command += option_of(property);
  if (payload.empty()) command += " -n";
  else command += plain ? " -m " + quoted(payload) : std::string(" -s");
  return {.command = std::move(command)};
}

}  // namespace chat
