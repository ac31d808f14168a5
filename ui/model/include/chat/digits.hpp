// Number formatting with leading zeros and fixed decimals, as snprintf() does, without its size in the download.
#pragma once

#include <cstdint>
#include <string>

namespace chat {

// `value` with at least `width` digits, lower case.
std::string digits(std::uint64_t value, std::size_t width, unsigned base = 10);

// 1234567 thousandths with one decimal are "1234.6": rounded half up. `decimals` is 1 to 3; for what is not negative.
std::string decimal(std::int64_t thousandths, unsigned decimals);

}  // namespace chat
