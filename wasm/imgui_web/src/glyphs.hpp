// Glyphs from the browser's own fonts.
#pragma once

#include <semantic/shaper.hpp>

namespace imgui_web {

/// ImFontConfig::FontLoaderFlags: letters stand in the middle of lines that are as high as the font's size, as Dear ImGui's are; else
/// where the browser has them in lines of the font's own height.
constexpr unsigned centered_lines = 1;

/// Grapheme clusters of several code points, and words of scripts that join or reorder their letters, become
/// private-use code points; the glyph loader lets the browser draw each as one image.
class BrowserShaper final : public semantic::TextShaper {
 public:
  void shape(std::string_view text, std::vector<semantic::Cluster>& out) override;

 private:
  semantic::IdentityShaper simple_;
  std::vector<std::uint32_t> scratch_;
};

}  // namespace imgui_web
