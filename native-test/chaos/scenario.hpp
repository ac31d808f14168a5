// The script of a run: what the application and the others do, and when. QoS 0, 1 and 2 both ways, retained, will,
// subscribe and unsubscribe in mid-stream, several messages in one turn, messages that expire, and a pause that needs a
// PINGREQ. One script for both versions: what only MQTT 5 has is left out in 3.1.1, or the whole step is.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "wasmqtt/types.hpp"

namespace wasmqtt::chaos {

struct Step {
  enum class Kind : std::uint8_t { subscribe, unsubscribe, publish };
  int at_ms = 0;
  Kind kind = Kind::publish;
  std::string_view topic;  // or filter
  Qos qos = Qos::at_most_once;
  bool retain = false;
  std::uint32_t expiry = 0;         // seconds: its Message Expiry Interval, which counts in the queue in either version
  bool large = false;               // has a User Property that some connections have no room for
  bool only_in_5 = false;
};

inline constexpr Qos q0 = Qos::at_most_once;
inline constexpr Qos q1 = Qos::at_least_once;
inline constexpr Qos q2 = Qos::exactly_once;

// MQTT 5: messages to it are refused by PUBACK or PUBREC.
inline constexpr std::string_view denied_topic = "out/denied";

inline constexpr auto application_steps = std::to_array<Step>({
    {0, Step::Kind::subscribe, "in/+/q", q2},
    {0, Step::Kind::subscribe, "in/low/#", q1},
    {0, Step::Kind::subscribe, "gone/#", q1},
    {100, Step::Kind::publish, "out/a", q1},
    {100, Step::Kind::publish, "out/a", q2},
    {100, Step::Kind::publish, "out/a", q0},
    {100, Step::Kind::publish, "out/b", q2},
    {.at_ms = 120, .topic = denied_topic, .qos = q1, .only_in_5 = true},
    {.at_ms = 120, .topic = denied_topic, .qos = q2, .only_in_5 = true},
    {150, Step::Kind::publish, "out/a", q2},
    {.at_ms = 200, .topic = "out/a", .qos = q1, .expiry = 2},
    {.at_ms = 250, .topic = "out/c", .qos = q2, .large = true, .only_in_5 = true},
    {300, Step::Kind::publish, "out/state", q1, true},
    {400, Step::Kind::subscribe, "more/#", q2},
    {400, Step::Kind::unsubscribe, "gone/#"},
    {600, Step::Kind::publish, "out/a", q1},
    {.at_ms = 600, .topic = "out/a", .qos = q2, .expiry = 30},
    {30'000, Step::Kind::publish, "out/b", q0},
    {30'000, Step::Kind::publish, "out/b", q1},
    {30'000, Step::Kind::publish, "out/b", q2},
});

inline constexpr auto others_steps = std::to_array<Step>({
    {0, Step::Kind::publish, "in/low/kept", q1, true},
    {150, Step::Kind::publish, "in/x/q", q0},
    {150, Step::Kind::publish, "in/x/q", q1},
    {150, Step::Kind::publish, "in/x/q", q2},
    {160, Step::Kind::publish, "in/low/y", q2},
    {250, Step::Kind::publish, "in/x/q", q2},
    {250, Step::Kind::publish, "in/x/q", q2},
    {255, Step::Kind::publish, "in/x/q", q1},
    {350, Step::Kind::publish, "gone/1", q1},
    {500, Step::Kind::publish, "more/z", q2},
    {500, Step::Kind::publish, "more/z", q1},
    {505, Step::Kind::publish, "gone/2", q1},
    {30'010, Step::Kind::publish, "in/x/q", q1},
    {30'010, Step::Kind::publish, "in/x/q", q2},
    {60'000, Step::Kind::publish, "in/x/q", q2},
});

}  // namespace wasmqtt::chaos
