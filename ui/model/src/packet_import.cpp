#include "chat/packet_import.hpp"

#include <algorithm>

#include "chat/iso_time.hpp"
#include "chat/pcapng.hpp"
#include "json.hpp"
#include "trace_builder.hpp"

namespace chat {
namespace {

using wasmqtt::Direction;

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Empty where it is no hexadecimal text.
std::vector<std::uint8_t> from_hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = nibble(text[i]), low = nibble(text[i + 1]);
    if (high < 0 || low < 0) return {};
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

bool is_whole_packet(wasmqtt::Bytes bytes, std::size_t most) {
  wasmqtt::FrameReader reader(most);
  wasmqtt::Frame frame;
  reader.feed(bytes);
  return reader.next(frame) == wasmqtt::FrameReader::Status::frame && frame.whole.size() == bytes.size();
}

std::string_view text_of(const Json& line, std::string_view name) {
  const Json* found = line.find(name);
  const std::string* text = found == nullptr ? nullptr : found->string();
  return text == nullptr ? std::string_view{} : *text;
}

// One line of export_json_lines(); false: it is none.
bool read_line(std::string_view text, std::size_t most_bytes, TraceBuilder& builder) {
  const std::optional<Json> line = Json::parse(text);
  if (!line || !line->is_object()) return false;
  const std::optional<Time> at = parse_iso_time(text_of(*line, "time"));
  const std::vector<std::uint8_t> bytes = from_hex(text_of(*line, "hex"));
  if (!at || bytes.empty()) return false;
  if (text_of(*line, "packet") == "connection") {
    if (bytes.size() <= most_bytes) builder.note(*at, wasmqtt::as_text(bytes));
  } else if (is_whole_packet(bytes, most_bytes)) {
    builder.packet(*at, text_of(*line, "direction") == "inbound" ? Direction::inbound : Direction::outbound, bytes);
  } else {
    builder.note(*at, "A packet that was not kept whole.");
  }
  return true;
}

}  // namespace

std::optional<wasmqtt::PacketTrace> read_packets(std::string_view file, wasmqtt::TraceLimits limits) {
  if (!file.starts_with('{')) return read_pcapng(file, limits);
  TraceBuilder builder(limits);
  while (!file.empty()) {
    const std::size_t end = std::min(file.find('\n'), file.size());
    if (end != 0 && !read_line(file.substr(0, end), limits.max_packet_bytes, builder)) return std::nullopt;
    file.remove_prefix(std::min(end + 1, file.size()));
  }
  return builder.take();
}

}  // namespace chat
