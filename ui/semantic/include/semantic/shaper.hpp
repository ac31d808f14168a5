// The interface between text and glyphs.
//
// ImGui draws one glyph per code point, which is right for Latin, Cyrillic and CJK and wrong for an emoji family, a
// letter with a combining mark, or Arabic. A TextShaper cuts a text into clusters and names one code point to draw
// for each. Natively that is the identity; in the browser a cluster of several code points, or a whole run of Arabic
// or Devanagari, becomes a private-use code point that the glyph loader lets the browser draw as one image.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace semantic {

struct Cluster {
  std::uint32_t codepoint;  // what to draw
  std::uint32_t begin, end; // bytes of the original text; all of it has one direction
};

class TextShaper {
 public:
  virtual ~TextShaper() = default;
  /// Appends the clusters of `text` (UTF-8; a broken sequence becomes U+FFFD) in logical order. `out` is not cleared.
  virtual void shape(std::string_view text, std::vector<Cluster>& out) = 0;
};

/// One cluster per code point.
class IdentityShaper final : public TextShaper {
 public:
  void shape(std::string_view text, std::vector<Cluster>& out) override;
};

/// Decodes one code point at `at` and moves `at` behind it; U+FFFD for a broken sequence, one byte at least.
std::uint32_t decode_utf8(std::string_view text, std::size_t& at);
void append_utf8(std::uint32_t codepoint, std::string& out);

}  // namespace semantic
