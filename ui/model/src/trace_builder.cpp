#include "trace_builder.hpp"

#include <utility>

namespace chat {
namespace {

using wasmqtt::Bytes;
using wasmqtt::Direction;
using wasmqtt::PacketType;

// The protocol's level stands behind the name "MQTT".
wasmqtt::ProtocolVersion version_of(Bytes body) {
  constexpr std::size_t level_at = 6;
  return body.size() > level_at && body[level_at] == 5 ? wasmqtt::ProtocolVersion::mqtt_5 : wasmqtt::ProtocolVersion::mqtt_3_1_1;
}

// What follows the first byte and the remaining length.
Bytes body_of(Bytes packet) {
  std::size_t at = 1;
  while (at < packet.size() && packet[at] >= 0x80) ++at;
  return packet.subspan(std::min(at + 1, packet.size()));
}

}  // namespace

TraceBuilder::Stream& TraceBuilder::stream(std::size_t conversation, Direction direction) {
  return streams_.try_emplace({conversation, direction}, limits_.max_packet_bytes).first->second;
}

void TraceBuilder::add(wasmqtt::Time at, std::size_t conversation, Direction direction, Bytes bytes) {
  Stream& one = stream(conversation, direction);
  if (!one.good) return;
  one.reader.feed(bytes);
  wasmqtt::Frame frame;
  for (;;) {
    const auto status = one.reader.next(frame);
    if (status == wasmqtt::FrameReader::Status::error) one.good = false;
    if (status != wasmqtt::FrameReader::Status::frame) return;
    packet(at, direction, frame.whole);
  }
}

void TraceBuilder::packet(wasmqtt::Time at, Direction direction, Bytes bytes) {
  if (bytes.empty()) return;
  const auto type = static_cast<PacketType>(bytes[0] >> 4);
  if (type == wasmqtt::remark) return;
  if (type == PacketType::connect) trace_.start_connection(version_of(body_of(bytes)));
  trace_.record(at, direction, bytes);
  any_ = true;
}

std::optional<wasmqtt::PacketTrace> TraceBuilder::take() {
  if (!any_) return std::nullopt;
  return std::move(trace_);
}

}  // namespace chat
