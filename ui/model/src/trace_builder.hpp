// Pieces of recorded byte streams to a trace of whole packets. Internal to those who read files.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "wasmqtt/frame_reader.hpp"
#include "wasmqtt/trace.hpp"

namespace chat {

class TraceBuilder {
 public:
  explicit TraceBuilder(wasmqtt::TraceLimits limits) : limits_(limits), trace_(limits) {}

  // The next bytes of one direction of a conversation. Whoever sends what is no MQTT is not listened to any more.
  void add(wasmqtt::Time at, std::size_t conversation, wasmqtt::Direction direction, wasmqtt::Bytes bytes);
  // Some of its bytes are missing.
  void lost(std::size_t conversation, wasmqtt::Direction direction) { stream(conversation, direction).good = false; }
  void note(wasmqtt::Time at, std::string_view words) { trace_.note(at, words), any_ = true; }
  // One whole packet, for who knows where it begins and ends.
  void packet(wasmqtt::Time at, wasmqtt::Direction direction, wasmqtt::Bytes bytes);

  // nullopt: there was nothing.
  std::optional<wasmqtt::PacketTrace> take();

 private:
  struct Stream {
    explicit Stream(std::size_t most) : reader(most) {}
    wasmqtt::FrameReader reader;
    bool good = true;
  };
  Stream& stream(std::size_t conversation, wasmqtt::Direction direction);

  wasmqtt::TraceLimits limits_;
  wasmqtt::PacketTrace trace_;
  std::map<std::pair<std::size_t, wasmqtt::Direction>, Stream> streams_;
  bool any_ = false;
};

}  // namespace chat
