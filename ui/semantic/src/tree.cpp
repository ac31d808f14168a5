#include "semantic/tree.hpp"

#include <algorithm>
#include <cstring>

namespace semantic {

namespace {
constexpr std::size_t block_size = 16 * 1024;
}

const char* role_name(Role role) {
  switch (role) {
    case Role::group: return "group";
    case Role::region: return "region";
    case Role::form: return "form";
    case Role::navigation: return "navigation";
    case Role::main: return "main";
    case Role::banner: return "banner";
    case Role::dialog: return "dialog";
    case Role::heading: return "heading";
    case Role::text: return "text";
    case Role::link: return "link";
    case Role::image: return "img";
    case Role::separator: return "separator";
    case Role::button: return "button";
    case Role::checkbox: return "checkbox";
    case Role::radio_group: return "radiogroup";
    case Role::radio: return "radio";
    case Role::textbox: return "textbox";
    case Role::list: return "list";
    case Role::list_item: return "listitem";
    case Role::log: return "log";
    case Role::table: return "table";
    case Role::row: return "row";
    case Role::column_header: return "columnheader";
    case Role::cell: return "cell";
    case Role::status: return "status";
    case Role::alert: return "alert";
    case Role::progress: return "progressbar";
    case Role::article: return "article";
    case Role::row_group: return "rowgroup";
    case Role::spin_button: return "spinbutton";
    case Role::combobox: return "combobox";
    case Role::list_box: return "listbox";
    case Role::option: return "option";
    case Role::menu_bar: return "menubar";
    case Role::menu: return "menu";
    case Role::menu_item: return "menuitem";
    case Role::menu_item_checkbox: return "menuitemcheckbox";
    case Role::tab_list: return "tablist";
    case Role::tab: return "tab";
    case Role::tooltip: return "tooltip";
  }
  return "group";
}

void Tree::Arena::reset() {
  block = used = 0;
  large.clear();
}

char* Tree::Arena::allocate(std::size_t size) {
  if (size > block_size / 4) {
    large.push_back({std::make_unique<char[]>(size), size});
    return large.back().first.get();
  }
  if (blocks.empty() || used + size > block_size) {
    if (!blocks.empty()) ++block;
    if (block >= blocks.size()) blocks.push_back(std::make_unique<char[]>(block_size));
    used = 0;
  }
  char* place = blocks[block].get() + used;
  used += size;
  return place;
}

void Tree::begin_frame() {
  nodes_.clear();
  lines_.clear();
  text_.reset();
  open_.clear();
  duplicates_ = 0;
  std::fill(seen_.begin(), seen_.end(), Id{0});
}

bool Tree::note_id(Id id) {
  const std::size_t wanted = (nodes_.size() + 1) * 2;
  if (seen_.size() < wanted) {
    std::size_t size = 256;
    while (size < wanted * 2) size *= 2;
    seen_.assign(size, 0);
    for (const Node& node : nodes_) {
      std::size_t slot = node.id & (size - 1);
      while (seen_[slot] != 0 && seen_[slot] != node.id) slot = (slot + 1) & (size - 1);
      seen_[slot] = node.id;
    }
  }
  std::size_t slot = id & (seen_.size() - 1);
  while (seen_[slot] != 0) {
    if (seen_[slot] == id) return false;
    slot = (slot + 1) & (seen_.size() - 1);
  }
  seen_[slot] = id;
  return true;
}

int Tree::add(const Node& node) {
  if (!note_id(node.id)) ++duplicates_;
  Node copy = node;
  copy.parent = open_.empty() ? -1 : open_.back();
  copy.name = keep(node.name);
  copy.description = keep(node.description);
  copy.value = keep(node.value);
  copy.placeholder = keep(node.placeholder);
  copy.href = keep(node.href);
  copy.autocomplete = keep(node.autocomplete);
  copy.lines = keep(node.lines);
  nodes_.push_back(copy);
  return static_cast<int>(nodes_.size()) - 1;
}

int Tree::open(const Node& node) {
  const int index = add(node);
  open_.push_back(index);
  return index;
}

void Tree::close() {
  IM_ASSERT(!open_.empty() && "a container was closed twice");
  if (!open_.empty()) open_.pop_back();
}

bool Tree::contains(Id id) const {
  if (seen_.empty()) return false;
  std::size_t slot = id & (seen_.size() - 1);
  while (seen_[slot] != 0 && seen_[slot] != id) slot = (slot + 1) & (seen_.size() - 1);
  return seen_[slot] == id;
}

const Node* Tree::find(Id id) const {
  for (const Node& node : nodes_)
    if (node.id == id) return &node;
  return nullptr;
}

const Node* Tree::find(Role role, std::string_view name) const {
  for (const Node& node : nodes_)
    if (node.role == role && node.name == name) return &node;
  return nullptr;
}

std::string_view Tree::keep(std::string_view text) {
  if (text.empty()) return {};
  char* place = text_.allocate(text.size());
  std::memcpy(place, text.data(), text.size());
  return {place, text.size()};
}

std::span<const TextLine> Tree::keep(std::span<const TextLine> lines) {
  if (lines.empty()) return {};
  lines_.push_back(std::make_unique<TextLine[]>(lines.size()));
  TextLine* place = lines_.back().get();
  for (std::size_t i = 0; i < lines.size(); ++i)
    place[i] = {keep(lines[i].text), keep(lines[i].href), lines[i].rect};
  return {place, lines.size()};
}

}  // namespace semantic
