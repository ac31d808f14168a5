#include "chat/mosquitto_pub.hpp"

#include <algorithm>

#include "chat/digits.hpp"
#include "wasmqtt/decode.hpp"
#include "wasmqtt/frame_reader.hpp"

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

bool is_plain(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; });
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

std::string mosquitto_pub_command(const wasmqtt::TraceEntry& entry, wasmqtt::Bytes bytes, std::string_view alias_topic,
                                  std::string_view host, std::string_view user_name) {
  if (entry.type != wasmqtt::PacketType::publish || entry.kept < entry.size) return {};
  wasmqtt::FrameReader reader(bytes.size());
  wasmqtt::Frame frame;
  reader.feed(bytes);
  if (reader.next(frame) != wasmqtt::FrameReader::Status::frame) return {};
  wasmqtt::Publish publish;
  if (wasmqtt::decode_publish(frame, publish, entry.version, entry.direction)) return {};
  const std::string_view payload = wasmqtt::as_text(publish.payload);
  const bool plain = is_plain(payload);
  std::string command = plain ? "" : printed(payload);
  command += "mosquitto_pub -h " + quoted(host);
  if (!user_name.empty()) command += " -u " + quoted(user_name) + " -P \"$PASSWORD\"";
  if (entry.version == wasmqtt::ProtocolVersion::mqtt_5) command += " -V mqttv5";
  command += " -t " + quoted(publish.topic.empty() ? alias_topic : publish.topic);
  command += " -q " + std::to_string(static_cast<int>(publish.qos));
  if (publish.retain) command += " -r";
  for (const Property& property : publish.properties) command += option_of(property);
  if (payload.empty()) return command + " -n";
  return command + (plain ? " -m " + quoted(payload) : std::string(" -s"));
}

}  // namespace chat
