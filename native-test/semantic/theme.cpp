#include "semantic/theme.hpp"

#include <doctest/doctest.h>

using namespace semantic;

TEST_CASE("contrast is WCAG's: 21 for black on white, 1 for a colour on itself") {
  CHECK(contrast({0x000000}, {0xFFFFFF}) == doctest::Approx(21.0f));
  CHECK(contrast({0x336699}, {0x336699}) == doctest::Approx(1.0f));
  CHECK(contrast({0x777777}, {0xFFFFFF}) == doctest::Approx(4.48f).epsilon(0.01));
}

TEST_CASE("every text of every palette has a contrast of 4.5:1 at least") {
  for (const Scheme scheme : {Scheme::light, Scheme::dark, Scheme::forced}) {
    const Theme theme = make_theme(scheme);
    for (const TextPair& pair : theme.text_pairs()) {
      CAPTURE(static_cast<int>(scheme));
      CAPTURE(pair.what);
      CHECK(contrast(pair.text, pair.surface) >= 4.5f);
    }
  }
}

TEST_CASE("edges of controls and the focus ring have a contrast of 3:1 at least") {
  for (const Scheme scheme : {Scheme::light, Scheme::dark, Scheme::forced}) {
    const Palette c = make_theme(scheme).color;
    CAPTURE(static_cast<int>(scheme));
    CHECK(contrast(c.control_border, c.panel) >= 3.0f);
    for (const Color surface : {c.page, c.panel, c.raised}) CHECK(contrast(c.focus, surface) >= 3.0f);
  }
}

TEST_CASE("every size of the type scale sits on the four-pixel grid") {
  const Theme theme = make_theme(Scheme::light);
  for (int style = 0; style <= static_cast<int>(TextStyle::code); ++style) {
    const Type type = theme.type(static_cast<TextStyle>(style));
    CHECK(static_cast<int>(type.line_height) % 4 == 0);
    CHECK(type.line_height > type.size);
    CHECK(type.size >= 12);
  }
}
