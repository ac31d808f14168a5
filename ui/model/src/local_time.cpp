#include "chat/local_time.hpp"

#include "chat/digits.hpp"

namespace chat {

using namespace std::chrono;

namespace {

std::string_view weekday_name(sys_days day) {
  static constexpr std::string_view names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                               "Thursday", "Friday", "Saturday"};
  return names[weekday{day}.c_encoding()];
}

std::string_view month_name(year_month_day date) {
  static constexpr std::string_view names[] = {"January", "February", "March",     "April",   "May",      "June",
                                               "July",    "August",   "September", "October", "November", "December"};
  return names[static_cast<unsigned>(date.month()) - 1];
}

}  // namespace

long LocalTime::day_number(wasmqtt::Time time) const {
  return static_cast<long>(floor<days>(time.time_since_epoch() + offset_at(time)).count());
}

std::string LocalTime::clock_24(wasmqtt::Time time) const {
  const auto local = time.time_since_epoch() + offset_at(time);
  const auto minute = floor<minutes>(local - floor<days>(local)).count();
  return digits(static_cast<unsigned>(minute / 60) % 24, 2) + ':' + digits(static_cast<unsigned>(minute % 60), 2);
}

std::string LocalTime::day_in_sentence(wasmqtt::Time time, wasmqtt::Time now) const {
  const long ago = day_number(now) - day_number(time);
  return ago == 0 ? "today" : ago == 1 ? "yesterday" : day(time, now);
}

std::string LocalTime::short_day(wasmqtt::Time time, wasmqtt::Time now) const {
  const long number = day_number(time), today = day_number(now);
  if (number == today) return clock(time);
  if (today - number == 1) return "Yesterday";
  const sys_days day{days{number}};
  if (number < today && today - number < 7) return std::string(weekday_name(day).substr(0, 3));
  const year_month_day date{day};
  std::string words = std::to_string(static_cast<unsigned>(date.day())) + " ";
  words += month_name(date).substr(0, 3);
  if (date.year() != year_month_day{sys_days{days{today}}}.year()) words += " " + std::to_string(static_cast<int>(date.year()));
  return words;
}

std::string LocalTime::english_day(wasmqtt::Time time, wasmqtt::Time now) const {
  const long number = day_number(time);
  const long ago = day_number(now) - number;
  if (ago == 0) return "Today";
  if (ago == 1) return "Yesterday";
  const sys_days day{days{number}};
  if (ago > 1 && ago < 7) return std::string(weekday_name(day));
  const year_month_day date{day};
  return std::to_string(static_cast<unsigned>(date.day())) + " " + std::string(month_name(date)) + " " +
         std::to_string(static_cast<int>(date.year()));
}

}  // namespace chat
