#include "chat/local_time.hpp"

#include "chat/digits.hpp"

namespace chat {

using namespace std::chrono;

long LocalTime::day_number(wasmqtt::Time time) const {
  return static_cast<long>(floor<days>(time.time_since_epoch() + offset_at(time)).count());
}

std::string LocalTime::clock_24(wasmqtt::Time time) const {
  const auto local = time.time_since_epoch() + offset_at(time);
  const auto minute = floor<minutes>(local - floor<days>(local)).count();
  return digits(static_cast<unsigned>(minute / 60) % 24, 2) + ':' + digits(static_cast<unsigned>(minute % 60), 2);
}

std::string LocalTime::english_day(wasmqtt::Time time, wasmqtt::Time now) const {
  static constexpr const char* weekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                             "Thursday", "Friday", "Saturday"};
  static constexpr const char* months[] = {"January", "February", "March",     "April",   "May",      "June",
                                           "July",    "August",   "September", "October", "November", "December"};
  const long number = day_number(time);
  const long ago = day_number(now) - number;
  if (ago == 0) return "Today";
  if (ago == 1) return "Yesterday";
  const sys_days day{days{number}};
  if (ago > 1 && ago < 7) return weekdays[weekday{day}.c_encoding()];
  const year_month_day date{day};
  return std::to_string(static_cast<unsigned>(date.day())) + " " + months[static_cast<unsigned>(date.month()) - 1] +
         " " + std::to_string(static_cast<int>(date.year()));
}

}  // namespace chat
