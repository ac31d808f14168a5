#include "packet_ids.hpp"

#include <bit>

namespace wasmqtt {

PacketId PacketIds::take() {
  if (count_ == 65'535) return 0;
  std::size_t word = last_ / 64;
  // In the first word, ids up to the last taken one count as used; they get their turn after the wrap.
  const unsigned bit = last_ % 64;
  std::uint64_t used = words_[word] | (bit == 63 ? ~0ull : (1ull << (bit + 1)) - 1);
  while (used == ~0ull) {
    word = (word + 1) % words_.size();
    used = words_[word];
  }
  last_ = static_cast<PacketId>(word * 64 + static_cast<unsigned>(std::countr_one(used)));
  claim(last_);
  return last_;
}

bool PacketIds::claim(PacketId id) {
  if (in_use(id)) return false;
  words_[id / 64] |= 1ull << (id % 64);
  ++count_;
  return true;
}

void PacketIds::release(PacketId id) {
  if (id == 0 || !in_use(id)) return;
  words_[id / 64] &= ~(1ull << (id % 64));
  --count_;
}

}  // namespace wasmqtt
