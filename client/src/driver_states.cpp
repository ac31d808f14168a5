#include "driver_states.hpp"

#include <array>

namespace wasmqtt {
namespace {

using S = DriverState;
using E = DriverEvent;
using A = DriverAction;

struct Rule {
  S state;
  E event;
  S next;
  A action = A::nothing;
};

// All that is not here changes nothing.
constexpr Rule rules[] = {
    {S::unloaded, E::start, S::loading, A::load},
    {S::unloaded, E::loaded, S::stopped},  // stopped while it was loading

    {S::stopped, E::start, S::preparing, A::prepare},

    {S::loading, E::stop, S::unloaded},
    {S::loading, E::abort, S::unloaded},
    {S::loading, E::loaded, S::preparing, A::prepare},
    {S::loading, E::store_lost, S::stopped},

    {S::preparing, E::stop, S::stopped},
    {S::preparing, E::abort, S::stopped},
    {S::preparing, E::prepared, S::opening, A::open},
    {S::preparing, E::not_prepared, S::failed, A::fail_preparation},
    {S::preparing, E::timed_out, S::failed, A::fail_preparation},
    {S::preparing, E::store_lost, S::stopped},

    {S::opening, E::stop, S::disconnecting, A::disconnect},
    {S::opening, E::abort, S::disconnecting, A::abort},
    {S::opening, E::opened, S::connecting, A::send_connect},
    {S::opening, E::ended, S::failed},
    {S::opening, E::timed_out, S::opening, A::close_unopened},
    {S::opening, E::store_lost, S::opening, A::abort},

    {S::connecting, E::stop, S::disconnecting, A::disconnect},
    {S::connecting, E::abort, S::disconnecting, A::abort},
    {S::connecting, E::accepted, S::connected},
    {S::connecting, E::ended, S::failed},
    {S::connecting, E::store_lost, S::connecting, A::abort},

    {S::connected, E::stop, S::disconnecting, A::disconnect},
    {S::connected, E::abort, S::disconnecting, A::abort},
    {S::connected, E::ended, S::lost},
    {S::connected, E::store_lost, S::connected, A::abort},
    {S::connected, E::go_back, S::restarting, A::disconnect},

    {S::disconnecting, E::start, S::restarting, A::disconnect},  // on_state may have asked for it before DISCONNECT was sent
    {S::disconnecting, E::abort, S::disconnecting, A::abort},
    {S::disconnecting, E::ended, S::closed},
    {S::disconnecting, E::timed_out, S::disconnecting, A::abort},
    {S::disconnecting, E::store_lost, S::disconnecting, A::abort},

    {S::restarting, E::stop, S::disconnecting, A::disconnect},  // the same
    {S::restarting, E::abort, S::disconnecting, A::abort},
    {S::restarting, E::ended, S::lost},
    {S::restarting, E::timed_out, S::restarting, A::abort},
    {S::restarting, E::store_lost, S::restarting, A::abort},

    {S::failed, E::stop, S::closed},
    {S::failed, E::abort, S::closed},
    {S::failed, E::again, S::waiting},
    {S::failed, E::give_up, S::stopped},

    {S::lost, E::stop, S::closed},
    {S::lost, E::abort, S::closed},
    {S::lost, E::again, S::waiting},
    {S::lost, E::give_up, S::stopped},

    {S::closed, E::start, S::lost},
    {S::closed, E::give_up, S::stopped},

    {S::waiting, E::start, S::preparing, A::prepare},
    {S::waiting, E::stop, S::stopped},
    {S::waiting, E::abort, S::stopped},
    {S::waiting, E::retry, S::preparing, A::prepare},
    {S::waiting, E::store_lost, S::stopped},
};

using Table = std::array<std::array<DriverTransition, driver_events>, driver_states>;

constexpr Table make_table() {
  Table table{};
  for (std::size_t state = 0; state < driver_states; ++state)
    table[state].fill({static_cast<S>(state), A::nothing});
  for (const Rule& rule : rules)
    table[static_cast<std::size_t>(rule.state)][static_cast<std::size_t>(rule.event)] = {rule.next, rule.action};
  return table;
}

constexpr Table table = make_table();

}  // namespace

DriverTransition next_transition(DriverState state, DriverEvent event) {
  return table[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];
}

std::optional<ConnectionState> visible_state(DriverState state) {
  switch (state) {
    case S::unloaded:
    case S::stopped: return ConnectionState::stopped;
    case S::loading: return ConnectionState::loading;
    case S::preparing:
    case S::opening:
    case S::connecting: return ConnectionState::connecting;
    case S::connected: return ConnectionState::connected;
    case S::disconnecting:
    case S::restarting: return ConnectionState::disconnecting;
    case S::waiting: return ConnectionState::waiting;
    case S::failed:
    case S::lost:
    case S::closed: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace wasmqtt
