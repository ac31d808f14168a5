#include "wasmqtt/topic_trie.hpp"

#include <algorithm>

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

}  // namespace

TopicTrie::TopicTrie() { nodes_.emplace_back(); }

std::size_t TopicTrie::EdgeHash::operator()(const Edge& edge) const {
  const std::size_t parent = (edge.parent + 1) * std::size_t{0x9e37'79b9};
  return std::hash<std::string_view>{}(edge.level) ^ (parent + (parent >> 7));
}

TopicTrie::NodeIndex TopicTrie::child(NodeIndex parent, std::string_view level) const {
  const auto found = edges_.find(Edge{parent, level});
  return found == edges_.end() ? none : found->second;
}

// Where the parent names this child itself; nullptr: it does not.
TopicTrie::NodeIndex* TopicTrie::wildcard(NodeIndex parent, std::string_view level) {
  return level == "+" ? &nodes_[parent].plus : level == "#" ? &nodes_[parent].hash : nullptr;
}

TopicTrie::NodeIndex TopicTrie::add_child(NodeIndex parent, std::string_view level) {
  NodeIndex index;
  if (free_nodes_.empty()) {
    index = static_cast<NodeIndex>(nodes_.size());
    nodes_.emplace_back();
  } else {
    index = free_nodes_.back();
    free_nodes_.pop_back();
  }
  Node& node = nodes_[index];
  node.parent = parent;
  node.level = level;
  edges_.emplace(Edge{parent, node.level}, index);
  ++nodes_[parent].children;
  if (NodeIndex* own = wildcard(parent, level)) *own = index;
  return index;
}

void TopicTrie::insert(std::string_view filter, std::uint32_t value) {
  NodeIndex node = root;
  std::string_view level;
  for (bool more = true; more;) {
    more = split(filter, level);
    const NodeIndex next = child(node, level);
    node = next != none ? next : add_child(node, level);
  }
  auto& values = nodes_[node].values;
  if (std::find(values.begin(), values.end(), value) != values.end()) return;
  values.push_back(value);
  ++size_;
}

bool TopicTrie::erase(std::string_view filter, std::uint32_t value) {
  NodeIndex node = root;
  std::string_view level;
  for (bool more = true; more;) {
    more = split(filter, level);
    node = child(node, level);
    if (node == none) return false;
  }
  auto& values = nodes_[node].values;
  const auto at = std::find(values.begin(), values.end(), value);
  if (at == values.end()) return false;
  values.erase(at);
  --size_;
  prune(node);
  return true;
}

void TopicTrie::prune(NodeIndex node) {
  while (node != root && nodes_[node].children == 0 && nodes_[node].values.empty()) {
    const NodeIndex parent = nodes_[node].parent;
    edges_.erase(Edge{parent, nodes_[node].level});
    if (NodeIndex* own = wildcard(parent, nodes_[node].level)) *own = none;
    nodes_[node] = Node{};
    free_nodes_.push_back(node);
    --nodes_[parent].children;
    node = parent;
  }
}

void TopicTrie::take_values(NodeIndex node, std::vector<std::uint32_t>& values) const {
  if (node == none) return;
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
    for (NodeIndex node : here_) {
      const Node& at = nodes_[node];
      if (at.children == 0) continue;
      if (const NodeIndex named = child(node, level); named != none) next_.push_back(named);
      if (!wildcards) continue;
      if (at.plus != none) next_.push_back(at.plus);
      take_values(at.hash, values);
    }
    here_.swap(next_);
    wildcards = true;
  }
  for (NodeIndex node : here_) {
    take_values(node, values);
    take_values(nodes_[node].hash, values);  // "sport/#" matches "sport" too, 4.7.1.2
  }
}

}  // namespace wasmqtt
