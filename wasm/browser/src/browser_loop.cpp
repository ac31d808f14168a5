#include "wasmqtt/browser/browser_loop.hpp"

#include <emscripten.h>

#include <algorithm>
#include <cmath>
#include <utility>

// js/loop.js
extern "C" {
int wasmqtt_loop_new(wasmqtt::BrowserLoop* self);
void wasmqtt_loop_delete(int id);
void wasmqtt_loop_set_timer(int id, double milliseconds);
void wasmqtt_loop_request_turn(int id);
double wasmqtt_loop_now();  // milliseconds since the epoch
void wasmqtt_loop_random(void* out, std::size_t size);

EMSCRIPTEN_KEEPALIVE void wasmqtt_loop_due(wasmqtt::BrowserLoop* self) { self->handle_due(); }
EMSCRIPTEN_KEEPALIVE void wasmqtt_loop_turned(wasmqtt::BrowserLoop* self) { self->handle_turn(); }
}

namespace wasmqtt {

BrowserLoop::BrowserLoop() : id_(wasmqtt_loop_new(this)) {}

BrowserLoop::~BrowserLoop() { wasmqtt_loop_delete(id_); }

Time BrowserLoop::now() const {
  if (this_turn_) return *this_turn_;
  const Time now{Duration{static_cast<Duration::rep>(wasmqtt_loop_now() * 1000.0)}};
  if (turn_requested_) this_turn_ = now;
  return now;
}

void BrowserLoop::attach(std::function<void()> on_timer, std::function<void()> on_turn) {
  on_timer_ = std::move(on_timer);
  on_turn_ = std::move(on_turn);
}

void BrowserLoop::set_timer(std::optional<Time> when) {
  wanted_ = when;
  if (when && (!armed_ || *when < *armed_)) arm(*when);
}

void BrowserLoop::arm(Time when) {
  armed_ = when;
  const Duration left = std::max(when - now(), Duration{});
  wasmqtt_loop_set_timer(id_, std::ceil(static_cast<double>(left.count()) / 1000.0));
}

void BrowserLoop::handle_due() {
  armed_.reset();
  if (!wanted_) return;
  if (now() < *wanted_) return arm(*wanted_);
  wanted_.reset();
  if (on_timer_) on_timer_();
}

void BrowserLoop::request_turn() {
  if (turn_requested_) return;
  turn_requested_ = true;
  wasmqtt_loop_request_turn(id_);
}

void BrowserLoop::handle_turn() {
  turn_requested_ = false;
  this_turn_.reset();
  if (on_turn_) on_turn_();
}

std::uint64_t BrowserLoop::random() {
  std::uint64_t bits = 0;
  wasmqtt_loop_random(&bits, sizeof bits);
  return bits;
}

}  // namespace wasmqtt
