#include "authentication.hpp"

namespace wasmqtt {
namespace {

using S = AuthenticationState;
using E = AuthenticationEvent;

struct Rule {
  S state;
  E event;
  S next;
};

// All that is not here is out of turn.
constexpr Rule rules[] = {
    {S::none, E::connect, S::broker},
    {S::broker, E::asked, S::us},        // [MQTT5-4.12.0-2]
    {S::us, E::answered, S::broker},     // [MQTT5-4.12.0-3]
    {S::broker, E::connack, S::accepted},
    {S::accepted, E::told, S::none},
    {S::none, E::renew, S::renewal_broker},  // [MQTT5-4.12.1-1]
    {S::renewal_broker, E::asked, S::renewal_us},
    {S::renewal_us, E::answered, S::renewal_broker},
    {S::renewal_broker, E::succeeded, S::none},
};

}  // namespace

std::optional<AuthenticationState> next_turn(AuthenticationState state, AuthenticationEvent event) {
  for (const Rule& rule : rules) {
    if (rule.state == state && rule.event == event) return rule.next;
  }
  return std::nullopt;
}

}  // namespace wasmqtt
