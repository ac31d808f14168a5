// herd CLIENTS FILE: so many clients on a mosquitto that is killed and is back after five seconds, once with the backoff's jitter and once
// without: when they try, and when they are connected. Draws both into FILE, an SVG.
#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#define DOCTEST_CONFIG_IMPLEMENT  // the broker of the tests checks as it goes
#include <doctest/doctest.h>

#include "fleet.hpp"
#include "herd_picture.hpp"
#include "machine_limits.hpp"
#include "world.hpp"

namespace {

using namespace wasmqtt;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Started without waiting for it: the clients' clocks go on meanwhile.
class Mosquitto {
 public:
  Mosquitto() {
    test::write_file(directory_ / "mosquitto.conf",
                     "user root\nallow_anonymous true\nmax_connections -1\nlog_type none\nlistener " + std::to_string(port_) + " 127.0.0.1\n");
    start();
  }
  void start() {
    process_ = std::make_unique<test::Process>(
        std::vector<std::string>{test::find_program("mosquitto"), "-c", directory_ / "mosquitto.conf"}, directory_ / "log");
  }
  void kill() {
    process_->signal(SIGKILL);
    process_->wait();
  }
  bool answers() const { return test::port_answers(port_); }
  std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }

 private:
  test::TemporaryDirectory directory_;
  std::uint16_t port_ = test::free_port();
  std::unique_ptr<test::Process> process_;
};

constexpr auto away = 5s;
constexpr auto longest = 60s;

void run_until(boost::asio::io_context& context, const std::function<bool()>& done, std::chrono::seconds timeout) {
  const auto end = Clock::now() + timeout;
  while (!done() && Clock::now() < end) context.run_one_for(20ms);
}

// Every time is in seconds since the broker was killed.
failover::Herd measure(std::size_t clients, bool jitter) {
  Mosquitto broker;
  boost::asio::io_context context{1};
  const auto work = boost::asio::make_work_guard(context);
  load::FleetOptions options{.urls = {broker.url()}, .connections = clients, .connect_rate = 1000, .client_id = "herd"};
  options.driver.backoff.jitter = jitter;
  options.driver.backoff.stable_after = 1s;
  options.network.read_buffer_bytes = 1024;
  load::Fleet fleet(context, options);
  failover::Herd herd{.clients = clients, .jitter = jitter, .away = std::chrono::duration<double>(away).count()};
  std::optional<Clock::time_point> killed;
  const auto note = [&](std::vector<double>& times) {
    if (killed) times.push_back(std::chrono::duration<double>(Clock::now() - *killed).count());
  };
  fleet.on_event = [&](std::size_t, const MqttEvent& event) {
    const auto* changed = std::get_if<StateChanged>(&event);
    if (changed == nullptr) return;
    if (changed->state == ConnectionState::connecting) note(herd.attempts);
    if (changed->state == ConnectionState::connected) note(herd.connections);
  };
  run_until(context, [&] { return broker.answers(); }, longest);
  fleet.connect();
  run_until(context, [&] { return fleet.connected() == clients; }, longest);
  run_until(context, [] { return false; }, 2s);
  killed = Clock::now();
  broker.kill();
  run_until(context, [&] { return Clock::now() - *killed >= away; }, longest);
  broker.start();
  run_until(context, [&] { return broker.answers(); }, longest);
  herd.back_at = std::chrono::duration<double>(Clock::now() - *killed).count();
  run_until(context, [&] { return fleet.connected() == clients; }, longest);
  herd.connected = fleet.connected();
  return herd;
}

void print(const failover::Herd& herd) {
  std::printf("%s jitter: %zu of %zu clients are connected again, the last one after %.1f s; %zu attempts, at most %zu in 100 ms after the broker was back\n",
              herd.jitter ? "with" : "without", herd.connected, herd.clients,
              herd.connections.empty() ? 0 : *std::max_element(herd.connections.begin(), herd.connections.end()),
              herd.attempts.size(), failover::most_in(herd.attempts, 0.1, herd.back_at));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return std::fprintf(stderr, "herd CLIENTS FILE\n"), 2;
  const auto clients = static_cast<std::size_t>(std::max(1, std::atoi(arguments[1])));
  doctest::Context doctest_context;
  doctest_context.setAsDefaultForAssertsOutOfTestCases();
  if (const std::string problem = load::provide_descriptors(clients); !problem.empty()) return std::fprintf(stderr, "%s\n", problem.c_str()), 2;
  std::vector<failover::Herd> herds;
  for (const bool jitter : {true, false}) {
    std::fprintf(stderr, "%zu clients, %s jitter\n", clients, jitter ? "with" : "without");
    herds.push_back(measure(clients, jitter));
    print(herds.back());
  }
  std::ofstream file(arguments[2]);
  file << failover::picture_of(herds) << std::flush;
  if (!file) return std::fprintf(stderr, "%s can't be written.\n", arguments[2]), 2;
  const bool all = std::all_of(herds.begin(), herds.end(), [](const failover::Herd& herd) { return herd.connected == herd.clients; });
  return all ? 0 : 1;
}
