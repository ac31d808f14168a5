// The topics that messages came with of late, and the subscriptions that they matched. Most messages bear a topic that has
// been before, and comparing it is quicker than walking through the trie.
//
// Of fixed size, and nothing here allocates but the first remember(). A long topic, or one with many subscriptions, is
// not kept.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

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

  // nullptr: not kept. Valid until the next call of another function.
  const Entry* find(std::string_view topic) const {
    if (entries_.empty() || topic.size() > Entry::longest) return nullptr;
    const Entry& entry = entries_[place(topic)];
    return entry.size == topic.size() && std::memcmp(entry.topic.data(), topic.data(), topic.size()) == 0 ? &entry
                                                                                                        : nullptr;
  }

  void remember(std::string_view topic, std::span<const std::uint32_t> subscriptions) {
    if (topic.empty() || topic.size() > Entry::longest || subscriptions.size() > Entry::most) return;
    if (entries_.empty()) entries_.resize(places);
    Entry& entry = entries_[place(topic)];
    entry.count = 0;
    for (std::uint32_t number : subscriptions) entry.subscriptions[entry.count++] = number;
    entry.size = static_cast<std::uint8_t>(topic.size());
    std::memcpy(entry.topic.data(), topic.data(), topic.size());
  }

  // A subscription came or went.
  void forget() { entries_.clear(); }

 private:
  static constexpr std::size_t places = 128;

  // Where a topic lies if it is kept; another one with the same place takes it over.
  static std::size_t place(std::string_view topic) {
    std::uint64_t hash = topic.size();
    for (std::size_t at = 0; at < topic.size(); at += 8) {
      std::uint64_t word = 0;
      if (topic.size() - at >= 8) std::memcpy(&word, topic.data() + at, 8);
      else std::memcpy(&word, topic.data() + at, topic.size() - at);
      hash = (hash ^ word) * 0x9e37'79b9'7f4a'7c15;
      hash ^= hash >> 32;
    }
    return static_cast<std::size_t>(hash % places);
  }

  std::vector<Entry> entries_;
};

}  // namespace wasmqtt
