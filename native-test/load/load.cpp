#include "load.hpp"

#include <cmath>
#include <random>

#include "machine_limits.hpp"

namespace wasmqtt::load {
namespace {

constexpr Duration tick_interval = std::chrono::milliseconds{1};
// Of a fleet that is not connected by then.
constexpr double connect_patience = 30;

std::int64_t microseconds(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

std::int64_t microseconds_now() { return microseconds(std::chrono::steady_clock::now()); }

FleetOptions fleet_options(const LoadOptions& options, std::vector<std::string> source_addresses, std::uint64_t run) {
  FleetOptions fleet{.urls = options.urls,
                     .connections = options.connections,
                     .connect_rate = options.connect_rate,
                     .client_id = options.client_id + "-" + std::to_string(run % 1'000'000),
                     .source_addresses = std::move(source_addresses)};
  fleet.client.protocol = options.mqtt5 ? Protocol::mqtt_5 : Protocol::mqtt_3_1_1;
  if (!options.user.empty()) fleet.client.user_name = options.user;
  if (options.password) fleet.client.password = std::vector<std::uint8_t>(options.password->begin(), options.password->end());
  // Nothing that the client could hold back: the load is open.
  fleet.client.in_flight_window = 65'535;
  fleet.client.queue_messages = 10'000'000;
  fleet.client.queue_bytes = std::size_t{1} << 30;
  fleet.driver.reconnect_at_once = true;
  fleet.network.tls.ca_file = options.ca_file;
  fleet.network.read_buffer_bytes = options.connections > 1000 ? 2048 : 64 * 1024;
  return fleet;
}

}  // namespace

Load::Load(boost::asio::io_context& context, const LoadOptions& options, std::vector<std::string> source_addresses)
    : options_(options),
      receivers_(options.rate == 0 ? 0 : options.receivers.value_or(options.connections)),
      run_((std::uint64_t{std::random_device{}()} << 32) | std::random_device{}()),
      fleet_(context, fleet_options(options, std::move(source_addresses), run_)),
      timer_(context),
      payload_(options.payload_bytes, 'x'),
      prepared_(options.connections) {
  fleet_.on_event = [this](std::size_t client, const MqttEvent& event) { handle(client, event); };
  fleet_.on_delivery = [this](std::size_t client, const DeliveryChanged& change) {
    if (change.state == DeliveryState::failed) return messages_.failed(client, change.delivery);
    if (change.state != DeliveryState::acknowledged) return;
    const auto found = messages_.acknowledged(client, change.delivery);
    if (!found) return;
    const Duration latency{microseconds_now() - found->intended};
    report_.to_acknowledgement.add(latency);
    if (receivers_ == 0) recent_.add(latency);
    ++acknowledged_;
    progressed_at_ = Clock::now();
  };
  fleet_.on_message = [this](std::size_t, const Message& message) {
    const auto stamp = Stamp::read(message.payload);
    if (!stamp || stamp->run != run_) return;
    progressed_at_ = Clock::now();
    if (!messages_.received(stamp->number)) return;
    const Duration latency{microseconds_now() - stamp->intended};
    report_.to_receiver.add(latency);
    recent_.add(latency);
    ++received_;
  };
}

void Load::start() {
  memory_before_ = resident_bytes();
  shown_at_ = Clock::now();
  enter(Phase::connecting);
  fleet_.connect();
  wait(tick_interval);
}

void Load::stop() {
  if (phase_ == Phase::connecting) {
    report_.problem = "It was stopped before all were connected.";
    finish();
  } else if (phase_ == Phase::sending) {
    report_.send_seconds = seconds_in_phase();
    enter(Phase::draining);
  } else if (phase_ == Phase::draining) {
    finish();
  }
}

void Load::enter(Phase phase) {
  phase_ = phase;
  phase_began_ = progressed_at_ = Clock::now();
}

void Load::wait(Duration interval) {
  timer_.expires_after(interval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

void Load::tick() {
  switch (phase_) {
    case Phase::connecting: connecting(); break;
    case Phase::sending: send_due(); break;
    case Phase::draining: draining(); break;
    case Phase::disconnecting:
      if (!fleet_.all_stopped() && seconds_in_phase() < 5) break;
      report_.endings = fleet_.endings();
      show();
      if (on_end) on_end();
      return;
  }
  if (Clock::now() - shown_at_ >= std::chrono::seconds{1}) show();
  wait(tick_interval);
}

// ---- connecting ----

void Load::handle(std::size_t client, const MqttEvent& event) {
  if (std::holds_alternative<Connected>(event)) {
    progressed_at_ = Clock::now();
    if (client >= receivers_) {
      if (!prepared_[client]) ready();
      prepared_[client] = true;
    } else if (!prepared_[client]) {
      subscribe(client);
    }
  }
  const auto* answer = std::get_if<SubscriptionAnswered>(&event);
  if (answer == nullptr || prepared_[client] || answer->error.code() == Errc::not_connected) return;
  if (!answer->granted) {
    report_.problem = "The broker refused the subscription to " + std::string(answer->filter) + ".";
    return;
  }
  prepared_[client] = true;
  ready();
}

void Load::subscribe(std::size_t client) {
  if (fleet_[client].filters().empty()) (void)fleet_[client].subscribe(topic_of(client), options_.qos);
}

void Load::ready() {
  if (++prepared_count_ < fleet_.size()) return;
  report_.connections = fleet_.size();
  report_.connect_seconds = seconds_in_phase();
  const std::size_t memory = resident_bytes();
  report_.bytes_per_connection = memory > memory_before_ ? (memory - memory_before_) / fleet_.size() : 0;
}

void Load::connecting() {
  const bool all = report_.connections != 0;
  if (all && report_.problem.empty()) return options_.rate > 0 ? enter(Phase::sending) : finish();
  const bool still = Clock::now() - progressed_at_ > std::chrono::duration<double>(connect_patience);
  if (fleet_.stopped() == 0 && report_.problem.empty() && !still) return;
  if (report_.problem.empty())
    report_.problem = std::to_string(prepared_count_) + " of " + std::to_string(fleet_.size()) + " connections could be made.";
  finish();
}

// ---- messages ----

void Load::send_due() {
  // Read once: what becomes due between two looks at the clock would be left out at the end.
  const double now = seconds_in_phase();
  const bool over = now >= options_.seconds;
  const auto due = static_cast<std::uint64_t>(over ? std::round(options_.seconds * options_.rate) : now * options_.rate);
  const std::int64_t began = microseconds(phase_began_);
  while (messages_.count() < due)
    send(began + static_cast<std::int64_t>(static_cast<double>(messages_.count()) / options_.rate * 1e6));
  if (!over) return;
  report_.send_seconds = options_.seconds;
  enter(Phase::draining);
}

// Each client's messages go to the client after it, and so on: every pair once in a while.
void Load::send(std::int64_t intended) {
  const std::uint64_t number = messages_.add(intended);
  const std::size_t sender = number % fleet_.size();
  const std::size_t receiver = receivers_ == 0 ? 0 : (sender + 1 + number / fleet_.size()) % receivers_;
  Stamp{run_, number, intended}.write(payload_);
  report_.lateness.add(Duration{microseconds_now() - intended});
  const auto delivery = fleet_[sender].publish(topic_of(receiver), payload_, {.qos = options_.qos});
  if (delivery) messages_.accepted(number, sender, *delivery);
  else messages_.refused(number);
}

void Load::draining() {
  const bool still = Clock::now() - progressed_at_ > std::chrono::duration<double>(options_.drain_seconds);
  if (messages_.all_done(receivers_ != 0) || still) finish();
}

// ---- the end ----

void Load::finish() {
  report_.messages = messages_.totals(receivers_ != 0);
  enter(Phase::disconnecting);
  fleet_.disconnect();
}

void Load::show() {
  shown_at_ = Clock::now();
  if (on_progress)
    on_progress({phase_, seconds_in_phase(), fleet_.connected(), messages_.count(), acknowledged_, received_, recent_.percentile(99)});
  recent_.clear();
}

std::string Load::topic_of(std::size_t receiver) const { return options_.client_id + "/" + std::to_string(run_) + "/" + std::to_string(receiver); }

double Load::seconds_in_phase() const { return std::chrono::duration<double>(Clock::now() - phase_began_).count(); }

}  // namespace wasmqtt::load
