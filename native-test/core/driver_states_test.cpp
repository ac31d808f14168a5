// The driver's table, gone through as a whole.
#include <doctest/doctest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "driver_states.hpp"

using namespace wasmqtt;

namespace {

// Rows: states; columns: events. A cell is the next state, or "same", and what is done after a slash; "-": nothing happens.
constexpr std::string_view expected = R"(
state         start                 stop                     abort               loaded            prepared     not_prepared            opened                  accepted  ended  again   give_up retry             timed_out               store_lost go_back
unloaded      loading/load          -                        -                   stopped           -            -                       -                       -         -      -       -       -                 -                       -          -
stopped       preparing/prepare     -                        -                   -                 -            -                       -                       -         -      -       -       -                 -                       -          -
loading       -                     unloaded                 unloaded            preparing/prepare -            -                       -                       -         -      -       -       -                 -                       stopped    -
preparing     -                     stopped                  stopped             -                 opening/open failed/fail_preparation -                       -         -      -       -       -                 failed/fail_preparation stopped    -
opening       -                     disconnecting/disconnect disconnecting/abort -                 -            -                       connecting/send_connect -         failed -       -       -                 same/close_unopened     same/abort -
connecting    -                     disconnecting/disconnect disconnecting/abort -                 -            -                       -                       connected failed -       -       -                 -                       same/abort -
connected     -                     disconnecting/disconnect disconnecting/abort -                 -            -                       -                       -         lost   -       -       -                 -                       same/abort restarting/disconnect
disconnecting restarting/disconnect -                        same/abort          -                 -            -                       -                       -         closed -       -       -                 same/abort              same/abort -
restarting    -                     disconnecting/disconnect disconnecting/abort -                 -            -                       -                       -         lost   -       -       -                 same/abort              same/abort -
failed        -                     closed                   closed              -                 -            -                       -                       -         -      waiting stopped -                 -                       -          -
lost          -                     closed                   closed              -                 -            -                       -                       -         -      waiting stopped -                 -                       -          -
closed        lost                  -                        -                   -                 -            -                       -                       -         -      -       stopped -                 -                       -          -
waiting       preparing/prepare     stopped                  stopped             -                 -            -                       -                       -         -      -       -       preparing/prepare -                       stopped    -
)";

const std::vector<std::string> state_names{"unloaded",      "stopped",    "loading", "preparing", "opening", "connecting", "connected",
                                           "disconnecting", "restarting", "failed",  "lost",      "closed",  "waiting"};
const std::vector<std::string> action_names{"nothing",    "load",  "prepare",          "open",          "send_connect",
                                            "disconnect", "abort", "fail_preparation", "close_unopened"};

std::size_t index_of(const std::vector<std::string>& names, const std::string& name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return i;
  }
  FAIL("no such name: " << name);
  return 0;
}

DriverTransition transition_of(const std::string& cell, DriverState state) {
  const std::size_t slash = cell.find('/');
  const std::string next = cell.substr(0, slash);
  const std::string action = slash == std::string::npos ? "nothing" : cell.substr(slash + 1);
  const bool same = next == "-" || next == "same";
  return {same ? state : static_cast<DriverState>(index_of(state_names, next)),
          static_cast<DriverAction>(index_of(action_names, action))};
}

// Calls visit(state, event, transition) for each cell of the table itself.
template <class Visit>
void each_transition(Visit&& visit) {
  for (std::size_t state = 0; state < driver_states; ++state) {
    for (std::size_t event = 0; event < driver_events; ++event) {
      const auto from = static_cast<DriverState>(state);
      const auto what = static_cast<DriverEvent>(event);
      visit(from, what, next_transition(from, what));
    }
  }
}

// All states that some events lead to from here.
std::set<DriverState> reachable(DriverState from, const std::set<DriverEvent>& events) {
  std::set<DriverState> all{from};
  for (std::size_t before = 0; before != all.size();) {
    before = all.size();
    each_transition([&](DriverState state, DriverEvent event, DriverTransition to) {
      if (all.count(state) != 0 && events.count(event) != 0) all.insert(to.next);
    });
  }
  return all;
}

bool holds_a_transport(DriverState state) {
  return state == DriverState::opening || state == DriverState::connecting || state == DriverState::connected ||
         state == DriverState::disconnecting || state == DriverState::restarting;
}

}  // namespace

TEST_CASE("the driver's table: each state and each event has the expected next state and action") {
  std::istringstream lines{std::string(expected)};
  std::string line;
  std::size_t state = 0;
  while (std::getline(lines, line)) {
    std::istringstream cells(line);
    std::string name, cell;
    if (!(cells >> name) || name == "state") continue;
    CHECK(name == state_names[state]);
    std::size_t event = 0;
    for (; cells >> cell; ++event) {
      CAPTURE(name);
      CAPTURE(cell);
      const auto from = static_cast<DriverState>(state);
      CHECK(next_transition(from, static_cast<DriverEvent>(event)) == transition_of(cell, from));
    }
    CHECK(event == driver_events);
    ++state;
  }
  CHECK(state == driver_states);
}

TEST_CASE("the driver's table: only being asked, giving up and a lost store lead to rest") {
  each_transition([](DriverState state, DriverEvent event, DriverTransition to) {
    if (at_rest(state) || !at_rest(to.next)) return;
    CHECK((event == DriverEvent::stop || event == DriverEvent::abort || event == DriverEvent::give_up ||
           event == DriverEvent::store_lost));
  });
}

TEST_CASE("the driver's table: at rest only start() begins anything") {
  each_transition([](DriverState state, DriverEvent event, DriverTransition to) {
    if (!at_rest(state) || event == DriverEvent::start) return;
    CHECK(at_rest(to.next));
    CHECK(to.action == DriverAction::nothing);
  });
}

TEST_CASE("the driver's table: stop() and what follows from it lead to rest from every state, and to no new attempt") {
  for (const DriverEvent asked : {DriverEvent::stop, DriverEvent::abort}) {
    for (std::size_t state = 0; state < driver_states; ++state) {
      const DriverState stopping = next_transition(static_cast<DriverState>(state), asked).next;
      const auto all = reachable(stopping, {DriverEvent::ended, DriverEvent::give_up, DriverEvent::again, DriverEvent::retry,
                                            DriverEvent::timed_out, DriverEvent::opened, DriverEvent::accepted,
                                            DriverEvent::prepared});
      CHECK((all.count(DriverState::stopped) + all.count(DriverState::unloaded)) == 1);
      CHECK(all.count(DriverState::waiting) + all.count(DriverState::preparing) == 0);
    }
  }
}

TEST_CASE("the driver's table: start() leads to a connection from every state, if all goes well") {
  for (std::size_t state = 0; state < driver_states; ++state) {
    const auto all = reachable(static_cast<DriverState>(state),
                               {DriverEvent::start, DriverEvent::loaded, DriverEvent::prepared, DriverEvent::opened,
                                DriverEvent::accepted, DriverEvent::ended, DriverEvent::again, DriverEvent::retry});
    CHECK(all.count(DriverState::connected) == 1);
  }
}

TEST_CASE("the driver's table: a transport is opened only where there is none, and left only by its end") {
  each_transition([](DriverState state, DriverEvent event, DriverTransition to) {
    if (to.action == DriverAction::open) CHECK_FALSE(holds_a_transport(state));
    if (!holds_a_transport(state) && holds_a_transport(to.next)) CHECK(to.action == DriverAction::open);
    if (holds_a_transport(state) && !holds_a_transport(to.next)) CHECK(event == DriverEvent::ended);
  });
}

TEST_CASE("the driver's table: while it is undecided what comes next, the application sees what it saw before") {
  for (std::size_t state = 0; state < driver_states; ++state)
    CHECK(visible_state(static_cast<DriverState>(state)).has_value() != undecided(static_cast<DriverState>(state)));
}
