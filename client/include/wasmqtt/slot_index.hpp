// Finds entries of a table by a hash of something that lies in them. The keys stay where they are, so an entry is 8 bytes and takes
// no allocation of its own; and one small table serves every kind of key, where std::unordered_map is code for each.
//
//   SlotIndex index;
//   index.insert(hash_of(topic), slot);
//   index.find(hash_of(topic), [&](Slot slot) { return table[slot].topic() == topic; });   // or no_slot
//   index.erase(hash_of(topic), slot);
//
// Linear probing in a power of two, at most half full.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace wasmqtt {

// A place in a table.
using Slot = std::uint32_t;
inline constexpr Slot no_slot = 0xffff'ffff;

inline std::uint32_t hash_of(std::uint64_t number) {
  return static_cast<std::uint32_t>(number * 0x9e37'79b9'7f4a'7c15u >> 32);
}

// Eight bytes of a text.
inline std::uint64_t word_at(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}
// Word by word; the last one overlaps the one before. Each is mixed down, for the table looks at the low bits.
inline std::uint32_t hash_of(std::string_view text) {
  const std::size_t size = text.size();
  std::uint64_t hash = size;
  const auto mix = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * 0x9e37'79b9'7f4a'7c15u;
    hash ^= hash >> 32;
  };
  if (size < 8) {
    for (const char letter : text) mix(static_cast<std::uint8_t>(letter));
  } else {
    for (std::size_t at = 0; at + 8 < size; at += 8) mix(word_at(text.data() + at));
    mix(word_at(text.data() + size - 8));
  }
  return static_cast<std::uint32_t>(hash);
}
// In WebAssembly memcmp() looks at single bytes.
inline bool same_text(std::string_view a, std::string_view b) {
  const std::size_t size = a.size();
  if (size != b.size() || size < 8) return a == b;
  std::uint64_t differences = word_at(a.data() + size - 8) ^ word_at(b.data() + size - 8);
  for (std::size_t at = 0; at + 8 < size; at += 8) differences |= word_at(a.data() + at) ^ word_at(b.data() + at);
  return differences == 0;
}

class SlotIndex {
 public:
  // The entry with this hash for which `is_it(slot)` is true; no_slot: none.
  template <class IsIt>
  Slot find(std::uint32_t hash, IsIt&& is_it) const {
    if (entries_.empty()) return no_slot;
    for (std::size_t at = home(hash); entries_[at].slot != no_slot; at = after(at)) {
      if (entries_[at].hash == hash && is_it(entries_[at].slot)) return entries_[at].slot;
    }
    return no_slot;
  }
  void insert(std::uint32_t hash, Slot slot);
  void erase(std::uint32_t hash, Slot slot);  // one that is not there: no-op

 private:
  struct Entry {
    std::uint32_t hash = 0;
    Slot slot = no_slot;
  };
  std::size_t home(std::uint32_t hash) const { return hash & (entries_.size() - 1); }
  std::size_t after(std::size_t at) const { return (at + 1) & (entries_.size() - 1); }
  std::size_t distance(std::size_t from, std::size_t to) const { return (to - from) & (entries_.size() - 1); }
  void put(Entry entry);
  void resize(std::size_t size);

  std::vector<Entry> entries_;
  std::size_t count_ = 0;
};

}  // namespace wasmqtt
