// The semantic tree of one frame, in submission order, with nesting.
//
// Widgets add nodes while they draw; containers open and close around their children. Submission order is reading
// order and Tab order.
//
//   tree.begin_frame();
//   int list = tree.open({.id = 1, .role = Role::list, .name = "Chats"});
//   tree.add({.id = 2, .role = Role::button, .name = "peter"});
//   tree.close();
//
// Strings given to add() are copied into the tree; the caller may free its own immediately. Two nodes with one id in one
// frame are a bug of the caller; they are counted in `duplicates()`, and a test asserts that there are none.
#pragma once

#include "semantic/node.hpp"

#include <memory>
#include <vector>

namespace semantic {

class Tree {
 public:
  void begin_frame();

  int add(const Node& node);   ///< Returns the node's index.
  int open(const Node& node);  ///< Adds a node; what follows is nested in it until close().
  void close();
  Node& at(int index) { return nodes_[static_cast<std::size_t>(index)]; }

  const std::vector<Node>& nodes() const { return nodes_; }
  bool contains(Id id) const;  ///< In this frame; O(1).
  const Node* find(Id id) const;
  /// The first node with this role and exact name; null when there is none. For tests and tools.
  const Node* find(Role role, std::string_view name) const;
  int duplicates() const { return duplicates_; }

  /// Copies into the tree; the view lives as long as this frame's nodes.
  std::string_view keep(std::string_view text);
  std::span<const TextLine> keep(std::span<const TextLine> lines);

 private:
  struct Arena {
    std::vector<std::unique_ptr<char[]>> blocks;
    std::size_t block = 0, used = 0;
    std::vector<std::pair<std::unique_ptr<char[]>, std::size_t>> large;
    void reset();
    char* allocate(std::size_t size);
  };
  std::vector<Node> nodes_;
  std::vector<std::unique_ptr<TextLine[]>> lines_;
  Arena text_;
  std::vector<int> open_;
  std::vector<Id> seen_;  // an open-addressing set of this frame's ids
  int duplicates_ = 0;
  bool note_id(Id id);
};

}  // namespace semantic
