// The browser's event loop as the core's EventLoop.
//
//   wasmqtt::BrowserLoop loop;   // one per MqttClient or Driver
//
// Runs on events, one timer and microtasks; never on animation frames, which stop in a hidden tab. The timer is a
// worker's (mqtt_tick.js, which lies beside the module's script), since browsers slow down a hidden tab's own to one
// a minute; where that worker can't start, the page's timers serve.
#pragma once

#include "wasmqtt/event_loop.hpp"

namespace wasmqtt {

class BrowserLoop final : public EventLoop {
 public:
  BrowserLoop();
  ~BrowserLoop() override;
  BrowserLoop(const BrowserLoop&) = delete;
  BrowserLoop& operator=(const BrowserLoop&) = delete;

  // Read once between request_turn() and the turn, in which no other event of the browser can come: a burst of publishes
  // would spend more time on the clock than on messages.
  Time now() const override;
  void attach(std::function<void()> on_timer, std::function<void()> on_turn) override;
  void set_timer(std::optional<Time> when) override;
  // A microtask: after the event that is being served, before the next one.
  void request_turn() override;
  std::uint64_t random() override;
  // The turn that was requested comes now: for whoever is about to spend some time on something else in this event.
  void finish_turn() {
    if (turn_requested_) handle_turn();
  }

  // Called by js/loop.js.
  void handle_due();
  void handle_turn();

 private:
  void arm(Time when);

  int id_;
  std::function<void()> on_timer_;
  std::function<void()> on_turn_;
  // A later deadline leaves the armed timer as it is, which then wakes us early once: most deadlines move on with
  // every packet, and telling the worker each time would cost more than the packet.
  std::optional<Time> wanted_;
  std::optional<Time> armed_;
  bool turn_requested_ = false;
  mutable std::optional<Time> this_turn_;
};

}  // namespace wasmqtt
