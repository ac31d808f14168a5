#include "semantic/tree.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace semantic;

TEST_CASE("nodes keep submission order and nest") {
  Tree tree;
  tree.begin_frame();
  const int list = tree.open({.id = 1, .role = Role::list, .name = "Chats"});
  const int item = tree.open({.id = 2, .role = Role::list_item});
  tree.add({.id = 3, .role = Role::button, .name = "peter"});
  tree.close();
  tree.close();
  tree.add({.id = 4, .role = Role::button, .name = "Add Chat"});
  REQUIRE(tree.nodes().size() == 4);
  CHECK(tree.at(item).parent == list);
  CHECK(tree.nodes()[2].parent == item);
  CHECK(tree.nodes()[3].parent == -1);
  CHECK(tree.find(Role::button, "peter") == &tree.nodes()[2]);
  CHECK(tree.find(Role::button, "paul") == nullptr);
}

TEST_CASE("strings are copied") {
  Tree tree;
  tree.begin_frame();
  std::string name = "first " + std::string(20000, 'x');
  tree.add({.id = 1, .role = Role::text, .name = name});
  name.assign(name.size(), '?');
  CHECK(tree.nodes()[0].name.substr(0, 7) == "first x");
  CHECK(tree.nodes()[0].name.size() == 20006);
  tree.begin_frame();
  CHECK(tree.nodes().empty());
}

TEST_CASE("a second node with the same id is counted") {
  Tree tree;
  tree.begin_frame();
  for (Id id = 1; id <= 1000; ++id) tree.add({.id = id * 7919u});
  CHECK(tree.duplicates() == 0);
  CHECK(tree.contains(7919u));
  CHECK_FALSE(tree.contains(7918u));
  tree.add({.id = 7919u * 500u});
  CHECK(tree.duplicates() == 1);
}
