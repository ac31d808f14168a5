#include "wasmqtt/dedupe.hpp"

#include <bit>

namespace wasmqtt {

DedupeWindow::DedupeWindow(std::size_t capacity, std::uint64_t seed)
    : seed_(seed), order_(capacity == 0 ? 1 : capacity), table_(std::bit_ceil(order_.size() * 2)) {}

// FNV-1a over a seed, then mixed so that the low bits are good enough for the table. Never 0: that means free.
std::uint64_t DedupeWindow::hash(std::string_view id) const {
  std::uint64_t h = seed_ ^ 0xcbf2'9ce4'8422'2325;
  for (char c : id) h = (h ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01b3;
  h ^= h >> 32;
  h *= 0xd6e8'feb8'6659'fd93;
  h ^= h >> 32;
  return h == 0 ? 1 : h;
}

std::size_t DedupeWindow::slot_of(std::uint64_t hash) const {
  std::size_t slot = hash & (table_.size() - 1);
  while (table_[slot] != 0 && table_[slot] != hash) slot = (slot + 1) & (table_.size() - 1);
  return slot;
}

bool DedupeWindow::contains(std::string_view id) const {
  const std::uint64_t h = hash(id);
  return table_[slot_of(h)] == h;
}

bool DedupeWindow::first_time(std::string_view id) {
  const std::uint64_t h = hash(id);
  if (table_[slot_of(h)] == h) return false;
  if (count_ == order_.size()) {
    erase(order_[next_]);
  } else {
    ++count_;
  }
  order_[next_] = h;
  next_ = (next_ + 1) % order_.size();
  table_[slot_of(h)] = h;
  return true;
}

// Backward-shift deletion: no tombstones, so look-ups stay short for ever.
void DedupeWindow::erase(std::uint64_t hash) {
  const std::size_t mask = table_.size() - 1;
  std::size_t hole = slot_of(hash);
  if (table_[hole] != hash) return;
  for (std::size_t at = (hole + 1) & mask; table_[at] != 0; at = (at + 1) & mask) {
    const std::size_t home = table_[at] & mask;
    if (((at - home) & mask) < ((at - hole) & mask)) continue;
    table_[hole] = table_[at];
    hole = at;
  }
  table_[hole] = 0;
}

}  // namespace wasmqtt
