// QoS 1 over TCP to one and the same broker: our whole client, libmosquitto, and bytes made by hand on a bare socket.
//
//   throughput [COUNT=50000] [ROUNDS=5] [FILE]
//
// It starts a mosquitto of its own. All messages in flight at once, and then with a window of 20. Rounds are interleaved;
// the medians count. All times go into FILE, as JSON. libmosquitto, which takes most of a minute for 50,000 messages in
// flight, has three rounds at the most.
#include <mosquitto.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <span>
#include <string>
#include <vector>

#define DOCTEST_CONFIG_IMPLEMENT  // the broker of the tests checks as it goes
#include <doctest/doctest.h>

#include "broker.hpp"
#include "wasmqtt/encode.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/native/asio_loop.hpp"
#include "wasmqtt/native/network_transport.hpp"

namespace {

using namespace wasmqtt;
using Tcp = boost::asio::ip::tcp;
using Seconds = std::chrono::duration<double>;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::string_view topic = "chat/messages/hannes/sebastian";
const std::string payload(64, 'x');

struct Load {
  std::uint16_t port;
  int count;
  int window;  // unacknowledged at once, at the most
};

double since(SteadyTime began) { return Seconds(std::chrono::steady_clock::now() - began).count(); }

double ours(const Load& load) {
  boost::asio::io_context context;
  AsioLoop loop(context);
  NetworkTransport transport(context);
  ClientOptions options{.client_id = "bench-wasmqtt"};
  options.in_flight_window = static_cast<std::uint16_t>(std::min(load.window, 65'535));
  MqttClient mqtt(loop, transport,
                  {.urls = {"mqtt://127.0.0.1:" + std::to_string(load.port)}, .client = options, .driver = {}});
  int acknowledged = 0;
  SteadyTime began;
  double seconds = -1;
  mqtt.on_delivery = [&](Delivery, DeliveryState state, FailureReason) {
    if (state != DeliveryState::acknowledged || ++acknowledged != load.count) return;
    seconds = since(began);
    mqtt.disconnect();
  };
  mqtt.on_event = [&](const MqttEvent& event) {
    if (std::holds_alternative<Closed>(event)) return context.stop();
    if (!std::holds_alternative<Connected>(event)) return;
    began = std::chrono::steady_clock::now();
    for (int i = 0; i < load.count; ++i) (void)mqtt.publish(topic, payload, {.qos = Qos::at_least_once});
  };
  mqtt.connect();
  context.run();
  return seconds;
}

// 64 KiB of packets a write while the window allows; acknowledgements are only counted.
double raw(const Load& load) {
  boost::asio::io_context context;
  Tcp::socket socket(context);
  socket.connect({boost::asio::ip::address_v4::loopback(), load.port});
  socket.set_option(Tcp::no_delay(true));
  ByteBuffer bytes;
  (void)encode(Connect{.client_id = "bench-raw"}, bytes);
  boost::asio::write(socket, boost::asio::buffer(bytes));
  std::vector<std::uint8_t> answer(64 * 1024);
  boost::asio::read(socket, boost::asio::buffer(answer, 4));
  const SteadyTime began = std::chrono::steady_clock::now();
  std::size_t acknowledged = 0;  // bytes, four each
  PacketId id = 0;
  for (int sent = 0; acknowledged < 4 * static_cast<std::size_t>(load.count);) {
    bytes.clear();
    while (sent < load.count && sent - static_cast<int>(acknowledged / 4) < load.window && bytes.size() < 64 * 1024) {
      id = id == 65'535 ? PacketId{1} : static_cast<PacketId>(id + 1);
      encode_checked(Publish{topic, as_bytes(payload), id, Qos::at_least_once, false, false}, bytes);
      ++sent;
    }
    if (!bytes.empty()) boost::asio::write(socket, boost::asio::buffer(bytes));
    if (bytes.empty() || socket.available() != 0) acknowledged += socket.read_some(boost::asio::buffer(answer));
  }
  return since(began);
}

struct Libmosquitto {
  explicit Libmosquitto(const Load& asked) : load(asked), client(mosquitto_new("bench-libmosquitto", true, this)) {}
  ~Libmosquitto() { mosquitto_destroy(client); }
  Libmosquitto(const Libmosquitto&) = delete;
  Libmosquitto& operator=(const Libmosquitto&) = delete;

  double run() {
    mosquitto_max_inflight_messages_set(client, static_cast<unsigned>(load.window));
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_connect_callback_set(client, [](mosquitto*, void* self, int) {
      auto& bench = *static_cast<Libmosquitto*>(self);
      bench.began = std::chrono::steady_clock::now();
      const auto size = static_cast<int>(payload.size());
      for (int i = 0; i < bench.load.count; ++i)
        mosquitto_publish(bench.client, nullptr, topic.data(), size, payload.data(), 1, false);
    });
    mosquitto_publish_callback_set(client, [](mosquitto*, void* self, int) {
      auto& bench = *static_cast<Libmosquitto*>(self);
      if (++bench.acknowledged == bench.load.count) bench.seconds = since(bench.began);
    });
    mosquitto_connect(client, "127.0.0.1", load.port, 3600);  // minutes may go by between its packets
    while (seconds < 0 && mosquitto_loop(client, 100, 1) == MOSQ_ERR_SUCCESS) {}
    return seconds;
  }

  Load load;
  mosquitto* client;
  SteadyTime began;
  int acknowledged = 0;
  double seconds = -1;
};

double libmosquitto(const Load& load) { return Libmosquitto(load).run(); }

struct Contender {
  const char* name;
  double (*run)(const Load&);
  int rounds;
  std::vector<double> seconds{};
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void write_json(std::FILE* file, const char* title, int count, std::span<const Contender> all) {
  std::fprintf(file, "{\"title\": \"%s\", \"count\": %d, \"seconds\": {", title, count);
  for (const Contender& contender : all) {
    std::fprintf(file, "%s\"%s\": [", &contender == all.data() ? "" : ", ", contender.name);
    for (std::size_t i = 0; i < contender.seconds.size(); ++i)
      std::fprintf(file, "%s%.6f", i == 0 ? "" : ", ", contender.seconds[i]);
    std::fprintf(file, "]");
  }
  std::fprintf(file, "}}\n");
}

// `json`: where the times go, one object; may be null.
bool compare(const char* title, const Load& load, int rounds, std::FILE* json) {
  Contender all[] = {{"raw TCP", raw, rounds}, {"wasmqtt", ours, rounds}, {"libmosquitto", libmosquitto, std::min(rounds, 3)}};
  for (int round = 0; round < rounds; ++round)
    for (Contender& contender : all) {
      if (round >= contender.rounds) continue;
      const double seconds = contender.run(load);
      if (seconds < 0) return std::printf("%s: %s did not finish\n", title, contender.name), false;
      contender.seconds.push_back(seconds);
    }
  std::printf("%s, %d messages\n", title, load.count);
  const double mine = median(all[1].seconds);
  for (const Contender& contender : all) {
    const auto [least, most] = std::minmax_element(contender.seconds.begin(), contender.seconds.end());
    const double middle = median(contender.seconds);
    std::printf("  %-14s %9.3f s  (%.3f to %.3f)  %9.0f messages/s   ours is %.2f x as fast\n", contender.name, middle,
                *least, *most, load.count / middle, middle / mine);
  }
  if (json != nullptr) write_json(json, title, load.count, all);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 50'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  std::FILE* const json = argc > 3 ? std::fopen(argv[3], "w") : nullptr;
  if (argc > 3 && json == nullptr) return std::perror(argv[3]), 1;
  doctest::Context context;
  context.setAsDefaultForAssertsOutOfTestCases();
  const test::Broker broker({.settings = {
      {"log_type none", "writing a log would be measured, too"},
      {"set_tcp_nodelay true", "an acknowledgement that waits for more to send is the kernel's doing"}}});
  mosquitto_lib_init();
  // One object a line.
  const bool done = compare("QoS 1 over TCP, all in flight", {broker.port(), count, 65'535}, rounds, json) &&
                    compare("QoS 1 over TCP, window 20", {broker.port(), std::max(count / 5, 1), 20}, rounds, json);
  mosquitto_lib_cleanup();
  const bool written = json == nullptr || std::fclose(json) == 0;
  return done && written ? 0 : 1;
}
