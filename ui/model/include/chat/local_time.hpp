// Interface to the user's clock, time zone and date format. The page asks the browser.
#pragma once

#include <chrono>
#include <string>

#include "wasmqtt/types.hpp"

namespace chat {

class LocalTime {
 public:
  virtual ~LocalTime() = default;

  // What the clock shows. Unlike EventLoop::now() it steps back when it is set back: for time stamps that people read, never
  // for deadlines.
  virtual wasmqtt::Time now() const = 0;
  // Local time minus UTC at `time` (summer time changes it).
  virtual std::chrono::minutes offset_at(wasmqtt::Time time) const = 0;
  // "10:42"; override it for a 12-hour clock.
  virtual std::string clock(wasmqtt::Time time) const { return clock_24(time); }
  // "Today", "Yesterday", "Monday" within a week, else "1 March 2025".
  virtual std::string day(wasmqtt::Time time, wasmqtt::Time now) const { return english_day(time, now); }

  // As day(), for the middle of a sentence: "today", "yesterday".
  std::string day_in_sentence(wasmqtt::Time time, wasmqtt::Time now) const;

  // "Yesterday", "Mon" within a week, "1 Mar", "1 Mar 2024" of another year; "10:42" today.
  std::string short_day(wasmqtt::Time time, wasmqtt::Time now) const;

  // Days since 1970-01-01 in local time: equal numbers are the same day.
  long day_number(wasmqtt::Time time) const;

 private:
  std::string clock_24(wasmqtt::Time time) const;
  std::string english_day(wasmqtt::Time time, wasmqtt::Time now) const;
};

}  // namespace chat
