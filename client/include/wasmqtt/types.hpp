// Types that every other header uses: bytes, time, QoS, packet identifiers.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

namespace wasmqtt {

// Borrowed bytes. Who owns them, and for how long, stands at each function that hands them out.
using Bytes = std::span<const std::uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The core has no clock: `now` is an argument of every input and command. It counts microseconds since
// the Unix epoch, so that a deadline in a journal means the same after a restart, and it has to continue
// while the machine sleeps. A clock that steps backwards is treated as standing still.
struct Clock {
  using duration = std::chrono::microseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Clock>;
  static constexpr bool is_steady = false;
};
using Time = Clock::time_point;
using Duration = Clock::duration;

// `by` after `from`. What would be later than can be counted is the last time there is: Duration::max() means never.
constexpr Time later(Time from, Duration by) { return by > Time::max() - from ? Time::max() : from + by; }

// Section 4.3. The enumerators' values are the wire's.
enum class Qos : std::uint8_t { at_most_once = 0, at_least_once = 1, exactly_once = 2 };

// Section 2.3.1: 1 to 65535; 0 means "none".
using PacketId = std::uint16_t;

enum class Direction : std::uint8_t { outbound, inbound };  // as the client sees it

// A value of the connection. The enumerators' values are those of the protocol level in CONNECT, section 3.1.2.2.
enum class ProtocolVersion : std::uint8_t { mqtt_3_1_1 = 4, mqtt_5 = 5 };

}  // namespace wasmqtt
