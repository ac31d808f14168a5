// A byte stream to frames: one frame is one whole control packet, still in bytes.
//
//   reader.feed(bytes);
//   while (reader.next(frame) == FrameReader::Status::frame) use(frame);
//
// A frame that lies whole in the fed bytes is a view into them; only one that is cut by their end is assembled in a
// buffer of the reader. A frame is valid until the next call of next() or feed().
#pragma once

#include <cstddef>
#include <vector>

#include "wasmqtt/error.hpp"
#include "wasmqtt/packet.hpp"

namespace wasmqtt {

struct Frame {
  std::uint8_t first_byte = 0;  // type and flags
  Bytes body;                   // what the remaining length counts
  Bytes whole;                  // fixed header and body

  PacketType type() const { return static_cast<PacketType>(first_byte >> 4); }
  std::uint8_t flags() const { return first_byte & 0x0f; }
};

class FrameReader {
 public:
  enum class Status : std::uint8_t { frame, need_more, error };

  // Frames with more than `max_packet_bytes` are an error before they are stored.
  explicit FrameReader(std::size_t max_packet_bytes) : max_packet_bytes_(max_packet_bytes) {}

  // Takes the next piece of the stream. What an earlier piece has left unread is copied and kept in front of it;
  // for a caller that drains each piece that is one unfinished frame at most.
  void feed(Bytes bytes);
  // After an error: that error again, until reset().
  Status next(Frame& frame) {
    // Most frames are short and lie whole in what was fed: two bytes of header, and up to 127 behind them.
    const std::size_t length = input_.size() < 2 ? 0x80 : input_[1];
    const std::size_t size = 2 + length;
    if (length >= 0x80 || size > input_.size() || size > max_packet_bytes_ || at_ != kept_.size()) return next_any(frame);
    frame = {input_[0], input_.subspan(2, length), input_.first(size)};
    input_ = input_.subspan(size);
    return Status::frame;
  }
  // Nothing is left to read.
  bool empty() const { return input_.empty() && at_ == kept_.size(); }
  Error error() const { return error_; }  // Side::peer: 2.2.3, packet_too_large
  // For a new connection. MQTT 5 wants each remaining length as short as it can be [MQTT5-1.5.5-1]; 3.1.1 does not.
  void reset(ProtocolVersion version = ProtocolVersion::mqtt_3_1_1);

 private:
  Status fail(Errc code);
  Status frame_at(Bytes bytes, Frame& frame, std::size_t& needed);
  Status next_any(Frame& frame);
  Status next_kept(Frame& frame);

  std::size_t max_packet_bytes_;
  Bytes input_;                     // unread part of the fed bytes; after an error none
  std::vector<std::uint8_t> kept_;  // what comes before it in the stream: mostly the beginning of a frame that was cut
  std::size_t at_ = 0;              // kept_ is read up to here
  Error error_;
  bool shortest_ = false;  // a remaining length that is longer than needed is an error
};

}  // namespace wasmqtt
