#include "chat/digits.hpp"

#include <algorithm>

namespace chat {

std::string digits(std::uint64_t value, std::size_t width, unsigned base) {
  std::string text;
  for (; value != 0 || text.size() < width; value /= base) text += "0123456789abcdef"[value % base];
  std::reverse(text.begin(), text.end());
  return text;
}

std::string decimal(std::int64_t thousandths, unsigned decimals) {
  std::uint64_t unit = 1;  // of the last decimal, in thousandths
  for (unsigned i = decimals; i < 3; ++i) unit *= 10;
  const std::uint64_t whole = 1000 / unit;
  const std::uint64_t rounded = (static_cast<std::uint64_t>(std::max<std::int64_t>(thousandths, 0)) + unit / 2) / unit;
  return digits(rounded / whole, 1) + '.' + digits(rounded % whole, decimals);
}

}  // namespace chat
