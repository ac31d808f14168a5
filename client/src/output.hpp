// The one output buffer: packets go in, bytes go out, and none goes out before its journal records are durable.
#pragma once

#include <vector>

#include "wasmqtt/encode.hpp"
#include "wasmqtt/types.hpp"

namespace wasmqtt {

class Output {
 public:
  // Packets are appended to this. What is appended from now on waits for `position` of the journal.
  ByteBuffer& append(std::uint64_t position) {
    const std::uint64_t gated = first_gate_ == gates_.size() ? 0 : gates_.back().position;
    if (position > gated) gates_.push_back({end(), position});
    return buffer_;
  }
  std::size_t size() const { return buffer_.size() - start_; }
  bool empty() const { return size() == 0; }
  // Stream offsets of the next byte to send and of the next packet to be appended.
  std::uint64_t begin() const { return consumed_; }
  std::uint64_t end() const { return consumed_ + size(); }
  // The bytes that may go, valid until the next append() or consume().
  Bytes ready(std::uint64_t durable) const;
  void consume(std::size_t count);
  // Puts a packet that depends on no record behind the bytes that may go, before those that wait. Returns its place.
  std::uint64_t insert_ready(Bytes packet, std::uint64_t durable);
  void clear();
  // Whether the next byte to send begins a packet, as far as that is known.
  bool between_packets() const { return between_packets_; }

 private:
  struct Gate {
    std::uint64_t offset;    // of the first byte that waits, counted from the connection's first
    std::uint64_t position;
  };

  ByteBuffer buffer_;
  std::size_t start_ = 0;        // consumed bytes at the buffer's front
  std::uint64_t consumed_ = 0;   // of the connection
  std::vector<Gate> gates_;      // ascending in both
  std::size_t first_gate_ = 0;
  bool between_packets_ = true;
};

}  // namespace wasmqtt
