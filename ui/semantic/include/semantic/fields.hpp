// Text fields.
//
//   semantic::FieldResult name = semantic::text_field(ui, "Username", username,
//       {.error = name_error, .autocomplete = "username", .required = true});
//   if (name.submitted) sign_in();
//
// The platform handles text input (in a browser a real <input> lies over the field): text, selection, composition, undo,
// autofill and the soft keyboard are its own. The widget paints what the platform reports, or leaves the field that has the
// focus to it (Ui::platform_paints_typing). A change of `value` by the program shows in the field and reaches the platform in
// the same frame: `value.clear()` empties a field after sending.
#pragma once

#include "semantic/text.hpp"

namespace semantic {

struct FieldOptions {
  std::string_view placeholder = {};
  std::string_view hint = {};            // a muted line below
  std::string_view error = {};           // a red line below; marks the field invalid
  std::string_view autocomplete = "off";
  bool required = false;
  bool password = false;            // shown as dots
  int max_lines = 1;                // more than one: multi-line, grows up to so many lines, then scrolls
  bool enter_submits = true;        // multi-line: Enter submits and Shift+Enter breaks the line
  std::size_t max_bytes = 0;        // longer input is refused as a whole, see FieldResult::refused; 0: no limit
  bool disabled = false;
  std::string_view disabled_reason = {}; // not empty: disabled; shown as the placeholder
  bool label_visible = true;        // false: the label is the accessible name only
  bool take_focus = false;          // asks for the focus in this frame
  bool select_all = false;          // with it, all of the text is selected
  float width = 0;                  // 0: what the container has left
  float end_room = 0;               // kept free of text at its right end, for a button that is drawn over it
};

struct FieldResult {
  bool changed = false;    // by the user
  bool submitted = false;  // Enter
  bool focused = false;
  std::size_t refused = 0; // bytes of an input above max_bytes, which is not in the field: say so
  Id id = 0;
  Rect box = {};           // where the text is typed
};

FieldResult text_field(Ui& ui, std::string_view label, std::string& value, const FieldOptions& options = {});

}  // namespace semantic
