#include "outgoing_aliases.hpp"

#include <algorithm>

namespace wasmqtt {

void OutgoingAliases::start(std::size_t maximum) {
  maximum_ = maximum;
  uses_ = 0;
  entries_.clear();
  by_topic_ = {};
}

OutgoingAliases::Alias OutgoingAliases::find(std::string_view topic) const {
  if (maximum_ == 0) return {};
  const Slot known = by_topic_.find(hash_of(topic), [&](Slot slot) { return entries_[slot].topic == topic; });
  if (known != no_slot) return {static_cast<std::uint16_t>(known + 1), true};
  if (entries_.size() < maximum_) return {static_cast<std::uint16_t>(entries_.size() + 1), false};
  const auto oldest =
      std::min_element(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.used < b.used; });
  return {static_cast<std::uint16_t>(oldest - entries_.begin() + 1), false};
}

void OutgoingAliases::use(Alias alias, std::string_view topic) {
  const Slot slot = alias.number - 1u;
  if (slot == entries_.size()) entries_.emplace_back();
  Entry& entry = entries_[slot];
  entry.used = ++uses_;
  if (alias.known) return;
  if (!entry.topic.empty()) by_topic_.erase(hash_of(entry.topic), slot);
  entry.topic.assign(topic);
  by_topic_.insert(hash_of(topic), slot);
}

}  // namespace wasmqtt
