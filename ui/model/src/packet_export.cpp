#include "chat/packet_export.hpp"

#include "chat/digits.hpp"
#include "chat/iso_time.hpp"
#include "chat/packet_fields.hpp"
#include "chat/wire.hpp"

namespace chat {
namespace {

using wasmqtt::Duration;

std::string milliseconds(Duration duration) { return decimal(duration.count(), 3); }

std::string hex(wasmqtt::Bytes bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

// Pretty-printed JSON on one line. Line breaks inside strings are escaped there, so these are between the tokens.
std::string on_one_line(const std::string& json) {
  std::string text;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] != '\n') {
      text += json[i];
      continue;
    }
    while (i + 1 < json.size() && json[i + 1] == ' ') ++i;
  }
  return text;
}

}  // namespace

std::string export_json_lines(const wasmqtt::PacketTrace& trace) {
  std::string lines;
  if (trace.first() == trace.end()) return lines;
  const wasmqtt::Time start = trace[trace.first()].at;
  for (std::uint64_t n = trace.first(); n != trace.end(); ++n) {
    const wasmqtt::TraceEntry& entry = trace[n];
    const wasmqtt::Bytes bytes = trace.bytes(entry);
    lines += "{\"index\":" + std::to_string(n);
    lines += ",\"time\":\"" + format_iso_time(entry.at, std::chrono::minutes{0}) + "\"";
    lines += ",\"ms\":" + milliseconds(entry.at - start);
    if (entry.type != wasmqtt::remark)
      lines += entry.direction == wasmqtt::Direction::outbound ? ",\"direction\":\"outbound\"" : ",\"direction\":\"inbound\"";
    lines += ",\"packet\":\"" + std::string(packet_name(entry)) + "\",\"size\":" + std::to_string(entry.size);
    if (entry.round_trip) lines += ",\"roundTripMs\":" + milliseconds(*entry.round_trip);
    if (entry.partner != 0) lines += ",\"partner\":" + std::to_string(entry.partner);
    lines += ",\"fields\":" + on_one_line(packet_json(packet_fields(entry, bytes, trace.alias_topic(entry))));
    lines += ",\"hex\":\"" + hex(bytes) + "\"}\n";
  }
  return lines;
}

}  // namespace chat
