// check_utf8() and has_discouraged_characters() against a decoder that is as simple as can be.
#include <optional>

#include "fuzz.hpp"
#include "wasmqtt/utf8.hpp"

using namespace wasmqtt;
using namespace wasmqtt::fuzz;

namespace {

// The code point at the front, taken off; nullopt when it is ill-formed.
std::optional<unsigned> take_code_point(Bytes& text) {
  const unsigned first = text[0];
  const std::size_t length = first < 0x80 ? 1 : (first >> 5) == 6 ? 2 : (first >> 4) == 14 ? 3 : (first >> 3) == 30 ? 4 : 0;
  if (length == 0 || length > text.size()) return std::nullopt;
  constexpr unsigned first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  constexpr unsigned smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  unsigned value = first & first_bits[length];
  for (std::size_t i = 1; i < length; ++i) {
    if ((text[i] & 0xc0) != 0x80) return std::nullopt;
    value = value << 6 | (text[i] & 0x3f);
  }
  if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return std::nullopt;
  text = text.subspan(length);
  return value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  Bytes rest(data, size);
  Errc expected = size > 65'535 ? Errc::string_too_long : Errc::ok;
  bool discouraged = false;
  while (expected == Errc::ok && !rest.empty()) {
    const auto point = take_code_point(rest);
    if (!point) {
      expected = Errc::ill_formed_utf8;
    } else if (*point == 0) {
      expected = Errc::nul_in_string;
    } else if (*point < 0x20 || (*point >= 0x7f && *point <= 0x9f) || (*point & 0xfffe) == 0xfffe ||
               (*point >= 0xfdd0 && *point <= 0xfdef)) {
      discouraged = true;
    }
  }
  const Error error = check_utf8(text);
  check(static_cast<bool>(error) == (expected != Errc::ok), "check_utf8() agrees with the simple decoder");
  if (!error) check(has_discouraged_characters(text) == discouraged, "has_discouraged_characters() agrees");
  return 0;
}
