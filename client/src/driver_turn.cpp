// One turn of the driver: events up, journal to the store, bytes to the wire.
#include <algorithm>

#include "driver_states.hpp"
#include "wasmqtt/driver.hpp"

namespace wasmqtt {
namespace {

// One write becomes one WebSocket frame: large enough that its cost does not count, small enough not to stall.
constexpr std::size_t largest_write = 64 * 1024;

}  // namespace

// ---- what the transport says ----

void Driver::on_transport_open() { fire(DriverEvent::opened); }

void Driver::on_transport_bytes(Bytes bytes) {
  client_.handle_bytes(bytes, loop_.now());
  drain();
}

void Driver::on_transport_writable() {
  transport_full_ = false;
  drain();
}

void Driver::on_transport_closed(const TransportClose& close) {
  transport_in_use_ = false;
  client_.handle_transport_closed(close, loop_.now());
  drain();
}

// ---- the turn ----

void Driver::drain() {
  if (draining_) return;
  draining_ = true;
  do {
    deliver_events();
    write_journal();
    write_output();
    close_transport_if_due();
  } while (client_.has_events());
  draining_ = false;
  while (undecided(step_)) decide_what_next();
  if (on_turn) on_turn();
  stop_if_done();
  arm_timer();
}

void Driver::deliver_events() {
  const Time now = loop_.now();  // once: thousands of messages come in one piece, and a browser's clock is slow
  while (const Event* event = client_.poll_event(now)) {
    if (!std::holds_alternative<Message>(*event)) note(*event, now);
    const auto* step = options_.authenticator == nullptr ? nullptr : std::get_if<Authentication>(event);
    if (step != nullptr && options_.authenticator->driver_tells(client_, *step, now)) continue;
    const bool connected = std::holds_alternative<Connected>(*event);
    if (on_event) on_event(*event);
    // After the event, so that whoever hears of the state finds everything above it ready; unless it was ended there.
    if (!connected) continue;
    fire(DriverEvent::accepted);
    if (step_ != DriverState::connected || options_.return_after == Duration{} || !urls_.away()) continue;
    const int times = 1 << std::min(urls_.failed_returns(), 6u);
    go_back_at_ = later(now, std::min(options_.return_after, Duration::max() / times) * times);
  }
}

void Driver::note(const Event& event, Time now) {
  finishing_.note(event, now);
  takeover_.note(event);
  if (std::holds_alternative<Connected>(event)) remember_version();
  if (std::holds_alternative<Connected>(event)) urls_.settle();
  if (const Closed* closed = std::get_if<Closed>(&event)) {
    close_record_ = closed->record;
    fire(DriverEvent::ended);
  }
}

void Driver::write_journal() {
  if (store_ == nullptr) return;
  const std::uint64_t position = client_.journal_position();
  if (store_failed_) {
    client_.take_journal();
    if (store_says_stop()) return;
    client_.handle_journal_durable(position);
    return;
  }
  if (step_ == DriverState::unloaded || step_ == DriverState::loading || client_.pending_journal().empty()) return;
  store_->append(client_.pending_journal(), [this, alive = lifetime_.watch(), position](bool ok, std::string_view problem) {
    if (!alive) return;
    if (!ok) store_problem(problem);
    if (!store_says_stop()) client_.handle_journal_durable(position);
    drain();
  });
  client_.take_journal();
}

void Driver::write_output() {
  while (transport_in_use_ && !transport_full_) {
    Bytes output = client_.pending_output();
    if (output.empty()) return;
    output = output.first(std::min(output.size(), largest_write));
    const std::size_t taken = transport_.write(output);
    transport_full_ = taken < output.size();
    client_.consume_output(taken, loop_.now(), transport_.buffered());
    if (taken != 0) finishing_.sent(loop_.now());
    write_journal();
  }
}

// In a long burst the network works while the application still makes the rest. Neither events nor records: those come
// with the turn.
void Driver::write_full_frames() {
  while (transport_in_use_ && !transport_full_) {
    const Bytes output = client_.pending_output();
    if (output.size() < largest_write) return;
    const std::size_t taken = transport_.write(output.first(largest_write));
    transport_full_ = taken < largest_write;
    client_.consume_output(taken, loop_.now(), transport_.buffered());
  }
}

void Driver::close_transport_if_due() {
  if (!client_.should_close()) return;
  if (transport_in_use_) transport_.close();
  transport_in_use_ = false;
  client_.handle_transport_closed({TransportFault::none, 0, {}, true}, loop_.now());
}

void Driver::stop_if_done() {
  if (!finishing_.deadline()) return;
  const Client::Counts counts = client_.counts();
  const bool done = counts.queued + counts.in_flight + counts.requests + counts.output_bytes == 0;
  if (!done && loop_.now() < *finishing_.deadline()) return;
  finishing_.cancel();
  fire(DriverEvent::stop);
}

}  // namespace wasmqtt
