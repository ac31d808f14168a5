// Design tokens: one type scale, one spacing grid, one accent, three palettes.
//
//   semantic::Theme theme = semantic::make_theme(semantic::Scheme::dark);
//   theme.apply(ImGui::GetStyle());
//
// Every pair in `text_pairs()` is a text colour on the surface it is drawn on; a test holds each to a contrast of at
// least 4.5:1 (WCAG 2.2 AA). Lengths are CSS pixels.
#pragma once

#include <imgui.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace semantic {

enum class Scheme : std::uint8_t { light, dark, forced };
enum class FontFace : std::uint8_t { regular, semibold, mono };
enum class TextStyle : std::uint8_t { title, heading, subheading, body, body_strong, small, small_strong, tiny, code };

/// 0xRRGGBB, as a designer writes it.
struct Color {
  std::uint32_t rgb = 0;
  bool operator==(const Color&) const = default;
  ImU32 u32(float alpha = 1) const;
  ImVec4 vec4(float alpha = 1) const;
};

float contrast(Color a, Color b);  ///< WCAG contrast ratio, 1 to 21.
Color mix(Color a, Color b, float t);  ///< a at 0, b at 1.

struct Palette {
  Color page;            // behind everything
  Color panel;           // cards, side bar, header
  Color raised;          // fields, chips, cards in cards
  Color hover, active;   // of rows and ghost buttons on a panel
  Color border;          // subtle lines
  Color control_border;  // of fields and checkboxes: at least 3:1 on panel
  Color text, text_muted;
  Color accent, accent_hover, accent_active, on_accent;  // the one accent as a surface
  Color accent_text;     // the accent as text on page or panel: links
  Color accent_soft, on_accent_soft;  // selected rows, tinted chips
  Color own_bubble, on_own_bubble, on_own_bubble_muted;
  Color other_bubble, on_other_bubble, on_other_bubble_muted;
  Color danger, on_danger, danger_text, danger_soft;
  Color success, success_text, success_soft;
  Color warning_text, warning_soft;
  Color focus;           // the focus ring, at least 3:1 on page, panel and raised
  Color selection;       // behind selected text
};

struct Type {
  FontFace face;
  float size;         // CSS pixels
  float line_height;  // CSS pixels
};

/// Fonts of the platform; null draws with ImGui's current font.
struct Fonts {
  ImFont* regular = nullptr;
  ImFont* semibold = nullptr;
  ImFont* mono = nullptr;
  /// Of each face its images at a quarter, a half and three quarters of a device pixel; null draws at whole ones.
  std::array<std::array<ImFont*, 3>, 3> shifted{};
};

struct TextPair {
  const char* what;
  Color text, surface;
};

struct Theme {
  Scheme scheme = Scheme::light;
  Palette color;
  Fonts fonts;
  bool reduced_motion = false;
  bool touch = false;  // coarse pointer: controls are at least 44 px high

  // Spacing: multiples of four.
  static constexpr float space_1 = 4, space_2 = 8, space_3 = 12, space_4 = 16, space_5 = 20, space_6 = 24, space_8 = 32;
  static constexpr float radius_small = 6, radius = 8, radius_large = 12, radius_bubble = 16;

  Type type(TextStyle style) const;
  ImFont* font(FontFace face) const;
  const std::array<ImFont*, 3>& shifted(FontFace face) const { return fonts.shifted[static_cast<std::size_t>(face)]; }
  float control_height() const { return touch ? 44.0f : 40.0f; }
  void apply(ImGuiStyle& style) const;
  std::vector<TextPair> text_pairs() const;
};

Theme make_theme(Scheme scheme);
/// For somebody who asked for more contrast: lines as strong as the controls', muted text and controls nearly as the text.
void raise_contrast(Palette& color);

/// What a system with forced colours (Windows' contrast themes) prescribes; the whole palette follows from it.
struct SystemColors {
  Color canvas{0x000000}, text{0xFFFFFF}, link{0xFFFF00}, gray{0x3FF23F}, highlight{0x1AEBFF}, on_highlight{0x000000};
  Color button{0x000000}, on_button{0xFFFFFF};
  bool operator==(const SystemColors&) const = default;
};
Theme make_forced_theme(const SystemColors& colors);

}  // namespace semantic
