// Which subscriptions does this topic match? In time that depends on the topic's levels, not on how many there are.
//
//   TopicTrie trie;
//   trie.insert("news/#", 7);
//   trie.match("news/sport", [](std::uint32_t value) { ... });  // 7
//
// Nodes lie in one table, children in one hash table keyed by parent and level, so 100,000 filters cost one hash look-up
// for each level. match() does not allocate. Filters must have passed check_topic_filter().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wasmqtt/slot_table.hpp"

namespace wasmqtt {

class TopicTrie {
 public:
  TopicTrie();

  // Several values may share a filter. Inserting the same pair twice keeps one.
  void insert(std::string_view filter, std::uint32_t value);
  // False when there was no such pair.
  bool erase(std::string_view filter, std::uint32_t value);
  // Pairs held.
  std::size_t size() const { return size_; }

  // Calls visit(value) once for each matching pair; rule [MQTT-4.7.2-1] holds. The trie may change meanwhile: the
  // visits are those of the moment of the call.
  template <class Visit>
  void match(std::string_view topic, Visit&& visit) const {
    std::vector<std::uint32_t> values = std::move(spare_);
    values.clear();
    collect(topic, values);
    for (std::uint32_t value : values) visit(value);
    spare_ = std::move(values);
  }

 private:
  static constexpr Slot root = 0;

  struct Node {
    Slot parent = no_slot;
    std::uint32_t children = 0;
    Slot plus = no_slot;  // the children "+" and "#", which every topic that comes by has to look for
    Slot hash = no_slot;
    std::vector<std::uint32_t> values{};  // of the filters that end here
    std::string level{};
  };
  Slot child(Slot parent, std::string_view level) const;
  Slot add_child(Slot parent, std::string_view level);
  void prune(Slot node);
  void collect(std::string_view topic, std::vector<std::uint32_t>& values) const;
  Slot* wildcard(Slot parent, std::string_view level);
  void take_values(Slot node, std::vector<std::uint32_t>& values) const;

  SlotTable<Node> nodes_;
  SlotIndex children_;  // by parent and level
  std::size_t size_ = 0;
  // Reused from match to match; a match inside a match finds an empty one.
  mutable std::vector<std::uint32_t> spare_;
  mutable std::vector<Slot> here_;
  mutable std::vector<Slot> next_;
};

}  // namespace wasmqtt
