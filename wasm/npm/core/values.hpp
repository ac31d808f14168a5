// A list of numbers and texts that JavaScript has placed in a Room: src/core.js writes it, in the order in which it is read
// here. A number is a double; a text its size as a double, then its bytes; -1 is no text.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "wasmqtt/client.hpp"
#include "wasmqtt/properties.hpp"
#include "wasmqtt/types.hpp"

namespace wasmqtt {

// JavaScript's milliseconds. Infinity, or more than a deadline can hold, is the longest: three hundred years.
inline Duration in_milliseconds(double value) {
  constexpr double longest = 1e13;
  return Duration{static_cast<Duration::rep>(std::min(value, longest) * 1000.0)};
}

class Values {
 public:
  explicit Values(Bytes bytes) : rest_(bytes) {}

  bool more() const { return !rest_.empty(); }
  double number() {
    double value = 0;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  bool flag() { return number() != 0; }
  // Of things in memory; Infinity is all that there is.
  std::size_t size() { return static_cast<std::size_t>(std::min(number(), 2147483647.0)); }
  Duration milliseconds() { return in_milliseconds(number()); }
  std::chrono::seconds seconds() { return std::chrono::seconds{static_cast<int>(number())}; }
  Qos qos() { return static_cast<Qos>(static_cast<int>(number())); }
  std::optional<std::string> text() {
    const double size = number();
    if (size < 0) return std::nullopt;
    return std::string(as_text(take(static_cast<std::size_t>(size))));
  }
  // MQTT 5's, as on the wire; -1: none. Whoever takes them checks them.
  PropertyList properties() {
    PropertyList list;
    if (const double size = number(); size > 0) list.assign(Properties(take(static_cast<std::size_t>(size))));
    return list;
  }
  // Topic, message, QoS, retain flag and properties; no topic: none.
  std::optional<WillOptions> will() {
    auto topic = text();
    if (!topic) return std::nullopt;
    return WillOptions{std::move(*topic), *bytes(), qos(), flag(), properties()};
  }
  std::optional<std::vector<std::uint8_t>> bytes() {
    const double size = number();
    if (size < 0) return std::nullopt;
    const Bytes taken = take(static_cast<std::size_t>(size));
    return std::vector<std::uint8_t>(taken.begin(), taken.end());
  }

 private:
  Bytes take(std::size_t count) {
    const Bytes part = rest_.first(count);
    rest_ = rest_.subspan(count);
    return part;
  }

  Bytes rest_;
};

}  // namespace wasmqtt
