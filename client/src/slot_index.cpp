#include "wasmqtt/slot_index.hpp"

namespace wasmqtt {
namespace {

constexpr std::size_t smallest = 16;
constexpr std::size_t largest_kept = 4096;  // entries that an empty index keeps, so that ordinary traffic allocates nothing

}  // namespace

void SlotIndex::insert(std::uint32_t hash, Slot slot) {
  if (2 * (count_ + 1) > entries_.size()) resize(entries_.empty() ? smallest : 2 * entries_.size());
  put({hash, slot});
  ++count_;
}

void SlotIndex::put(Entry entry) {
  std::size_t at = home(entry.hash);
  while (entries_[at].slot != no_slot) at = after(at);
  entries_[at] = entry;
}

void SlotIndex::resize(std::size_t size) {
  const std::vector<Entry> old = std::exchange(entries_, std::vector<Entry>(size));
  for (const Entry& entry : old) {
    if (entry.slot != no_slot) put(entry);
  }
}

void SlotIndex::erase(std::uint32_t hash, Slot slot) {
  if (find(hash, [slot](Slot one) { return one == slot; }) == no_slot) return;
  std::size_t hole = home(hash);
  while (entries_[hole].slot != slot) hole = after(hole);
  // What was pushed past the hole by others moves back, so that nothing is cut off from its home.
  for (std::size_t at = after(hole); entries_[at].slot != no_slot; at = after(at)) {
    if (distance(home(entries_[at].hash), at) < distance(hole, at)) continue;
    entries_[hole] = entries_[at];
    hole = at;
  }
  entries_[hole] = {};
  if (--count_ == 0 && entries_.size() > largest_kept) entries_ = {};
}

}  // namespace wasmqtt
