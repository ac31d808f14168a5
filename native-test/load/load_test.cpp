// The load generator: its figures, its command line, and short runs against a real mosquitto.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "broker.hpp"
#include "load.hpp"
#include "load_report.hpp"
#include "machine_limits.hpp"

using namespace wasmqtt;
using namespace wasmqtt::load;
using namespace std::chrono_literals;

namespace {

struct Run {
  test::World world;
  LoadOptions options;
  LoadReport report;
  std::function<void(const LoadProgress&)> on_progress;

  void go() {
    Load load(world.context, options, {});
    bool ended = false;
    load.on_progress = [this](const LoadProgress& progress) {
      if (on_progress) on_progress(progress);
    };
    load.on_end = [&] { ended = true; };
    load.start();
    REQUIRE(world.run_until([&] { return ended; }, 60s));
    report = load.report();
    INFO(table(options, report));
    CHECK(report.problem.empty());
  }
};

const test::Broker& mosquitto() {
  static const test::Broker broker({.settings = {{"max_queued_messages 0", "a run sends more than 1,000 at once"}}});
  return broker;
}

Parsed parse(std::vector<std::string> arguments) { return parse_load_options(arguments); }

}  // namespace

// ---- figures ----

TEST_CASE("histogram: each percentile is the value at its rank, within 1/64, never below it, and the largest is exact") {
  std::vector<std::int64_t> values;
  Histogram histogram;
  std::uint64_t seed = 1;
  for (int i = 0; i < 20'000; ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const auto value = static_cast<std::int64_t>(seed >> (24 + seed % 38));
    values.push_back(value);
    histogram.add(Duration{value});
  }
  std::sort(values.begin(), values.end());
  for (const double percent : {1.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
    CAPTURE(percent);
    const auto exact = values[static_cast<std::size_t>(percent / 100 * 20'000) - 1];
    CHECK(histogram.percentile(percent).count() >= exact);
    CHECK(histogram.percentile(percent).count() <= exact + exact / 64 + 1);
  }
  CHECK(histogram.largest().count() == values.back());
  CHECK(histogram.percentile(100).count() == values.back());
  CHECK(Histogram{}.percentile(50) == Duration{});
}

TEST_CASE("messages: who lost one is told apart, and what came twice is counted") {
  Messages messages;
  for (std::uint64_t i = 0; i < 6; ++i) messages.add(0);
  for (std::uint64_t i = 0; i < 5; ++i) messages.accepted(i, 0, Delivery{i + 1});
  messages.refused(5);
  CHECK(messages.acknowledged(0, Delivery{1}));           // 0: as it should be
  CHECK(messages.received(0));
  CHECK(messages.acknowledged(0, Delivery{2}));           // 1: acknowledged, never received
  CHECK(messages.received(2));                            // 2: received twice, never acknowledged
  CHECK_FALSE(messages.received(2));
  messages.failed(0, Delivery{4});                        // 3: the client says so; 4: nothing is known of it
  CHECK_FALSE(messages.acknowledged(0, Delivery{99}));
  CHECK_FALSE(messages.received(99));
  const MessageTotals totals = messages.totals(true);
  CHECK(totals.accepted == 5);
  CHECK(totals.refused == 1);
  CHECK(totals.acknowledged == 2);
  CHECK(totals.failed == 1);
  CHECK(totals.received == 2);
  CHECK(totals.repeated == 1);
  CHECK(totals.lost_by_broker == 1);
  CHECK(totals.unfinished == 2);
  CHECK_FALSE(messages.all_done(true));
}

// ---- command line and limits ----

TEST_CASE("load: the command line is read, and what is wrong with it is said") {
  const auto all = parse({"--url", "ws://a", "--url", "mqtt://b", "--connections", "5", "--rate", "2.5", "--qos", "2", "--mqtt5",
                          "--receivers", "0", "--payload", "24", "--json", "-", "--source", "127.0.0.2"});
  REQUIRE(all.options);
  CHECK(all.options->urls == std::vector<std::string>{"ws://a", "mqtt://b"});
  CHECK(all.options->connections == 5);
  CHECK(all.options->rate == 2.5);
  CHECK(all.options->qos == Qos::exactly_once);
  CHECK(all.options->receivers == 0u);
  CHECK(all.options->mqtt5);
  CHECK(parse({"--help"}).exit_code == 0);
  const std::pair<std::vector<std::string>, std::string> wrong[] = {
      {{"--speed", "5"}, "Unknown option --speed."},
      {{"--rate"}, "--rate needs a value."},
      {{"--rate", "-1"}, "--rate is a number from 0 to 10000000."},
      {{"--rate", "nan"}, "--rate is a number from 0 to 10000000."},
      {{"--connections", "1.5"}, "--connections is a whole number from 1 to 1000000."},
      {{"--payload", "23"}, "--payload is a whole number from 24 to 16777216."},
      {{"--qos", "3"}, "--qos is 0, 1 or 2."},
      {{"--url", "http://a"}, "--url: "},
      {{"--receivers", "101"}, "--receivers is at most --connections."},
      {{"--qos", "0", "--receivers", "0"}, "With --qos 0 and --receivers 0 there is nothing to measure"},
      {{"--password-file", "/nowhere"}, "--password-file can't be read."},
  };
  for (const auto& [arguments, words] : wrong) {
    const auto parsed = parse(arguments);
    CHECK_FALSE(parsed.options);
    CHECK(parsed.exit_code == 2);
    CHECK_MESSAGE(parsed.text.starts_with(words), parsed.text);
  }
}

TEST_CASE("load: the limit of open files is raised as far as it goes; beyond, both numbers are said, and what to do") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit low{100, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
  CHECK(provide_descriptors(200).empty());
  rlimit raised{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &raised) == 0);
  CHECK(raised.rlim_cur == 232);
  const std::string problem = provide_descriptors(2'000'000'000);
  CHECK(problem.starts_with("2000000000 connections need 2000000032 open files, and this process may have "));
  CHECK(problem.find("ulimit -Hn") != std::string::npos);
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &raised) == 0);
  CHECK(raised.rlim_cur == before.rlim_max);
}

TEST_CASE("load: connections that one address has no ports for are spread over addresses of this machine, or these are asked for") {
  LoadOptions options;
  options.connections = 1000;
  options.urls = {"mqtt://127.0.0.1:1", "ws://localhost"};
  std::string problem;
  CHECK(source_addresses(options, 10'000, problem).empty());
  CHECK(source_addresses(options, 200, problem) == std::vector<std::string>{"127.0.1.1", "127.0.1.2", "127.0.1.3"});
  CHECK(problem.empty());
  options.urls = {"mqtt://broker.example"};
  CHECK(source_addresses(options, 200, problem).empty());
  CHECK(problem.starts_with("1000 connections to one broker need 6 addresses of this machine, for each has 200 ports: name as many with --source"));
}

TEST_CASE("load: a broker that is not there is named, and the program ends with 1") {
  test::TemporaryDirectory directory;
  const std::string port = std::to_string(test::free_port());
  test::Process nobody({WASMQTT_LOAD, "--connections", "3", "--url", "mqtt://127.0.0.1:" + port}, directory / "output");
  REQUIRE(test::await([&] { return test::read_file(directory / "output").find("0 connected") != std::string::npos; }));
  nobody.signal(SIGINT);
  CHECK(nobody.wait() == 1);
  const std::string output = test::read_file(directory / "output");
  CHECK_MESSAGE(output.find("It was stopped before all were connected.") != std::string::npos, output);
  CHECK_MESSAGE(output.find("No connection to mqtt://127.0.0.1:" + port) != std::string::npos, output);
}

// ---- runs ----

TEST_CASE_FIXTURE(Run, "load: every message of every QoS and version is acknowledged and received once") {
  for (const bool mqtt5 : {false, true}) {
    for (const Qos qos : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
      options = {.urls = {mosquitto().url()}, .connections = 20, .rate = 1000, .seconds = 0.3, .qos = qos, .mqtt5 = mqtt5};
      go();
      CHECK(report.connections == 20);
      CHECK(report.messages.accepted == 300);
      CHECK(report.messages.received == 300);
      CHECK(report.messages.acknowledged == (qos == Qos::at_most_once ? 0 : 300));
      CHECK(report.messages.repeated == 0);
      CHECK(report.to_receiver.count() == 300);
      CHECK(report.to_receiver.percentile(50) > Duration{});
      CHECK(report.ok());
    }
  }
}

TEST_CASE_FIXTURE(Run, "load: figures are JSON, too") {
  options = {.urls = {mosquitto().url()}, .connections = 2, .rate = 100, .seconds = 0.1, .receivers = 0};
  go();
  const auto parsed = nlohmann::json::parse(json(options, report));
  CHECK(parsed["messages"]["acknowledged"] == 10);
  CHECK(parsed["milliseconds"]["to_receiver"].is_null());
  CHECK(parsed["milliseconds"]["to_acknowledgement"]["max"] > 0);
  CHECK(parsed["options"]["receivers"] == 0);
}

TEST_CASE_FIXTURE(Run, "load: a broker that stands still for a second makes all messages of that second late, not only those that were on their way") {
  options = {.urls = {mosquitto().url()}, .connections = 5, .rate = 500, .seconds = 2.5};
  bool stopped = false;
  bool resumed = false;
  std::chrono::steady_clock::time_point stopped_at{};
  on_progress = [&](const LoadProgress& progress) {
    if (progress.phase != LoadProgress::Phase::sending || stopped) return;
    stopped = true;
    stopped_at = std::chrono::steady_clock::now();
    ::kill(mosquitto().id(), SIGSTOP);
  };
  boost::asio::steady_timer resume(world.context);
  std::function<void()> look = [&] {
    resume.expires_after(5ms);
    resume.async_wait([&](const boost::system::error_code& error) {
      if (error || resumed) return;
      if (stopped && std::chrono::steady_clock::now() - stopped_at >= 1s) {
        resumed = true;
        ::kill(mosquitto().id(), SIGCONT);
        return;
      }
      look();
    });
  };
  look();
  go();
  REQUIRE(resumed);
  CHECK(report.messages.received == 1250);
  CHECK(report.to_receiver.largest() >= 900ms);
  // 500 were due while it stood: their latencies fall evenly from one second to nothing. Stamped when they could be sent, or sent
  // only after answers, a handful of them would be late.
  CHECK(report.to_receiver.percentile(75) >= 200ms);
  CHECK(report.to_acknowledgement.percentile(75) >= 200ms);
}
