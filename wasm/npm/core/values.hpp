// A list of numbers and texts that JavaScript has placed in a Room: src/core.js writes it, in the order in which it is read
// here. A number is a double; a text its size as a double, then its bytes; -1 is no text. src/core_values.js has checked their
// types. A list that is not what is read here gives zeros and empty texts; nothing is read behind its end.
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
    if (const Bytes bytes = take(sizeof value); bytes.size() == sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  bool flag() { return number() != 0; }
  // Of things in memory; Infinity is all that there is.
  std::size_t size() { return static_cast<std::size_t>(std::clamp(number(), 0.0, 2147483647.0)); }
  Duration milliseconds() { return in_milliseconds(number()); }
  std::chrono::seconds seconds() { return std::chrono::seconds{static_cast<int>(number())}; }
  Qos qos() { return static_cast<Qos>(static_cast<int>(number())); }
  std::string text() { return optional_text().value_or(""); }
  std::optional<std::string> optional_text() {
    const double size = number();
    if (size < 0) return std::nullopt;
    return std::string(as_text(take(size)));
  }
  // MQTT 5's, as on the wire; -1: none. Whoever takes them checks them.
  PropertyList properties() {
    PropertyList list;
    if (const double size = number(); size > 0) list.assign(Properties(take(size)));
    return list;
  }
  // Topic, message, QoS, retain flag and properties; no topic: none.
  std::optional<WillOptions> will() {
    auto topic = optional_text();
    if (!topic) return std::nullopt;
    return WillOptions{std::move(*topic), bytes(), qos(), flag(), properties()};
  }
  std::vector<std::uint8_t> bytes() { return optional_bytes().value_or(std::vector<std::uint8_t>{}); }
  std::optional<std::vector<std::uint8_t>> optional_bytes() {
    const double size = number();
    if (size < 0) return std::nullopt;
    const Bytes taken = take(size);
    return std::vector<std::uint8_t>(taken.begin(), taken.end());
  }

 private:
  // As many bytes as there are, at the most.
  Bytes take(double size) {
    const auto count = static_cast<std::size_t>(std::clamp(size, 0.0, static_cast<double>(rest_.size())));
    const Bytes part = rest_.first(count);
    rest_ = rest_.subspan(count);
    return part;
  }

  Bytes rest_;
};

}  // namespace wasmqtt
