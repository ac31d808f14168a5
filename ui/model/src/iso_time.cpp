#include "chat/iso_time.hpp"

#include "chat/digits.hpp"

namespace chat {
namespace {

using namespace std::chrono;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool take(std::string_view any_of) {
    if (text_.empty() || any_of.find(text_.front()) == std::string_view::npos) return false;
    taken_ = text_.front();
    text_.remove_prefix(1);
    return true;
  }
  char taken() const { return taken_; }

  // Exactly `digits` digits.
  bool number(int digits, int& value) {
    value = 0;
    for (int i = 0; i < digits; ++i) {
      if (!take("0123456789")) return false;
      value = value * 10 + (taken_ - '0');
    }
    return true;
  }

  // Digits after the point; those behind the sixth say nothing here.
  bool fraction(microseconds& value) {
    std::int64_t unit = 100'000;
    value = microseconds{0};
    if (!take("0123456789")) return false;
    do {
      value += microseconds{unit * (taken_ - '0')};
      unit /= 10;
    } while (take("0123456789"));
    return true;
  }

 private:
  std::string_view text_;
  char taken_ = 0;
};

bool read_offset(Reader& reader, minutes& offset) {
  if (reader.take("Zz")) return true;
  if (!reader.take("+-")) return false;
  const int sign = reader.taken() == '-' ? -1 : 1;
  int hour = 0;
  int minute = 0;
  if (!reader.number(2, hour)) return false;
  if (!reader.at_end()) {
    reader.take(":");
    if (!reader.number(2, minute)) return false;
  }
  if (hour > 23 || minute > 59) return false;
  offset = sign * (hours{hour} + minutes{minute});
  return true;
}

}  // namespace

std::string format_iso_time(Time time, minutes offset) {
  const auto local = floor<milliseconds>(time.time_since_epoch() + offset);
  const auto day = floor<days>(local);
  const year_month_day date{sys_days{day}};
  const hh_mm_ss<milliseconds> clock{local - day};
  const auto zone = offset.count() < 0 ? -offset.count() : offset.count();
  const int year = static_cast<int>(date.year());
  const auto two = [](auto number) { return digits(static_cast<unsigned>(number), 2); };
  return (year < 0 ? "-" : "") + digits(static_cast<unsigned>(year < 0 ? -year : year), 4) + '-' +
         two(static_cast<unsigned>(date.month())) + '-' + two(static_cast<unsigned>(date.day())) + 'T' +
         two(clock.hours().count()) + ':' + two(clock.minutes().count()) + ':' + two(clock.seconds().count()) + '.' +
         digits(static_cast<unsigned>(clock.subseconds().count()), 3) + (offset.count() < 0 ? '-' : '+') +
         two(zone / 60) + ':' + two(zone % 60);
}

std::optional<Time> parse_iso_time(std::string_view text) {
  Reader reader(text);
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
  microseconds part{0};
  minutes offset{0};
  if (!reader.number(4, y) || !reader.take("-") || !reader.number(2, mo) || !reader.take("-") || !reader.number(2, d))
    return std::nullopt;
  if (!reader.take("Tt ") || !reader.number(2, h) || !reader.take(":") || !reader.number(2, mi)) return std::nullopt;
  if (reader.take(":")) {
    if (!reader.number(2, s)) return std::nullopt;
    if (reader.take(".,") && !reader.fraction(part)) return std::nullopt;
  }
  if (!read_offset(reader, offset) || !reader.at_end()) return std::nullopt;
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  // 60 is a leap second, which UTC as computers count it does not have: it becomes the next one.
  if (y < 1970 || !date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
  return Time{sys_days{date}.time_since_epoch() + hours{h} + minutes{mi} + seconds{s} + part - offset};
}

}  // namespace chat
