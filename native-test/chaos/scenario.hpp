// The script of a run: what the application and the others do, and when. QoS 0, 1 and 2 both ways, retained, will,
// subscribe and unsubscribe in mid-stream, several messages in one turn, and a pause that needs a PINGREQ.
#pragma once

#include <array>
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
};

inline constexpr Qos q0 = Qos::at_most_once;
inline constexpr Qos q1 = Qos::at_least_once;
inline constexpr Qos q2 = Qos::exactly_once;

inline constexpr auto application_steps = std::to_array<Step>({
    {0, Step::Kind::subscribe, "in/+/q", q2},
    {0, Step::Kind::subscribe, "in/low/#", q1},
    {0, Step::Kind::subscribe, "gone/#", q1},
    {100, Step::Kind::publish, "out/a", q1},
    {100, Step::Kind::publish, "out/a", q2},
    {100, Step::Kind::publish, "out/a", q0},
    {100, Step::Kind::publish, "out/b", q2},
    {150, Step::Kind::publish, "out/a", q2},
    {200, Step::Kind::publish, "out/a", q1},
    {300, Step::Kind::publish, "out/state", q1, true},
    {400, Step::Kind::subscribe, "more/#", q2},
    {400, Step::Kind::unsubscribe, "gone/#"},
    {600, Step::Kind::publish, "out/a", q1},
    {600, Step::Kind::publish, "out/a", q2},
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
