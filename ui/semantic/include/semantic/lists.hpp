// Lists, logs and tables, the long ones virtualised: only what is seen is drawn and mirrored.
//
//   { auto chats = semantic::list(ui, "Chats");
//     for (const Chat& chat : state.chats) {
//       auto item = semantic::list_item(ui, chat.partner, 64, {.selected = chat.open});
//       if (item.activated) intents.open(chat.partner);
//       semantic::draw_text(ui, {item.rect.x + 56, item.rect.y + 12}, chat.partner, TextStyle::body_strong, ...);
//     } }
//
//   semantic::log(ui, "Messages", view.log, messages.size(), [&](int i) { draw_bubble(messages[i]); });
#pragma once

#include "semantic/buttons.hpp"
#include "semantic/containers.hpp"

#include <functional>
#include <memory>
#include <string>
#include <type_traits>

namespace semantic {

/// A borrowed callable; lives no longer than the call it is passed to.
template <class Signature> class FunctionRef;
template <class R, class... A> class FunctionRef<R(A...)> {
 public:
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef>)
  FunctionRef(F&& f)  // NOLINT: implicit as a std::function is
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))),
        call_([](void* object, A... a) -> R { return (*static_cast<std::remove_reference_t<F>*>(object))(a...); }) {}
  R operator()(A... a) const { return call_(object_, a...); }

 private:
  void* object_;
  R (*call_)(void*, A...);
};

/// role=list; arrow keys move between the items.
Scope list(Ui& ui, std::string_view name);

struct ItemOptions {
  bool selected = false;         // aria-current
  std::string_view description = {};  // what the drawn content says beyond the name: "2 unread, see you, 10:42"
  int position = 0, set_size = 0;
};
/// One row of a list: role=listitem holding a button named `name`. Draws the surface; the content is yours.
SurfaceResult list_item(Ui& ui, std::string_view name, float height, const ItemOptions& options = {});

/// What a log remembers between frames; one per conversation. Heights are measured when an item is first seen and
/// estimated before, and the item at the top stays where it is when an estimate above it is corrected.
class LogState {
 public:
  bool at_bottom() const { return stick_; }
  void jump_to_latest() { stick_ = true; }
  void scroll_to(int index) { target_ = index; stick_ = false; }
  /// The height of item `index` may have changed (its text or state did). Cheap.
  void item_changed(int index);
  /// The first `count` items are gone, and the others have moved up: what is in sight stays there.
  void dropped_first(int count);
  void clear();
  float scroll_y() const { return scroll_; }
  /// The last item that is in sight to its end, or fills the sight; -1: none was drawn.
  int last_in_sight() const { return last_in_sight_; }

 private:
  friend class LogView;
  std::vector<float> heights_;   // negative: an estimate
  float width_ = 0;
  float scroll_ = 0;
  int target_ = -1;
  int anchor_ = -1;
  float anchor_offset_ = 0;
  int last_in_sight_ = -1;
  bool pinned_ = false;          // the anchor stays what scroll_to() made it, until the user scrolls
  bool stick_ = true;
  int count_ = -1;               // in the last frame; -1: there was none
  int fresh_ = 0;                // the first item of the latest to come
  double fresh_since_ = -1;      // ImGui::GetTime()
};

struct ItemWords {
  std::string name = {};
  bool quiet = false;
};

struct LogOptions {
  ImVec2 size = {0, 0};
  ImVec2 padding = {16, 12};
  float estimated_height = 64;
  float gap = 4;                  // between items
  float max_content_width = 0;    // centred column on wide windows; 0: none
  bool from_bottom = false;       // a few items stand where the next one comes, not at the top
  /// Who says item i, and when: what stands before its text where several items are copied.
  std::function<std::string(int)> speaker = {};
  /// The text of item i, for the platform's find-in-page, which else finds only what is in sight. Called after the frame.
  std::function<std::string_view(int)> text = {};
  std::uint64_t text_version = 0; // another one when the texts have changed, other than by new ones at the end
  /// The accessible name of item i's article, by which it is announced (politely) when it comes while the end is in sight;
  /// unless that needs no announcement. Without this nothing is announced. Called for what is drawn or announced.
  std::function<ItemWords(int)> words = {};
};
/// role=log in a scroll area, stuck to the bottom unless scrolled up. `draw(i)` draws item i at ImGui's cursor, full
/// width, and its height is what it used; each item is an article with its position.
void log(Ui& ui, std::string_view name, LogState& state, int count, FunctionRef<void(int)> draw,
         const LogOptions& options = {});

struct Column {
  std::string_view name = {};
  float width = 0;        // CSS pixels; 0: shares what is left by `weight`
  float weight = 1;
  bool right = false;     // numbers
  TextStyle style = TextStyle::small;
  float hide_below = 0;   // the column goes where the table is narrower than this
  float icon_below = 0;   // its cells show their icons alone where the table is narrower than this
  bool keep_end = false;  // a text that is too long loses its beginning: "…/alice/bob"
};

struct TableState {
  bool stick_to_bottom = true;
  float scroll = 0;
  int scroll_to = -1;     // a row to bring into sight, then -1 again
  int focused = -1;       // the row that has the focus keeps it when it is scrolled out of sight
};

struct TableOptions {
  ImVec2 size = {0, 0};
  float row_height = 32;
  int selected = -1;
  std::function<bool(int)> marked = {};  // rows that belong to the one that is pointed at or selected
};

/// What a cell shows; strings are copied immediately.
struct Cell {
  std::string_view text = {};
  std::optional<Color> color = {};
  Icon icon = Icon::none;
  std::string_view spoken = {};   // when the text alone does not say it
  bool keep_start = false;        // in a column that keeps ends
};

struct TableResult {
  int activated = -1;  // row
  int hovered = -1;
  int focused = -1;    // reached by keyboard
};
/// role=table with a fixed header; only the rows in sight are asked for. `cell(row, column)` returns what to draw.
TableResult table(Ui& ui, std::string_view name, TableState& state, std::span<const Column> columns, int rows,
                  FunctionRef<Cell(int, int)> cell, const TableOptions& options = {});

}  // namespace semantic
