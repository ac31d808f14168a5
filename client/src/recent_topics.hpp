// A cache of recent topics and the subscriptions that they matched: most messages have a topic that was used before, and
// comparing is quicker than walking the trie.
//
// Fixed size; only the first remember() allocates. A long topic, or one with many subscriptions, is not cached.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "wasmqtt/slot_index.hpp"

namespace wasmqtt {

class RecentTopics {
 public:
  struct Entry {
    static constexpr std::size_t most = 4;
    static constexpr std::size_t longest = 64;
    std::array<std::uint32_t, most> subscriptions{};
    std::uint8_t count = 0;
    std::uint8_t size = 0;  // 0: free; a topic has at least one character
    std::array<char, longest> topic{};
  };

  // nullptr: not cached. Valid until the next call of another function.
  const Entry* find(std::string_view topic) const {
    if (entries_.empty() || topic.size() > Entry::longest) return nullptr;
    const Entry& entry = entries_[slot(topic)];
    return same_text({entry.topic.data(), entry.size}, topic) ? &entry : nullptr;
  }

  void remember(std::string_view topic, std::span<const std::uint32_t> subscriptions) {
    if (topic.empty() || topic.size() > Entry::longest || subscriptions.size() > Entry::most) return;
    if (entries_.empty()) entries_.resize(slots);
    Entry& entry = entries_[slot(topic)];
    entry.count = 0;
    for (std::uint32_t number : subscriptions) entry.subscriptions[entry.count++] = number;
    entry.size = static_cast<std::uint8_t>(topic.size());
    std::memcpy(entry.topic.data(), topic.data(), topic.size());
  }

  // A subscription came or went.
  void forget() { entries_.clear(); }

 private:
  static constexpr std::size_t slots = 128;

  // Another topic with the same slot replaces it.
  static std::size_t slot(std::string_view topic) { return hash_of(topic) % slots; }

  std::vector<Entry> entries_;
};

}  // namespace wasmqtt
