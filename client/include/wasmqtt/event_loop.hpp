// Interface to the host's event loop: a browser page, a Boost.Asio program, or a test's virtual clock.
// One EventLoop serves one Driver, which has neither a clock nor a thread of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "wasmqtt/types.hpp"

namespace wasmqtt {

class EventLoop {
 public:
  virtual ~EventLoop() = default;

  // See Clock: wall time that never steps back and continues while the machine sleeps.
  virtual Time now() const = 0;

  // The functions to call; given once, by the Driver. An empty pair detaches.
  virtual void attach(std::function<void()> on_timer, std::function<void()> on_turn) = 0;

  // The one timer: on_timer at `when` or a little later; a new call replaces the old, nullopt clears it.
  virtual void set_timer(std::optional<Time> when) = 0;

  // on_turn once, soon, and not from inside this call: what was queued in this turn of the event loop then
  // leaves in one write. Further calls before it comes are free.
  virtual void request_turn() = 0;

  // Unpredictable bits, for the jitter of reconnects.
  virtual std::uint64_t random() = 0;
};

}  // namespace wasmqtt
