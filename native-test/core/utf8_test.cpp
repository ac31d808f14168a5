// Section 1.5.3.
#include "wasmqtt/utf8.hpp"

#include <doctest/doctest.h>

#include "support/hex.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;

namespace {

std::string encoded(std::uint32_t c) {
  const auto tail = [](std::uint32_t bits) { return static_cast<char>(0x80 | (bits & 0x3f)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xc0 | c >> 6), tail(c)};
  if (c < 0x10000) return {static_cast<char>(0xe0 | c >> 12), tail(c >> 6), tail(c)};
  return {static_cast<char>(0xf0 | c >> 18), tail(c >> 12), tail(c >> 6), tail(c)};
}

Errc code(std::string_view text) { return check_utf8(text).code(); }

}  // namespace

TEST_CASE("UTF-8: every code point but U+0000 and the surrogates is well-formed, at each place of a word [MQTT-1.5.3-1] [MQTT-1.5.3-2]") {
  for (std::uint32_t c = 0; c < 0x110000; ++c) {
    const Errc expected = c == 0 ? Errc::nul_in_string
                          : c >= 0xd800 && c <= 0xdfff ? Errc::ill_formed_utf8
                                                       : Errc::ok;
    const Errc got = code(encoded(c));
    if (got != expected) FAIL_CHECK("U+" << std::hex << c);
  }
  for (std::size_t lead = 0; lead < 20; ++lead) {
    const std::string before(lead, 'a');
    CHECK(code(before + encoded(0x1f600) + "bcdefghijk") == Errc::ok);
    CHECK(code(before + '\0' + "bcdefghijk") == Errc::nul_in_string);
    CHECK(code(before + "\x80" + "bcdefghijk") == Errc::ill_formed_utf8);
    CHECK(code(before + "\xed\xa0\x80" + "bcdefghijk") == Errc::ill_formed_utf8);
  }
}

TEST_CASE("UTF-8: every ill-formed form is refused: overlong, cut, lone, too high [MQTT-1.5.3-1]") {
  for (const char* hex : {"80", "bf", "c0 80", "c0 af", "c1 bf", "c2", "c2 c2", "df 7f", "e0 80 80", "e0 9f bf", "e1 80",
                          "e1", "ed a0 80", "ed bf bf", "ed b0 80 ed a0 80", "ef bf", "f0 80 80 80", "f0 8f bf bf",
                          "f0 90 80", "f0 90", "f0", "f4 90 80 80", "f5 80 80 80", "f7 bf bf bf", "f8 88 80 80 80",
                          "fc 84 80 80 80 80", "fe", "ff", "e1 80 41", "f1 80 80 41", "f1 80 41 80"}) {
    CAPTURE(hex);
    CHECK(code(as_text(from_hex(hex))) == Errc::ill_formed_utf8);
  }
  for (int lead = 0x80; lead < 0x100; ++lead) {
    const char one[] = {static_cast<char>(lead), 'a', 'a', 'a'};
    CHECK(code({one, 4}) == Errc::ill_formed_utf8);
  }
}

TEST_CASE("UTF-8: 65535 bytes are enough, 65536 too many; the empty string is well-formed [MQTT-4.7.3-3]") {
  CHECK(code("") == Errc::ok);
  CHECK(code(std::string(65'535, 'a')) == Errc::ok);
  CHECK(code(std::string(65'536, 'a')) == Errc::string_too_long);
}

TEST_CASE("UTF-8: U+FEFF is a character like any other [MQTT-1.5.3-3]") {
  CHECK(code("\xef\xbb\xbf") == Errc::ok);
  CHECK_FALSE(has_discouraged_characters("\xef\xbb\xbf"));
}

TEST_CASE("UTF-8: control characters and non-characters are discouraged, all others are not") {
  for (std::uint32_t c = 1; c < 0x110000; ++c) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    const bool expected = c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
    if (has_discouraged_characters(encoded(c)) != expected) FAIL_CHECK("U+" << std::hex << c);
  }
  CHECK(has_discouraged_characters("\xff"));
}
