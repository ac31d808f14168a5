#include "wasmqtt/native/asio_loop.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <random>

namespace wasmqtt {

namespace asio = boost::asio;

Time ForwardClock::update(Time wall) {
  Time time = wall + ahead_;
  if (time < last_) {
    ahead_ += last_ - time;
    time = last_;
  }
  last_ = time;
  return time;
}

// Handlers in flight own the state, so that one that runs after the loop is destroyed finds nothing to call.
class AsioLoop::State : public std::enable_shared_from_this<State> {
 public:
  explicit State(asio::io_context& context) : context_(context), timer_(context) {}

  Time now() {
    auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return clock_.update(Time(std::chrono::duration_cast<Duration>(since_epoch)));
  }

  void set_timer(std::optional<Time> when) {
    deadline_ = when;
    if (!when) return stop_waiting();  // not only forgotten: a run() without other work would wait for it
    // A client moves its deadline with every packet, mostly to later: only an earlier one costs a system call.
    if (waiting_ && wake_at_ <= *when) return;
    sleep();
  }

  void request_turn() {
    if (turn_requested_) return;
    turn_requested_ = true;
    asio::post(context_, [self = shared_from_this()] {
      self->turn_requested_ = false;
      // A copy: the function may attach another, or nothing.
      if (auto on_turn = self->on_turn_) on_turn();
    });
  }

  void detach() {
    on_timer_ = nullptr;
    on_turn_ = nullptr;
    deadline_.reset();
    stop_waiting();
  }

  asio::io_context& context_;
  std::function<void()> on_timer_;
  std::function<void()> on_turn_;

 private:
  void stop_waiting() {
    if (!waiting_) return;
    waiting_ = false;
    timer_.cancel();
  }

  void sleep() {
    Time start = now();
    Duration interval = std::clamp(*deadline_ - start, Duration::zero(), longest_sleep);
    wake_at_ = start + interval;
    waiting_ = true;
    std::uint64_t wait = ++waits_;
    timer_.expires_after(interval);
    timer_.async_wait([self = shared_from_this(), wait](boost::system::error_code) {
      if (wait == self->waits_ && self->waiting_) self->wake();
    });
  }

  void wake() {
    waiting_ = false;
    if (!deadline_) return;
    if (now() < *deadline_) return sleep();
    deadline_.reset();
    if (auto on_timer = on_timer_) on_timer();
  }

  asio::steady_timer timer_;
  ForwardClock clock_;
  std::optional<Time> deadline_;
  Time wake_at_{};
  std::uint64_t waits_ = 0;
  bool waiting_ = false;
  bool turn_requested_ = false;
};

AsioLoop::AsioLoop(asio::io_context& context) : state_(std::make_shared<State>(context)) {}
AsioLoop::~AsioLoop() { state_->detach(); }

Time AsioLoop::now() const { return state_->now(); }

void AsioLoop::attach(std::function<void()> on_timer, std::function<void()> on_turn) {
  state_->on_timer_ = std::move(on_timer);
  state_->on_turn_ = std::move(on_turn);
}

void AsioLoop::set_timer(std::optional<Time> when) { state_->set_timer(when); }
void AsioLoop::request_turn() { state_->request_turn(); }

std::uint64_t AsioLoop::random() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace wasmqtt
