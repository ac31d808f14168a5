// What the driver is doing, and what each event makes of it: one table, without a side effect.
//
//   const DriverTransition transition = next_transition(DriverState::waiting, DriverEvent::retry);
//   // preparing, prepare
#pragma once

#include <cstdint>
#include <optional>

#include "wasmqtt/driver.hpp"

namespace wasmqtt {

enum class DriverState : std::uint8_t {
  unloaded,       // at rest; there is a store, and its session has not been read
  stopped,        // at rest
  loading,        // the store reads the session
  preparing,      // prepare_attempt was asked
  opening,        // the transport opens
  connecting,     // CONNECT is out, CONNACK awaited
  connected,
  disconnecting,  // DISCONNECT or the end of the transport is under way, then stop
  restarting,     // the same, but started again meanwhile
  failed,         // the attempt ended before CONNACK; what next is decided at the end of the turn
  lost,           // the connection ended; what next is decided at the end of the turn
  closed,         // ended as asked; stops at the end of the turn
  waiting,        // for the next attempt
};
inline constexpr std::size_t driver_states = 13;

enum class DriverEvent : std::uint8_t {
  start,         // connect()
  stop,          // disconnect()
  abort,         // abort()
  loaded,        // the store's answer
  prepared,      // the answer of prepare_attempt
  not_prepared,  // it failed
  opened,        // the transport is open
  accepted,      // CONNACK
  ended,         // the client's Closed
  again,         // decided at the end of the turn: wait, then try again
  give_up,       // decided at the end of the turn: stop
  retry,         // the wait is over, or wake()
  timed_out,     // the deadline of this state
  store_lost,    // the store failed, under StoreFailure::stop
  go_back,       // it is time to try the first broker of the list again
};
inline constexpr std::size_t driver_events = 15;

enum class DriverAction : std::uint8_t {
  nothing,
  load,              // ask the store for the session
  prepare,           // begin an attempt: ask for address and credentials
  open,              // open the transport
  send_connect,
  disconnect,        // DISCONNECT, within the disconnect time-out
  abort,             // end the attempt without DISCONNECT
  fail_preparation,  // end the attempt: prepare_attempt failed, or did not answer in time
  close_unopened,    // end the attempt: the transport did not open in time
};

struct DriverTransition {
  DriverState next;
  DriverAction action;
  friend bool operator==(const DriverTransition&, const DriverTransition&) = default;
};

// An event that means nothing in this state: the state itself, and nothing.
DriverTransition next_transition(DriverState state, DriverEvent event);

// What the application sees; none: what it saw before, until it is decided what comes next.
std::optional<ConnectionState> visible_state(DriverState state);

constexpr bool at_rest(DriverState state) { return state == DriverState::unloaded || state == DriverState::stopped; }
// An attempt has ended, and it is to be decided what comes next.
constexpr bool undecided(DriverState state) {
  return state == DriverState::failed || state == DriverState::lost || state == DriverState::closed;
}

}  // namespace wasmqtt
