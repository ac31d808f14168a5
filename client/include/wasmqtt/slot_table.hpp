// A table whose entries keep their slots while they live; slots that come free are used again. Entries may move in memory
// when one is added.
//
//   SlotTable<Node> nodes;
//   const Slot slot = nodes.add({...});
//   nodes[slot].level;
//   nodes.remove(slot);
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "wasmqtt/slot_index.hpp"

namespace wasmqtt {

template <class T>
class SlotTable {
 public:
  Slot add(T entry) {
    if (free_.empty()) {
      entries_.push_back(std::move(entry));
      return static_cast<Slot>(entries_.size() - 1);
    }
    const Slot slot = free_.back();
    free_.pop_back();
    entries_[slot] = std::move(entry);
    return slot;
  }
  void remove(Slot slot) {
    entries_[slot] = T{};
    free_.push_back(slot);
  }
  T& operator[](Slot slot) { return entries_[slot]; }
  const T& operator[](Slot slot) const { return entries_[slot]; }

  // In the order of the slots, with a T{} in each that is free.
  std::span<T> all() { return entries_; }
  std::span<const T> all() const { return entries_; }

 private:
  std::vector<T> entries_;
  std::vector<Slot> free_;
};

}  // namespace wasmqtt
