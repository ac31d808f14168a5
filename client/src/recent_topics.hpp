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
    return entry.size == topic.size() && same(entry.topic.data(), topic.data(), topic.size()) ? &entry : nullptr;
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

  static std::uint64_t word_at(const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
  }

  // In WebAssembly memcmp() looks at single bytes.
  static bool same(const char* a, const char* b, std::size_t size) {
    if (size < 8) return std::memcmp(a, b, size) == 0;
    std::uint64_t differences = word_at(a + size - 8) ^ word_at(b + size - 8);
    for (std::size_t at = 0; at + 8 < size; at += 8) differences |= word_at(a + at) ^ word_at(b + at);
    return differences == 0;
  }

  // The slot of a topic; another one with the same slot reslots it.
  static std::size_t slot(std::string_view topic) {
    const std::size_t size = topic.size();
    std::uint64_t hash = size;
    const auto mix = [&hash](std::uint64_t word) {
      hash = (hash ^ word) * 0x9e37'79b9'7f4a'7c15;
      hash ^= hash >> 32;
    };
    if (size < 8) {
      for (char c : topic) mix(static_cast<unsigned char>(c));
    } else {
      for (std::size_t at = 0; at + 8 < size; at += 8) mix(word_at(topic.data() + at));
      mix(word_at(topic.data() + size - 8));
    }
    return static_cast<std::size_t>(hash % slots);
  }

  std::vector<Entry> entries_;
};

}  // namespace wasmqtt
