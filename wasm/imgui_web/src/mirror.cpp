#include "mirror.hpp"

#include "backend.hpp"

#include <cmath>
#include <cstring>
#include <utility>

using semantic::Id;
using semantic::Node;
using semantic::Rect;
using semantic::TextLine;

namespace {

// What js/mirror.js reads, four bytes a field; keep the two in step.
struct Text {
  const char* data;
  int size;
};
struct LineRecord {
  Text text, href;
  Rect rect;
};
struct NodeRecord {
  Id id, parent, previous;
  int role;
  std::uint32_t states;
  Rect rect;
  float clip_top, clip_right, clip_bottom, clip_left;
  Text name, description, value, placeholder, href, autocomplete;
  const LineRecord* lines;
  int line_count;
  int level, set_size, position;
  float progress, font_size, line_height, padding_x, padding_y;
  int font;
  float content_height, scroll_y;
  int set_value, set_scroll;
  float end_room;
};
static_assert(sizeof(NodeRecord) == 41 * 4 && sizeof(LineRecord) == 8 * 4);

constexpr std::uint32_t state_inert = 1u << 31;

Text text(std::string_view view) { return {view.data(), static_cast<int>(view.size())}; }

struct Hash {
  std::uint64_t value = 1469598103934665603ull;
  void add(std::uint64_t v) { value = (value ^ v) * 0x9E3779B97F4A7C15ull, value ^= value >> 29; }
  void add(float v) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &v, sizeof bits);
    add(static_cast<std::uint64_t>(bits));
  }
  void add(const Rect& r) { add(r.x), add(r.y), add(r.w), add(r.h); }
  void add(std::string_view s) {
    add(static_cast<std::uint64_t>(s.size()));
    for (const char c : s) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  }
};

}  // namespace

extern "C" {
void imgui_web_node(const NodeRecord* record, int is_new, int moved);
void imgui_web_remove(Id id);
void imgui_web_patched();
void imgui_web_focus(Id id, int select_all);
void imgui_web_check_again(Id id);
int imgui_web_find_from(Id log, int low, int anew);
void imgui_web_find_add(const char* text, int length);
void imgui_web_find_hide(int first, int end);
}

namespace imgui_web {

namespace {

// A part that sticks out of its window is cut off, unless a scroll container of the browser does it.
void set_clip(NodeRecord& record, const Node& node, bool inside_scroll) {
  record.clip_top = record.clip_right = record.clip_bottom = record.clip_left = 0;
  if (inside_scroll || node.clip.w <= 0) return;
  const auto over = [](float by) { return by > 0.5f ? by : 0.0f; };
  record.clip_top = over(node.clip.y - node.rect.y);
  record.clip_left = over(node.clip.x - node.rect.x);
  record.clip_right = over(node.rect.max().x - node.clip.max().x);
  record.clip_bottom = over(node.rect.max().y - node.clip.max().y);
}

bool takes_text(semantic::Role role) { return role == semantic::Role::textbox || role == semantic::Role::spin_button; }

std::uint64_t content_hash(const NodeRecord& r, const Node& node) {
  Hash hash;
  hash.add(static_cast<std::uint64_t>(r.states) << 8 | static_cast<std::uint64_t>(r.role));
  hash.add(r.rect);
  hash.add(Rect{r.clip_top, r.clip_right, r.clip_bottom, r.clip_left});
  for (const std::string_view s : {node.name, node.description, node.placeholder, node.href, node.autocomplete}) hash.add(s);
  if (!takes_text(node.role)) hash.add(node.value);
  for (int i = 0; i < r.line_count; ++i) {
    hash.add(node.lines[static_cast<std::size_t>(i)].text);
    hash.add(node.lines[static_cast<std::size_t>(i)].href);
    hash.add(r.lines[i].rect);
  }
  for (const int v : {r.level, r.set_size, r.position, r.font}) hash.add(static_cast<std::uint64_t>(v));
  for (const float v : {r.progress, r.font_size, r.line_height, r.padding_x, r.padding_y, r.end_room, r.content_height}) hash.add(v);
  return hash.value;
}

struct Packer {
  const semantic::Tree& tree;
  std::vector<LineRecord> lines;

  Rect relative(const Node& node) const {
    Rect r = node.rect;
    if (node.parent < 0) return r;
    const Node& parent = tree.nodes()[static_cast<std::size_t>(node.parent)];
    r.x -= parent.rect.x;
    r.y -= parent.rect.y;
    if (parent.is(semantic::state_scrolls)) r.y += std::round(parent.scroll_y);
    return r;
  }

  bool inside_scroll(const Node& node) const {
    for (int at = node.parent; at >= 0; at = tree.nodes()[static_cast<std::size_t>(at)].parent)
      if (tree.nodes()[static_cast<std::size_t>(at)].is(semantic::state_scrolls)) return true;
    return false;
  }

  NodeRecord pack(const Node& node) {
    lines.clear();
    for (const TextLine& line : node.lines)
      lines.push_back({text(line.text), text(line.href),
                       {line.rect.x - node.rect.x, line.rect.y - node.rect.y, line.rect.w, line.rect.h}});
    NodeRecord r{};
    r.id = node.id;
    r.role = static_cast<int>(node.role);
    r.states = node.states;
    r.rect = relative(node);
    set_clip(r, node, inside_scroll(node));
    r.name = text(node.name), r.description = text(node.description), r.value = text(node.value);
    r.placeholder = text(node.placeholder), r.href = text(node.href), r.autocomplete = text(node.autocomplete);
    r.lines = lines.data(), r.line_count = static_cast<int>(lines.size());
    r.level = node.level, r.set_size = node.set_size, r.position = node.position;
    r.progress = node.progress, r.font_size = node.font_size, r.line_height = node.line_height;
    r.padding_x = node.padding_x, r.padding_y = node.padding_y, r.font = node.font;
    r.content_height = node.content_height, r.scroll_y = node.scroll_y, r.end_room = node.end_room;
    return r;
  }
};

// What a modal node covers: everything that is neither in it nor around it.
void mark_inert(const std::vector<Node>& nodes, std::vector<unsigned char>& inert) {
  inert.assign(nodes.size(), 0);
  int modal = -1;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].is(semantic::state_modal)) modal = static_cast<int>(i);
  if (modal < 0) return;
  std::vector<unsigned char> around(nodes.size(), 0);
  for (int at = modal; at >= 0; at = nodes[static_cast<std::size_t>(at)].parent) around[static_cast<std::size_t>(at)] = 1;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const int parent = nodes[i].parent;
    const bool beside = parent < 0 || (parent != modal && around[static_cast<std::size_t>(parent)]);
    inert[i] = beside && !around[i];
  }
}

}  // namespace

void Mirror::remove_gone(const semantic::Tree& tree) {
  gone_.clear();
  for (const Node& node : tree.nodes())
    if (const auto it = known_.find(node.id); it != known_.end()) it->second.seen = frame_;
  for (const auto& [id, known] : known_)
    if (known.seen != frame_) gone_.push_back(id);
  for (const Id id : gone_) {
    imgui_web_remove(id);
    known_.erase(id);
    dom_.erase(id);
  }
}

void Mirror::patch(const semantic::Tree& tree) {
  ++frame_;
  const std::vector<Node>& nodes = tree.nodes();
  remove_gone(tree);
  mark_inert(nodes, inert_);
  last_child_.assign(nodes.size() + 1, 0);
  Packer packer{tree, {}};
  bool touched = !gone_.empty();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    const auto [it, is_new] = known_.try_emplace(node.id);
    Known& known = it->second;
    NodeRecord r = packer.pack(node);
    if (inert_[i]) r.states |= state_inert;
    r.parent = node.parent < 0 ? 0 : nodes[static_cast<std::size_t>(node.parent)].id;
    Id& last = last_child_[static_cast<std::size_t>(node.parent + 1)];
    r.previous = std::exchange(last, node.id);
    const std::uint64_t content = content_hash(r, node) | 1;
    const bool moved = is_new || known.parent != r.parent || known.previous != r.previous;
    if (takes_text(node.role)) {
      Dom& dom = dom_[node.id];
      r.set_value = is_new || dom.value != node.value;
      if (r.set_value) dom.value = node.value;
    }
    if (node.is(semantic::state_scrolls)) {
      Dom& dom = dom_[node.id];
      r.set_scroll = is_new || std::abs(dom.scroll - node.scroll_y) > 0.75f;
      if (r.set_scroll) dom.scroll = node.scroll_y;
    }
    if (!moved && content == known.content && !r.set_value && !r.set_scroll) continue;
    known = {r.parent, r.previous, content, frame_};
    imgui_web_node(&r, is_new, moved);
    touched = true;
  }
  if (touched) imgui_web_patched();
}

bool Mirror::note_dom_scroll(Id id, float y) {
  Dom& dom = dom_[id];
  if (std::abs(dom.scroll - y) < 0.5f) return false;
  dom.scroll = y;
  return true;
}

void Mirror::forget() {
  for (auto& [id, known] : known_) known.content = 0;
  for (auto& [id, dom] : dom_) dom.scroll = -1;
}

void Mirror::focus(Id id, bool select_all) { imgui_web_focus(id, select_all); }

// The newest items; each is an element.
void Mirror::offer(const semantic::Findable& now) {
  constexpr int most_items = 2000;
  constexpr std::size_t most_bytes = 256 * 1024;
  const bool anew = now.log != offered_.log || now.version != offered_.version || now.count < offered_.count;
  if (!anew && now.count == offered_.count && now.first_drawn == offered_.first_drawn && now.end_drawn == offered_.end_drawn)
    return;
  offered_ = {now.log, now.count, now.first_drawn, now.end_drawn, now.version};
  int low = now.count;
  for (std::size_t bytes = 0; low > 0 && now.count - low < most_items; --low)
    if ((bytes += now.text(low - 1).size()) > most_bytes) break;
  const int missing = imgui_web_find_from(now.log, low, anew);
  if (missing < 0) return;
  for (int i = missing; i < now.count; ++i) {
    const std::string_view words = now.text(i);
    imgui_web_find_add(words.data(), static_cast<int>(words.size()));
  }
  imgui_web_find_hide(now.first_drawn, now.end_drawn);
}

void Mirror::rest(const semantic::Findable& findable) {
  offer(findable);
  for (const Id id : toggled_) imgui_web_check_again(id);
  toggled_.clear();
}

}  // namespace imgui_web

using imgui_web::backend;

extern "C" {

// Where JavaScript puts a text, and the numbers of imgui_web_on_text; each is overwritten by the next.
EMSCRIPTEN_KEEPALIVE wasmqtt::Room* imgui_web_room() { return &backend().room; }

EMSCRIPTEN_KEEPALIVE float* imgui_web_numbers() {
  static float numbers[4];
  return numbers;
}

EMSCRIPTEN_KEEPALIVE void imgui_web_on_activate(Id id) {
  backend().ui.handle_activate(id);
  imgui_web::respond();
}

// A click of the pointer, which ImGui has got as press and release.
EMSCRIPTEN_KEEPALIVE void imgui_web_on_clicked() { imgui_web::respond(); }

EMSCRIPTEN_KEEPALIVE void imgui_web_on_toggled(Id id) { backend().mirror.note_toggled(id); }

EMSCRIPTEN_KEEPALIVE void imgui_web_on_focus(Id id, int visible) {
  backend().ui.handle_focus(id);
  backend().ui.handle_focus_visible(visible);
  imgui_web::want(1);
}

// Numbers: selection begin and end, in bytes; scroll x and y in CSS pixels. Painted: the browser shows it by itself, and the
// field has room for it.
EMSCRIPTEN_KEEPALIVE void imgui_web_on_text(Id id, const float* numbers, int painted) {
  const auto number = [&](int i) { return static_cast<int>(numbers[i]); };
  std::string value(backend().room.text());
  backend().mirror.note_dom_value(id, value);
  backend().ui.handle_text({.id = id, .text = std::move(value), .selection_begin = number(0),
                            .selection_end = number(1), .scroll_x = numbers[2], .scroll_y = numbers[3]});
  if (painted) imgui_web::respond_after_paint();
  else imgui_web::respond();
}

EMSCRIPTEN_KEEPALIVE void imgui_web_on_submit(Id id) {
  backend().ui.handle_submit(id);
  imgui_web::respond();
}

EMSCRIPTEN_KEEPALIVE void imgui_web_on_escape() {
  backend().ui.handle_escape();
  imgui_web::respond();
}

EMSCRIPTEN_KEEPALIVE void imgui_web_on_found(int item) {
  backend().ui.handle_found(item);
  imgui_web::respond();
}

EMSCRIPTEN_KEEPALIVE void imgui_web_on_row(Id rows, int row) {
  backend().ui.handle_row(rows, row);
  imgui_web::respond();
}

EMSCRIPTEN_KEEPALIVE void imgui_web_on_scroll(Id id, float y) {
  if (!backend().mirror.note_dom_scroll(id, y)) return;
  backend().ui.handle_scroll(id, y);
  backend().scrolled = true;
  // The second knows what lies under the pointer now: ImGui looks for that where things were in the frame before.
  imgui_web::want(2);
}
}
