#include "semantic/theme.hpp"

#include <algorithm>
#include <cmath>

namespace semantic {

namespace {

constexpr Palette light{
    .page = {0xF3F4F8}, .panel = {0xFFFFFF}, .raised = {0xF8F9FB}, .hover = {0xF1F2F7}, .active = {0xE6E8F0},
    .border = {0xE2E5EC}, .control_border = {0x858C9B}, .text = {0x15171C}, .text_muted = {0x586070},
    .accent = {0x4F46E5}, .accent_hover = {0x4338CA}, .accent_active = {0x3730A3}, .on_accent = {0xFFFFFF},
    .accent_text = {0x4338CA}, .accent_soft = {0xECEBFE}, .on_accent_soft = {0x3730A3},
    .own_bubble = {0x4F46E5}, .on_own_bubble = {0xFFFFFF}, .on_own_bubble_muted = {0xDEDCFD},
    .other_bubble = {0xEEF0F5}, .on_other_bubble = {0x15171C}, .on_other_bubble_muted = {0x555D6C},
    .danger = {0xC5283D}, .on_danger = {0xFFFFFF}, .danger_text = {0xB3213A}, .danger_soft = {0xFDECEE},
    .success = {0x15803D}, .success_text = {0x12653A}, .success_soft = {0xE4F5EA},
    .warning_text = {0x854A04}, .warning_soft = {0xFDF2DA}, .focus = {0x4F46E5}, .selection = {0xC7C4FB}};

constexpr Palette dark{
    .page = {0x0E1014}, .panel = {0x16191F}, .raised = {0x1E222A}, .hover = {0x20252E}, .active = {0x2A303B},
    .border = {0x292E38}, .control_border = {0x717A8A}, .text = {0xECEEF2}, .text_muted = {0xA1A9B6},
    .accent = {0x5B53E6}, .accent_hover = {0x645DEA}, .accent_active = {0x4A43CC}, .on_accent = {0xFFFFFF},
    .accent_text = {0xABA8FF}, .accent_soft = {0x272650}, .on_accent_soft = {0xD0CEFF},
    .own_bubble = {0x4D46CF}, .on_own_bubble = {0xFFFFFF}, .on_own_bubble_muted = {0xDDDBFD},
    .other_bubble = {0x242932}, .on_other_bubble = {0xECEEF2}, .on_other_bubble_muted = {0xAAB2BF},
    .danger = {0xC93349}, .on_danger = {0xFFFFFF}, .danger_text = {0xFF8C9A}, .danger_soft = {0x381C23},
    .success = {0x2EA663}, .success_text = {0x6EDD9B}, .success_soft = {0x15301F},
    .warning_text = {0xF3C262}, .warning_soft = {0x352A12}, .focus = {0xABA8FF}, .selection = {0x423E9C}};

float channel(std::uint32_t rgb, int shift) {
  const float c = static_cast<float>(rgb >> shift & 0xFF) / 255.0f;
  return c <= 0.04045f ? c / 12.92f : std::pow((c + 0.055f) / 1.055f, 2.4f);
}

float luminance(Color color) {
  return 0.2126f * channel(color.rgb, 16) + 0.7152f * channel(color.rgb, 8) + 0.0722f * channel(color.rgb, 0);
}

}  // namespace

ImVec4 Color::vec4(float alpha) const {
  const auto part = [&](int shift) { return static_cast<float>(rgb >> shift & 0xFF) / 255.0f; };
  return {part(16), part(8), part(0), alpha};
}

ImU32 Color::u32(float alpha) const {
  return IM_COL32(rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF, static_cast<ImU32>(alpha * 255.0f + 0.5f));
}

float contrast(Color a, Color b) {
  const float la = luminance(a), lb = luminance(b);
  return (std::max(la, lb) + 0.05f) / (std::min(la, lb) + 0.05f);
}

Color mix(Color a, Color b, float t) {
  std::uint32_t rgb = 0;
  for (int shift = 16; shift >= 0; shift -= 8) {
    const auto from = static_cast<float>(a.rgb >> shift & 0xFF), to = static_cast<float>(b.rgb >> shift & 0xFF);
    rgb |= static_cast<std::uint32_t>(std::lround(from + (to - from) * t)) << shift;
  }
  return {rgb};
}

Type Theme::type(TextStyle style) const {
  switch (style) {
    case TextStyle::title: return {FontFace::semibold, 28, 36};
    case TextStyle::heading: return {FontFace::semibold, 20, 28};
    case TextStyle::subheading: return {FontFace::semibold, 17, 24};
    case TextStyle::body: return {FontFace::regular, 16, 24};
    case TextStyle::body_strong: return {FontFace::semibold, 16, 24};
    case TextStyle::small: return {FontFace::regular, 14, 20};
    case TextStyle::small_strong: return {FontFace::semibold, 14, 20};
    case TextStyle::tiny: return {FontFace::regular, 12, 16};
    case TextStyle::code: return {FontFace::mono, 13, 20};
  }
  return {FontFace::regular, 16, 24};
}

ImFont* Theme::font(FontFace face) const {
  ImFont* chosen = face == FontFace::mono ? fonts.mono : face == FontFace::semibold ? fonts.semibold : fonts.regular;
  if (!chosen) chosen = fonts.regular;
  return chosen ? chosen : ImGui::GetFont();
}

void Theme::apply(ImGuiStyle& style) const {
  style = ImGuiStyle();
  style.FontSizeBase = type(TextStyle::body).size;
  style.WindowPadding = {0, 0};
  style.WindowBorderSize = style.ChildBorderSize = style.PopupBorderSize = style.FrameBorderSize = 0;
  style.WindowRounding = 0;
  style.ChildRounding = radius_large;
  style.PopupRounding = style.FrameRounding = radius;
  style.ItemSpacing = style.ItemInnerSpacing = {space_2, space_2};
  style.FramePadding = {space_3, space_2};
  style.WindowMinSize = {1, 1};
  style.DisabledAlpha = 1;  // the widgets draw their own disabled look
  style.AntiAliasedLinesUseTex = false;
  style.CircleTessellationMaxError = 0.15f;
  style.Colors[ImGuiCol_WindowBg] = color.page.vec4();
  style.Colors[ImGuiCol_ChildBg] = {0, 0, 0, 0};
  style.Colors[ImGuiCol_PopupBg] = color.panel.vec4();
  style.Colors[ImGuiCol_Border] = color.border.vec4();
  style.Colors[ImGuiCol_Text] = color.text.vec4();
  style.Colors[ImGuiCol_TextDisabled] = color.text_muted.vec4();
}

std::vector<TextPair> Theme::text_pairs() const {
  const Palette& c = color;
  return {
      {"text on page", c.text, c.page}, {"text on panel", c.text, c.panel}, {"text on raised", c.text, c.raised},
      {"text on hover", c.text, c.hover}, {"text on active", c.text, c.active},
      {"muted on page", c.text_muted, c.page}, {"muted on panel", c.text_muted, c.panel},
      {"muted on raised", c.text_muted, c.raised}, {"muted on hover", c.text_muted, c.hover},
      {"on accent", c.on_accent, c.accent}, {"on accent, hovered", c.on_accent, c.accent_hover},
      {"on accent, held", c.on_accent, c.accent_active},
      {"link on page", c.accent_text, c.page}, {"link on panel", c.accent_text, c.panel},
      {"link on the other's bubble", c.accent_text, c.other_bubble},
      {"on soft accent", c.on_accent_soft, c.accent_soft}, {"text on soft accent", c.text, c.accent_soft},
      {"muted on soft accent", c.text_muted, c.accent_soft},
      {"own bubble", c.on_own_bubble, c.own_bubble}, {"own bubble, muted", c.on_own_bubble_muted, c.own_bubble},
      {"other's bubble", c.on_other_bubble, c.other_bubble},
      {"other's bubble, muted", c.on_other_bubble_muted, c.other_bubble},
      {"on danger", c.on_danger, c.danger}, {"danger on page", c.danger_text, c.page},
      {"danger on panel", c.danger_text, c.panel}, {"danger on soft", c.danger_text, c.danger_soft},
      {"success on soft", c.success_text, c.success_soft}, {"success on panel", c.success_text, c.panel},
      {"warning on soft", c.warning_text, c.warning_soft}, {"warning on panel", c.warning_text, c.panel},
      {"selected text", c.text, c.selection},
  };
}

Theme make_theme(Scheme scheme) {
  if (scheme == Scheme::forced) return make_forced_theme({});
  Theme theme;
  theme.scheme = scheme;
  theme.color = scheme == Scheme::dark ? dark : light;
  return theme;
}

void raise_contrast(Palette& c) {
  c.text_muted = mix(c.text_muted, c.text, 0.6f);
  c.on_own_bubble_muted = c.on_own_bubble;
  c.on_other_bubble_muted = mix(c.on_other_bubble_muted, c.on_other_bubble, 0.6f);
  c.border = c.control_border;
  c.control_border = c.text_muted;
}

Theme make_forced_theme(const SystemColors& s) {
  Theme theme;
  theme.scheme = Scheme::forced;
  theme.color = {
      .page = s.canvas, .panel = s.canvas, .raised = s.canvas, .hover = s.canvas, .active = s.canvas,
      .border = s.text, .control_border = s.on_button, .text = s.text, .text_muted = s.text,
      .accent = s.highlight, .accent_hover = s.highlight, .accent_active = s.highlight, .on_accent = s.on_highlight,
      .accent_text = s.link, .accent_soft = s.canvas, .on_accent_soft = s.text,
      .own_bubble = s.canvas, .on_own_bubble = s.text, .on_own_bubble_muted = s.text,
      .other_bubble = s.canvas, .on_other_bubble = s.text, .on_other_bubble_muted = s.text,
      .danger = s.button, .on_danger = s.on_button, .danger_text = s.text, .danger_soft = s.canvas,
      .success = s.text, .success_text = s.text, .success_soft = s.canvas,
      .warning_text = s.text, .warning_soft = s.canvas, .focus = s.highlight,
      // Text stays drawn in its own colour while selected, so the mark must lie close to the canvas.
      .selection = mix(s.canvas, s.highlight, 0.25f)};
  return theme;
}

}  // namespace semantic
