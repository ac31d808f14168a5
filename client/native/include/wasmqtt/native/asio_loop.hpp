// The EventLoop of a native program: a thin layer over a boost::asio::io_context.
//
//   boost::asio::io_context context;
//   wasmqtt::AsioLoop loop(context);
//   wasmqtt::NetworkTransport transport(context);
//   wasmqtt::MqttClient mqtt(loop, transport, {.urls = {"mqtt://localhost"}});
//   mqtt.connect();
//   context.run();
//
// Thread rule: a client and everything it uses belong to the one thread that runs `context`. One AsioLoop serves one
// client; several loops may share a context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "wasmqtt/event_loop.hpp"

namespace wasmqtt {

class AsioLoop final : public EventLoop {
 public:
  // `context` must outlive the loop. After the destructor nothing is called back.
  explicit AsioLoop(boost::asio::io_context& context);
  ~AsioLoop() override;
  AsioLoop(const AsioLoop&) = delete;
  AsioLoop& operator=(const AsioLoop&) = delete;

  // The wall clock; when it steps backwards, it is treated as standing still.
  Time now() const override;
  void attach(std::function<void()> on_timer, std::function<void()> on_turn) override;
  // The wait is cut into pieces of at most longest_sleep: the kernel's timers stand still while the machine sleeps,
  // so this is how late a deadline is noticed that passed meanwhile.
  void set_timer(std::optional<Time> when) override;
  void request_turn() override;
  std::uint64_t random() override;

  static constexpr Duration longest_sleep = std::chrono::seconds{5};

 private:
  class State;
  std::shared_ptr<State> state_;
};

// Turns a wall clock, which may step backwards, into one that only moves forward: the rule of AsioLoop::now().
class ForwardClock {
 public:
  Time update(Time wall);

 private:
  Time last_{};
  Duration ahead_{};  // of the wall clock, after it stepped backwards
};

}  // namespace wasmqtt
