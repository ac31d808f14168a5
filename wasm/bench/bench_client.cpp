// The whole client, driven by the benchmark's page (adapters/wasmqtt.mjs): no user interface, every check on.
#include <emscripten.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "wasmqtt/browser/browser_loop.hpp"
#include "wasmqtt/browser/indexed_db_store.hpp"
#include "wasmqtt/browser/websocket_transport.hpp"
#include "wasmqtt/mqtt_client.hpp"

// clang-format off
EM_JS(void, bench_event, (int what, double value), { Module.onBenchEvent(what, value); });
EM_JS(void, bench_name_topic, (int number, const char* text, int size), { Module.onBenchTopic(number, text, size); });
EM_JS(void, bench_message, (int topic, const void* payload, int size), { Module.onBenchMessage(topic, payload, size); });
// clang-format on

namespace {

enum Event { connected = 0, acknowledged = 1, received = 2 };

// Topics that JavaScript has as strings already, so that each is decoded once and passed as a number after that.
class KnownTopics {
 public:
  int number(std::string_view topic) {
    const auto found = numbers_.find(topic);
    if (found != numbers_.end()) return found->second;
    if (numbers_.size() == most) forget();
    const int number = static_cast<int>(numbers_.size());
    numbers_.emplace(*texts_.emplace_back(std::make_unique<std::string>(topic)), number);
    bench_name_topic(number, topic.data(), static_cast<int>(topic.size()));
    return number;
  }

 private:
  static constexpr std::size_t most = 4096;
  void forget() {
    numbers_.clear();
    texts_.clear();
  }
  std::unordered_map<std::string_view, int> numbers_;  // keys lie in texts_
  std::vector<std::unique_ptr<std::string>> texts_;
};

class Bench {
 public:
  // `journal` names the IndexedDB database in which the session is kept; empty: no store.
  Bench(const char* url, int window, const std::string& journal)
      : store_(journal.empty() ? nullptr : std::make_unique<wasmqtt::IndexedDbStore>(wasmqtt::IndexedDbOptions{.name = journal})),
        mqtt_(loop_, transport_, {.urls = {url}, .client = options(window), .driver = {}},
              store_ ? &store_->session() : nullptr) {
    mqtt_.on_event = [](const wasmqtt::MqttEvent& event) {
      if (std::holds_alternative<wasmqtt::Connected>(event)) bench_event(connected, 0);
      if (std::holds_alternative<wasmqtt::SubscriptionAnswered>(event)) bench_event(connected, 1);
    };
    mqtt_.on_delivery = [this](wasmqtt::Delivery, wasmqtt::DeliveryState state, wasmqtt::FailureReason) {
      if (state == wasmqtt::DeliveryState::acknowledged && --unacknowledged_ == 0) bench_event(acknowledged, 0);
    };
  }

  void connect() { mqtt_.connect(); }

  int publish(const char* topic, const char* payload, int bytes, int count, int qos) {
    const std::string_view name(topic);
    const wasmqtt::Bytes body = wasmqtt::as_bytes({payload, static_cast<std::size_t>(bytes)});
    const wasmqtt::PublishOptions options{.qos = static_cast<wasmqtt::Qos>(qos)};
    if (qos != 0) unacknowledged_ += count;
    for (int i = 0; i < count; ++i) {
      if (!mqtt_.publish(name, body, options)) return i;
    }
    return count;
  }

  // `to_javascript`: each message goes on to JavaScript, its topic as a string.
  void subscribe(const char* filter, bool to_javascript) {
    const auto done = mqtt_.subscribe(filter, wasmqtt::Qos::at_most_once, [=, this](const wasmqtt::Message& message) {
      bytes_ += message.topic.size() + message.payload.size();
      if (to_javascript)
        bench_message(topics_.number(message.topic), message.payload.data(), static_cast<int>(message.payload.size()));
      if (++received_ == expected_) bench_event(received, static_cast<double>(bytes_));
    });
    if (!done) bench_event(connected, -1);
  }

  void expect(unsigned count) {
    expected_ = count;
    received_ = 0;
  }
  unsigned received_count() const { return received_; }

 private:
  static wasmqtt::ClientOptions options(int window) {
    wasmqtt::ClientOptions options{.client_id = "bench-wasmqtt"};
    options.in_flight_window = static_cast<std::uint16_t>(window);
    return options;
  }

  KnownTopics topics_;
  std::unique_ptr<wasmqtt::IndexedDbStore> store_;
  wasmqtt::BrowserLoop loop_;
  wasmqtt::WebSocketTransport transport_;
  wasmqtt::MqttClient mqtt_;
  int unacknowledged_ = 0;
  unsigned expected_ = 0, received_ = 0;
  std::size_t bytes_ = 0;
};

std::unique_ptr<Bench> bench;

}  // namespace

extern "C" {
EMSCRIPTEN_KEEPALIVE void bench_open(const char* url, int window, const char* journal) {
  bench = std::make_unique<Bench>(url, window, journal);
}
EMSCRIPTEN_KEEPALIVE void bench_connect() { bench->connect(); }
EMSCRIPTEN_KEEPALIVE int bench_publish(const char* topic, const char* payload, int bytes, int count, int qos) {
  return bench->publish(topic, payload, bytes, count, qos);
}
EMSCRIPTEN_KEEPALIVE void bench_subscribe(const char* filter, int to_javascript) {
  bench->subscribe(filter, to_javascript != 0);
}
EMSCRIPTEN_KEEPALIVE void bench_expect(unsigned count) { bench->expect(count); }
EMSCRIPTEN_KEEPALIVE unsigned bench_received() { return bench->received_count(); }
// Memory for a string of the page, which is never given back.
EMSCRIPTEN_KEEPALIVE char* bench_room(std::size_t size) { return new char[size]; }
// The end of the heap: what the allocator has taken from WebAssembly's memory.
EMSCRIPTEN_KEEPALIVE unsigned bench_heap_end() { return reinterpret_cast<unsigned>(sbrk(0)); }
}

int main() { return 0; }
