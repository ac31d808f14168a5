// What one operation of the client costs as it holds more: messages in flight, messages queued, subscriptions, ids seen.
// The goal is flat: the cost at 60,000 within 1.3 times that at 10.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "wasmqtt/client.hpp"
#include "wasmqtt/decode.hpp"
#include "wasmqtt/dedupe.hpp"
#include "wasmqtt/encode.hpp"
#include "wasmqtt/topic.hpp"
#include "wasmqtt/topic_trie.hpp"

using namespace wasmqtt;

namespace {

constexpr Time now{std::chrono::seconds{1'700'000'000}};
constexpr std::string_view topic = "chat/messages/hannes/sebastian";
const std::string payload(64, 'x');

ClientOptions options() {
  ClientOptions options{.client_id = "bench"};
  options.in_flight_window = 65'535;
  return options;
}

// A connected client whose broker has so far acknowledged nothing.
class Connected {
 public:
  explicit Connected(std::size_t in_flight) : client_(options()) {
    (void)client_.handle_transport_open(now);
    take_output();
    receive(Packet{Connack{}});
    for (std::size_t i = 0; i < in_flight; ++i) publish();
  }

  void publish() {
    (void)client_.publish(topic, as_bytes(payload), {.qos = Qos::at_least_once}, now);
    drain();
    take_output();
  }
  // The oldest. Ids come in order here, and start again after 65,535.
  void acknowledge() {
    oldest_ = oldest_ == 65'535 ? PacketId{1} : static_cast<PacketId>(oldest_ + 1);
    receive(Packet{Puback{oldest_}});
  }

 private:
  void receive(const Packet& packet) {
    bytes_.clear();
    (void)encode(packet, bytes_);
    client_.handle_bytes(bytes_, now);
    drain();
  }
  void drain() {
    while (client_.poll_event(now) != nullptr) {}
  }
  void take_output() { client_.consume_output(client_.pending_output().size(), now); }

  Client client_;
  ByteBuffer bytes_;
  PacketId oldest_ = 0;
};

// One QoS 1 message all its way, publish to acknowledgement, while so many others are in flight.
void in_flight(benchmark::State& state) {
  Connected client(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    client.publish();
    client.acknowledge();
  }
}
BENCHMARK(in_flight)->Arg(10)->Arg(100)->Arg(1'000)->Arg(10'000)->Arg(60'000);

// One message into the queue of a client that is not connected, and out again, while so many others wait.
void outbox(benchmark::State& state) {
  Client client(options());
  const PublishOptions publish{.qos = Qos::at_least_once};
  for (int64_t i = 0; i < state.range(0); ++i) (void)client.publish(topic, as_bytes(payload), publish, now);
  for (auto _ : state) {
    const auto delivery = client.publish(topic, as_bytes(payload), publish, now);
    (void)client.cancel(*delivery, now);
    while (client.poll_event(now) != nullptr) {}
  }
}
BENCHMARK(outbox)->Arg(10)->Arg(100)->Arg(1'000)->Arg(10'000)->Arg(60'000);

// Finds the one handler of a message among so many subscriptions to single topics, beside two with wildcards.
void trie_dispatch(benchmark::State& state) {
  TopicTrie trie;
  const auto count = static_cast<std::uint32_t>(state.range(0));
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::string name = "chat/messages/user" + std::to_string(i) + "/sebastian";
    trie.insert(name, i);
    if (names.size() < 10) names.push_back(std::move(name));  // the ones that messages come for: all hot
  }
  trie.insert("chat/status/+", count);
  trie.insert("$SYS/#", count + 1);
  std::size_t next = 0;
  for (auto _ : state) {
    trie.match(names[next], [](std::uint32_t value) { benchmark::DoNotOptimize(value); });
    next = (next + 1) % names.size();
  }
}
BENCHMARK(trie_dispatch)->Arg(10)->Arg(100)->Arg(1'000)->Arg(10'000)->Arg(100'000);

void dedupe(benchmark::State& state) {
  DedupeWindow window(static_cast<std::size_t>(state.range(0)));
  std::vector<std::string> ids;
  for (int i = 0; i < 4096; ++i) ids.push_back("5f1d7a84-7d3c-4f0e-9c5b-" + std::to_string(100'000'000'000 + i));
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(window.first_time(ids[next]));
    next = (next + 1) % ids.size();
  }
}
BENCHMARK(dedupe)->Arg(10)->Arg(1'000)->Arg(60'000);

void match_filter(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(topic_matches("chat/messages/+/sebastian", topic));
    benchmark::DoNotOptimize(topic_matches("chat/#", topic));
    benchmark::DoNotOptimize(topic_matches("chat/status/+", topic));
  }
}
BENCHMARK(match_filter);

}  // namespace

BENCHMARK_MAIN();
