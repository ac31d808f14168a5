// Buttons, checkboxes, radio buttons.
//
//   if (semantic::button(ui, "Sign In", {.kind = ButtonKind::primary, .disabled_reason = busy ? "Signing in" : ""}))
//     sign_in();
//   if (semantic::checkbox(ui, "Use QoS 1", qos_1)) rewrite_address();
//
// Each returns true in the frame in which it was activated, by pointer, keyboard or assistive technology. A disabled
// control always returns false; its reason is the node's description.
#pragma once

#include "semantic/icons.hpp"
#include "semantic/text.hpp"

namespace semantic {

enum class ButtonKind : std::uint8_t { primary, secondary, ghost, danger };

struct ButtonOptions {
  ButtonKind kind = ButtonKind::secondary;
  Icon icon = Icon::none;
  bool icon_only = false;               // square; the label is the name only, and a tooltip
  bool small = false;
  bool disabled = false;
  std::string_view disabled_reason = {};     // not empty: disabled too
  std::optional<bool> pressed = {};          // a toggle button
  std::optional<bool> expanded = {};         // a disclosure button
  std::string_view description = {};
  float width = 0;                      // 0: as wide as the label; negative: what the container has left
};

bool button(Ui& ui, std::string_view label, const ButtonOptions& options = {});
/// The size that button() would take, to align it to the right.
ImVec2 button_size(Ui& ui, std::string_view label, const ButtonOptions& options = {});

struct CheckOptions {
  bool disabled = false;
  std::string_view description = {};         // a line of muted text below the label
};
bool checkbox(Ui& ui, std::string_view label, bool& checked, const CheckOptions& options = {});

/// Radio buttons in one row (or, with `vertical`, a column); arrow keys move within. True when `chosen` changed.
struct RadioOptions {
  bool vertical = false;
  bool label_visible = false;
  // One for each choice: segments of one bar that show these. Each has to be part of its choice's name.
  std::span<const std::string_view> segments = {};
  float width = 0;                      // of the bar; 0: segmented_width()
  unsigned ticked = 0;                  // bits of the choices that have a tick, which their description names
  std::string_view tick = {};
};
bool radio_group(Ui& ui, std::string_view label, std::span<const std::string_view> choices, int& chosen,
                 const RadioOptions& options = {});

/// The width of a bar with these segments.
float segmented_width(Ui& ui, std::span<const std::string_view> segments);

/// A surface that acts as a button with content of your own: the content is drawn by you over `rect` afterwards.
/// Advances the cursor by `size`. See list_item() for the one in lists.
struct SurfaceResult {
  bool activated = false, hovered = false, held = false, focused = false;
  Rect rect = {};
};
SurfaceResult button_surface(Ui& ui, std::string_view name, ImVec2 size, const ButtonOptions& options = {});

}  // namespace semantic
