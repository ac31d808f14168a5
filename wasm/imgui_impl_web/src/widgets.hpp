// What each item of a frame is: from what the hooks told of it and from what it drew.
#pragma once

#include "drawn.hpp"
#include "recorder.hpp"
#include "told.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace imgui_impl_web {

enum class Kind : std::uint8_t {
  button, selectable, checkbox, radio, field, spin, combo, menu, menu_item, tab, tree_node, header,
  close, collapse,  // of a window, a tab, a header
};

/// Remembered from frame to frame: what is out of sight draws nothing.
struct Widget {
  Kind kind = Kind::button;
  std::string name, value;
  ImGuiID child = 0;          // of a field with several lines: the window that draws them
  bool named = false;         // by its own label, or by the program
  bool hint = false;          // `value` is a field's hint: it is empty
  bool on = false;            // checked, selected, open
  bool was_on = false;        // once: what was never checked need not be something that can be
  std::uint32_t seen = 0;     // in this frame last
  bool drawn = false;         // or told, once
};

/// A piece of a window, at its place in reading order.
struct Piece {
  enum class What : std::uint8_t { item, text, window, mark, label } what;
  unsigned vertex;
  int index = -1;             // of an item, of a run of the window's own, or of what the program marked
  ImGuiWindow* window = nullptr;
};

struct Page {
  ImGuiWindow* window = nullptr;
  std::vector<Run> runs;      // plain text and, of a field with several lines, its own
  std::vector<Run> marked;    // the lines of texts that the program marked
  std::vector<Run> labels;    // of items, and the window's title: names already, here to be found and seen without graphics
  std::vector<Piece> pieces;
};

class Widgets {
 public:
  /// After ImGui::Render(). True: not all could be read, and one more frame is needed.
  bool read(ImGuiContext& context, const Recorder& recorder, const Told& told);

  const std::vector<Page>& pages() const { return pages_; }
  Widget* find(ImGuiID id);
  /// It was in a frame before, and need not be looked for out of sight.
  bool knows(ImGuiID id) const { return known_.contains(id); }

 private:
  void read_page(const Recorder& recorder, const Begun& begun);
  void take_labels(Page& page, const Item& item, std::span<const Run> runs);
  void take_marks(Page& page, std::vector<bool>& taken);
  void take_item(const Item& item, std::span<const Run> runs, std::span<const Shape> shapes);
  void take_field(Widget& widget, const Item& item, std::span<const Run> runs);
  void take_lines();
  void find_names(const Recorder& recorder, const Page& page);
  void forget_old();
  ImGuiContext* context_ = nullptr;
  const Told* told_ = nullptr;
  Glyphs glyphs_;
  Drawn drawn_;
  std::vector<unsigned> bounds_;
  std::vector<Page> pages_;
  std::unordered_map<ImGuiID, Widget> widgets_;
  std::unordered_set<ImGuiID> known_;   // items, widgets or not
  ImGuiID before_ = 0;        // the item before, which a close button may belong to
  std::uint32_t frame_ = 0;
};

/// What an item drew, as far as it tells what it is.
struct Look {
  std::span<const Run> runs;
  std::span<const Shape> shapes;
};

/// `before`: what is known of it. `previous`: the item before.
Kind kind_of(const ImGuiContext& context, const Item& item, const Look& look, const Widget* before, ImGuiID previous);
/// Of a radio button, a selectable.
bool is_on(const ImGuiContext& context, const Item& item, Kind kind, const Look& look, bool before);
bool is_popup_open(const ImGuiContext& context, ImGuiID popup);
bool same_color(ImU32 color, const ImGuiContext& context, ImGuiCol of);

/// "Name##rest" is shown as "Name".
std::string_view shown_part(std::string_view label);

}  // namespace imgui_impl_web
