// One run: connects a fleet, sends messages at a rate that nothing slows down, waits for what is unfinished, and ends.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <string>

#include "fleet.hpp"
#include "histogram.hpp"
#include "load_options.hpp"
#include "messages.hpp"

namespace wasmqtt::load {

struct LoadReport {
  std::size_t connections = 0;         // that were connected and subscribed before the first message
  double connect_seconds = 0;
  std::size_t bytes_per_connection = 0;  // resident memory of this process
  double send_seconds = 0;
  MessageTotals messages{};
  Histogram to_acknowledgement{};      // from the intended time
  Histogram to_receiver{};
  Histogram lateness{};                // how long after its intended time a message was handed to its client
  std::map<std::string, std::size_t> endings{};
  std::string problem{};               // why there were no messages
  bool ok() const { return problem.empty() && messages.lost_by_broker == 0 && messages.unfinished == 0 && messages.failed == 0 && messages.refused == 0; }
};

// For a line that shows how far it is.
struct LoadProgress {
  enum class Phase : std::uint8_t { connecting, sending, draining, disconnecting } phase = Phase::connecting;
  double seconds = 0;                  // in this phase
  std::size_t connected = 0;
  std::uint64_t sent = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t received = 0;
  Duration recent_99{};                // of the latencies since the last call, to the receiver or else to the acknowledgement
};

class Load {
 public:
  // `source_addresses`: see FleetOptions.
  Load(boost::asio::io_context& context, const LoadOptions& options, std::vector<std::string> source_addresses);

  std::function<void(const LoadProgress&)> on_progress;  // each second
  std::function<void()> on_end;                          // report() is complete, and all connections are closed

  void start();
  void stop();  // ends early: what is unfinished is waited for
  const LoadReport& report() const { return report_; }

 private:
  using Clock = std::chrono::steady_clock;
  using Phase = LoadProgress::Phase;

  void enter(Phase phase);
  void wait(Duration interval);
  void tick();
  void handle(std::size_t client, const MqttEvent& event);
  void subscribe(std::size_t client);
  void ready();
  void connecting();
  void send_due();
  void send(std::int64_t intended);
  void draining();
  void finish();
  void show();
  std::string topic_of(std::size_t receiver) const;
  double seconds_in_phase() const;

  LoadOptions options_;
  std::size_t receivers_;
  std::uint64_t run_;
  Fleet fleet_;
  boost::asio::steady_timer timer_;
  Messages messages_;
  LoadReport report_;
  Histogram recent_;
  std::vector<std::uint8_t> payload_;
  Phase phase_ = Phase::connecting;
  Clock::time_point phase_began_{};
  Clock::time_point shown_at_{};
  Clock::time_point progressed_at_{};  // when something came last
  std::vector<bool> prepared_;         // connected and, if a receiver, subscribed
  std::size_t prepared_count_ = 0;
  std::size_t memory_before_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t received_ = 0;
};

}  // namespace wasmqtt::load
