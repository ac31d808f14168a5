// Whose turn it is in an enhanced authentication, MQTT 5's section 4.12: one table, without a side effect.
//
//   const auto next = next_turn(AuthenticationState::broker, AuthenticationEvent::asked);   // us
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace wasmqtt {

enum class AuthenticationState : std::uint8_t {
  none,           // no exchange is under way
  broker,         // CONNECT or our AUTH is out
  us,             // the broker's AUTH is to be answered
  accepted,       // CONNACK has come, and its data is being told; the connection begins after that
  renewal_broker, // the same on a live connection: AUTH is out
  renewal_us,
};
inline constexpr std::size_t authentication_states = 6;

enum class AuthenticationEvent : std::uint8_t {
  connect,    // CONNECT with a method was sent
  renew,      // AUTH 0x19 was sent
  asked,      // AUTH 0x18 came
  answered,   // AUTH 0x18 was sent
  succeeded,  // AUTH 0x00 came
  connack,    // CONNACK accepted the connection
  told,       // the application has had what CONNACK said
};
inline constexpr std::size_t authentication_events = 7;

// nullopt: it is out of turn, and nothing changes.
std::optional<AuthenticationState> next_turn(AuthenticationState state, AuthenticationEvent event);

constexpr bool is_renewal(AuthenticationState state) { return state >= AuthenticationState::renewal_broker; }

}  // namespace wasmqtt
