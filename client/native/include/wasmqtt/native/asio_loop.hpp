// The EventLoop of a native program: a thin layer over a boost::asio::io_context.
//
//   boost::asio::io_context context;
//   wasmqtt::AsioLoop loop(context);
//   wasmqtt::NetworkTransport transport(context);
//   wasmqtt::MqttClient mqtt(loop, transport, {.urls = {"mqtt://localhost"}});
//   mqtt.connect();
//   context.run();
//
// Everything of one client runs on the one thread that runs `context`. One AsioLoop serves one client; several may
// share a context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "wasmqtt/event_loop.hpp"

namespace wasmqtt {

class AsioLoop final : public EventLoop {
 public:
  // `context` outlives the loop. A loop that is destroyed calls nothing any more.
  explicit AsioLoop(boost::asio::io_context& context);
  ~AsioLoop() override;
  AsioLoop(const AsioLoop&) = delete;
  AsioLoop& operator=(const AsioLoop&) = delete;

  // The wall clock. When that is set back, no time has passed, and from there it goes on.
  Time now() const override;
  void attach(std::function<void()> on_timer, std::function<void()> on_turn) override;
  // The wait is cut into pieces of at most longest_sleep: the kernel's timers stand still while the machine sleeps,
  // so this is how late a deadline is noticed that passed meanwhile.
  void set_timer(std::optional<Time> when) override;
  void request_turn() override;
  std::uint64_t random() override;

  boost::asio::io_context& context();

  static constexpr Duration longest_sleep = std::chrono::seconds{5};

 private:
  class State;
  std::shared_ptr<State> state_;
};

// Turns a clock that may be set back into one that only goes on: the rule of AsioLoop::now(), by itself.
class ForwardClock {
 public:
  Time update(Time wall);

 private:
  Time last_{};
  Duration ahead_{};  // how much we are ahead of a wall clock that was set back
};

}  // namespace wasmqtt
