// One node of the frame's semantic tree: what a widget that was drawn *is*.
//
// Dear ImGui draws pixels; a screen reader, a test and a browser's password manager need a role, a name and a
// place. Every widget of this library draws itself and declares one Node. A platform (the browser's mirror, a
// test) reads the nodes after the frame.
//
//   for (const semantic::Node& node : ui.tree().nodes())
//     std::printf("%s \"%.*s\"\n", semantic::role_name(node.role), int(node.name.size()), node.name.data());
//
// All strings and spans point into the tree and live until the next frame begins. Rectangles are in ImGui's coordinates:
// CSS pixels from the window's top left corner.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <span>
#include <string_view>

namespace semantic {

using Id = ImGuiID;  // stable from frame to frame while the widget keeps its label and its place in the ID stack

enum class Role : std::uint8_t {
  group, region, form, navigation, main, banner, dialog,
  heading, text, link, image, separator,
  button, checkbox, radio_group, radio, textbox,
  list, list_item, log, table, row, column_header, cell,
  status, alert, progress, article, row_group,
  // Of Dear ImGui's own widgets: see wasm/imgui_impl_web.
  spin_button, combobox, list_box, option, menu_bar, menu, menu_item, menu_item_checkbox, tab_list, tab, tooltip,
};

/// The ARIA name of a role, as in an accessibility snapshot ("textbox", "listitem").
const char* role_name(Role role);

enum State : std::uint32_t {
  state_none = 0,
  state_disabled = 1u << 0,
  state_checked = 1u << 1,
  state_pressed = 1u << 2,
  state_toggles = 1u << 3,     // a button with aria-pressed, true or false
  state_expanded = 1u << 4,
  state_expands = 1u << 5,     // a button with aria-expanded, true or false
  state_mixed = 1u << 6,       // a checkbox for several things, of which some are on
  state_current = 1u << 7,
  state_invalid = 1u << 8,
  state_required = 1u << 9,
  state_multiline = 1u << 10,
  state_password = 1u << 11,
  state_modal = 1u << 12,      // everything outside this node is inert
  state_arrow_keys = 1u << 13, // arrow keys move the focus between the focusable nodes inside
  state_scrolls = 1u << 14,    // the node is a scroll container: scroll_y, content_height hold
  state_focusable = 1u << 15,  // takes part in the Tab order though its role alone would not
  state_typing = 1u << 16,     // the platform paints this field's text, which has the focus: see Ui::platform_paints_typing
  state_enter_submits = 1u << 18, // Enter is a submit, also in a multi-line field (Shift+Enter breaks the line)
  state_rtl = 1u << 19,        // the text's base direction is right to left
  state_aside = 1u << 23,      // text that does not belong to what an article says: its time, its author's name
};

struct Rect {
  float x = 0, y = 0, w = 0, h = 0;
  bool operator==(const Rect&) const = default;
  ImVec2 min() const { return {x, y}; }
  ImVec2 max() const { return {x + w, y + h}; }
};

/// A line of drawn text, for a selectable layer over it. `text` is the original text, not its shaped form; it holds
/// the line's trailing break (space or newline), so that the lines of a node joined are its text. Where `href` is
/// not empty, the piece is a link; a line may then consist of several pieces.
struct TextLine {
  std::string_view text = {};
  std::string_view href = {};
  Rect rect = {};
};

struct Node {
  Id id = 0;
  Role role = Role::group;
  int parent = -1;              // index in Tree::nodes(); -1 at the top
  std::uint32_t states = 0;     // State bits
  Rect rect = {};                    // the whole node, also where it is scrolled out of sight
  Rect clip = {};                    // what may be seen of it; nothing of `rect` outside of it is on the screen
  std::string_view name = {};        // the exact accessible name
  std::string_view description = {}; // a field's error or hint, a disabled control's reason
  std::string_view value = {};       // a textbox's text, a progress bar's words, who says an article
  std::string_view placeholder = {};
  std::string_view href = {};        // links
  std::string_view autocomplete = {};// the HTML token: "username", "current-password", "off"
  std::span<const TextLine> lines = {}; // text and headings
  int level = 0;                // headings
  int set_size = 0;             // of a virtualised list or table: all items, not only those drawn
  int position = 0;             // 1-based
  float progress = -1;          // 0..1; negative: indeterminate
  float font_size = 0;          // CSS pixels, of the text in it
  float line_height = 0;
  float padding_x = 0, padding_y = 0; // from the rectangle to the text of a textbox
  float end_room = 0;                 // and what is free of text besides, at its right end
  std::uint8_t font = 0;        // FontFace of the text
  float scroll_y = 0, content_height = 0;       // of a scroll container

  bool is(State state) const { return (states & state) != 0; }
};

}  // namespace semantic
