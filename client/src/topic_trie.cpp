#include "wasmqtt/topic_trie.hpp"

#include <algorithm>
#include <utility>

namespace wasmqtt {
namespace {

// Splits off the first level; false when it was the last.
bool split(std::string_view& rest, std::string_view& level) {
  const std::size_t end = rest.find('/');
  level = rest.substr(0, end);
  if (end == std::string_view::npos) return false;
  rest.remove_prefix(end + 1);
  return true;
}

std::uint32_t hash_of(Slot parent, std::string_view level) {
  return wasmqtt::hash_of(std::uint64_t{parent} << 32 | wasmqtt::hash_of(level));
}

}  // namespace

TopicTrie::TopicTrie() { nodes_.add({}); }

Slot TopicTrie::child(Slot parent, std::string_view level) const {
  return children_.find(hash_of(parent, level), [&](Slot node) {
    return nodes_[node].parent == parent && nodes_[node].level == level;
  });
}

// Where the parent names this child itself; nullptr: it does not.
Slot* TopicTrie::wildcard(Slot parent, std::string_view level) {
  return level == "+" ? &nodes_[parent].plus : level == "#" ? &nodes_[parent].hash : nullptr;
}

Slot TopicTrie::add_child(Slot parent, std::string_view level) {
  Node child;
  child.parent = parent;
  child.level = level;
  const Slot node = nodes_.add(std::move(child));
  children_.insert(hash_of(parent, level), node);
  ++nodes_[parent].children;
  if (Slot* own = wildcard(parent, level)) *own = node;
  return node;
}

void TopicTrie::insert(std::string_view filter, std::uint32_t value) {
  Slot node = root;
  std::string_view level;
  for (bool more = true; more;) {
    more = split(filter, level);
    const Slot next = child(node, level);
    node = next != no_slot ? next : add_child(node, level);
  }
  auto& values = nodes_[node].values;
  if (std::find(values.begin(), values.end(), value) != values.end()) return;
  values.push_back(value);
  ++size_;
}

bool TopicTrie::erase(std::string_view filter, std::uint32_t value) {
  Slot node = root;
  std::string_view level;
  for (bool more = true; more;) {
    more = split(filter, level);
    node = child(node, level);
    if (node == no_slot) return false;
  }
  auto& values = nodes_[node].values;
  const auto at = std::find(values.begin(), values.end(), value);
  if (at == values.end()) return false;
  values.erase(at);
  --size_;
  prune(node);
  return true;
}

void TopicTrie::prune(Slot node) {
  while (node != root && nodes_[node].children == 0 && nodes_[node].values.empty()) {
    const Slot parent = nodes_[node].parent;
    children_.erase(hash_of(parent, nodes_[node].level), node);
    if (Slot* own = wildcard(parent, nodes_[node].level)) *own = no_slot;
    nodes_.remove(node);
    --nodes_[parent].children;
    node = parent;
  }
}

void TopicTrie::take_values(Slot node, std::vector<std::uint32_t>& values) const {
  if (node == no_slot) return;
  const auto& more = nodes_[node].values;
  values.insert(values.end(), more.begin(), more.end());
}

// Level by level, with the set of nodes reached so far: no recursion, however deep a topic is.
void TopicTrie::collect(std::string_view topic, std::vector<std::uint32_t>& values) const {
  bool wildcards = !topic.starts_with('$');
  here_.assign(1, root);
  std::string_view level;
  for (bool more = true; more && !here_.empty();) {
    more = split(topic, level);
    next_.clear();
    for (Slot node : here_) {
      const Node& at = nodes_[node];
      if (at.children == 0) continue;
      if (const Slot named = child(node, level); named != no_slot) next_.push_back(named);
      if (!wildcards) continue;
      if (at.plus != no_slot) next_.push_back(at.plus);
      take_values(at.hash, values);
    }
    here_.swap(next_);
    wildcards = true;
  }
  for (Slot node : here_) {
    take_values(node, values);
    take_values(nodes_[node].hash, values);  // "sport/#" matches "sport" too, 4.7.1.2
  }
}

}  // namespace wasmqtt
