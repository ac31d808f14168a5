// The pool of packet identifiers that PUBLISH, SUBSCRIBE and UNSUBSCRIBE share [MQTT-2.3.1-2].
#pragma once

#include <array>
#include <cstdint>

#include "wasmqtt/types.hpp"

namespace wasmqtt {

class PacketIds {
 public:
  PacketIds() { words_[0] = 1; }  // 0 is never free [MQTT-2.3.1-1]

  // The next free id after the one taken last, so that a freed id rests as long as possible; 0: none is free.
  PacketId take();
  // Takes this one; false when it is in use.
  bool claim(PacketId id);
  void release(PacketId id);
  bool in_use(PacketId id) const { return (words_[id / 64] >> (id % 64) & 1) != 0; }
  std::size_t count() const { return count_; }

 private:
  std::array<std::uint64_t, 1024> words_{};
  PacketId last_ = 0;
  std::size_t count_ = 0;
};

}  // namespace wasmqtt
