// Headings, text, badges, live regions: what is read, not operated.
//
//   semantic::heading(ui, 1, "Login");
//   semantic::text(ui, "Enter your credentials to access the MQTT Chat!", {.color = ui.theme().color.text_muted});
//   semantic::status(ui, "Connected", {.tone = Tone::success});
//
// Text can be selected and copied where the platform lays a text layer over it. Nothing here parses its text: '#' and
// '%' are letters.
#pragma once

#include "semantic/ui.hpp"

#include <optional>

namespace semantic {

enum class Tone : std::uint8_t { neutral, accent, success, warning, danger };

struct TextOptions {
  TextStyle style = TextStyle::body;
  std::optional<Color> color = {};     // default: the theme's text
  float width = 0;                // wrap width; 0: what the container has left; negative: one line, no wrapping
  float box_width = 0;            // right-to-left paragraphs end at its right edge; 0: the wrap width
  bool ellipsis = false;          // with one line: cut with "…" at the container's width
  bool center = false;            // in the container's width
  bool links = false;             // http:// and https:// addresses become links
  bool hidden = false;            // drawn, but no node: its content is told by another node's name
  bool aside = false;             // left out when several articles of a log are copied
  std::string_view before = {}, after = {};  // told around the text, for who does not see what is around it; not drawn
};

void text(Ui& ui, std::string_view text, const TextOptions& options = {});
void heading(Ui& ui, int level, std::string_view text, const TextOptions& options = {.style = TextStyle::heading});

/// Size that text() would take; width 0: one line.
ImVec2 text_size(Ui& ui, std::string_view text, TextStyle style, float width = 0);

/// Draws only, at a place, without cursor or node; for custom content inside a list item or a cell.
void draw_text(Ui& ui, ImVec2 at, std::string_view text, TextStyle style, Color color, float max_width = 0);

/// The addresses (http, https) in a text, as byte ranges in order; trailing punctuation is not part of one.
struct LinkSpan { std::uint32_t begin, end; };
void find_links(std::string_view text, std::vector<LinkSpan>& out);

void link(Ui& ui, std::string_view name, std::string_view href, const TextOptions& options = {});

struct BadgeOptions {
  Tone tone = Tone::neutral;
  bool dot = false;        // a filled dot before the words
  bool hidden = false;     // no node of its own
  bool solid = false;      // for what is to be noticed
  bool unseen = false;     // of status(): told, not drawn
  float max_width = 0;     // cut with "…" there; 0: as wide as the words
};
/// A pill with a word: "online", "3".
void badge(Ui& ui, std::string_view text, const BadgeOptions& options = {});
ImVec2 badge_size(Ui& ui, std::string_view text, const BadgeOptions& options = {});
void draw_badge(Ui& ui, ImVec2 at, std::string_view text, const BadgeOptions& options = {});

/// A filled circle with the name's first letter; the colour follows from the name. Draws only, no node.
void draw_avatar(Ui& ui, ImVec2 at, float size, std::string_view name);
void avatar(Ui& ui, std::string_view name, float size = 40);

/// A live region: a screen reader speaks a change when it has time. Drawn as a quiet pill. Same name, same node.
void status(Ui& ui, std::string_view text, const BadgeOptions& options = {});

/// A live region that interrupts, drawn as a tinted card with an icon. An empty text draws nothing.
void alert(Ui& ui, std::string_view text, Tone tone = Tone::danger);

/// 0..1; negative: indeterminate (animated, unless motion is reduced).
void progress(Ui& ui, std::string_view name, float fraction, std::string_view value_text = {});

/// A thin line; with a text, a divider with the text in its middle ("Today", "New").
void separator(Ui& ui, std::string_view text = {}, Tone tone = Tone::neutral);

}  // namespace semantic
