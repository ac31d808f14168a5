// Identifiers of incoming QoS 2 messages between PUBLISH and PUBREL: what makes "exactly once" [MQTT-4.3.3-2].
#pragma once

#include <array>
#include <cstdint>

#include "wasmqtt/types.hpp"

namespace wasmqtt {

class ReceivedIds {
 public:
  // False when it is held already: then the PUBLISH is a repetition.
  bool insert(PacketId id) {
    if (contains(id)) return false;
    words_[id / 64] |= bit(id);
    ++count_;
    return true;
  }
  // False when it was not held.
  bool erase(PacketId id) {
    if (!contains(id)) return false;
    words_[id / 64] &= ~bit(id);
    --count_;
    return true;
  }
  bool contains(PacketId id) const { return (words_[id / 64] & bit(id)) != 0; }
  std::size_t count() const { return count_; }
  void clear() {
    words_ = {};
    count_ = 0;
  }

 private:
  static constexpr std::uint64_t bit(PacketId id) { return 1ull << (id % 64); }
  std::array<std::uint64_t, 1024> words_{};
  std::size_t count_ = 0;
};

}  // namespace wasmqtt
