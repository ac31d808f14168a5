// MqttClient with its driver on a stub of loop, transport and store, driven by a program of bytes. Handlers call back into
// it. Whatever happens, it keeps the transport's contract, sends legal packets, and does not spin.
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "broker_packets.hpp"
#include "outbound_rules.hpp"
#include "wasmqtt/mqtt_client.hpp"

using namespace wasmqtt;
using namespace wasmqtt::fuzz;

namespace {

class StubLoop final : public EventLoop {
 public:
  Time now() const override { return now_; }
  void attach(std::function<void()> on_timer, std::function<void()> on_turn) override {
    on_timer_ = std::move(on_timer);
    on_turn_ = std::move(on_turn);
  }
  void set_timer(std::optional<Time> when) override { timer_ = when; }
  void request_turn() override { turn_ = true; }
  std::uint64_t random() override { return random_ = random_ * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u; }

  void turn() {
    if (std::exchange(turn_, false) && on_turn_) on_turn_();
  }
  void advance(Duration duration) {
    const Time end = now_ + duration;
    for (unsigned calls = 0; timer_ && *timer_ <= end; ++calls) {
      check(calls < 10'000, "the timer does not spin");
      now_ = std::max(now_, *timer_);
      timer_.reset();
      if (on_timer_) on_timer_();
      turn();
    }
    now_ = end;
  }

 private:
  Time now_{std::chrono::seconds{1'700'000'000}};
  std::optional<Time> timer_;
  bool turn_ = false;
  std::uint64_t random_ = 1;
  std::function<void()> on_timer_;
  std::function<void()> on_turn_;
};

class StubTransport final : public Transport {
 public:
  void open(const std::string&, TransportObserver& observer) override {
    observer_ = &observer;
    is_open_ = false;
  }
  std::size_t write(Bytes bytes) override {
    check(is_open_, "nothing is written to a transport that is not open");
    check(!bytes.empty(), "no empty write");
    const std::size_t taken = std::min(bytes.size(), room);
    outbound_.bytes(bytes.first(taken));
    full_ = taken < bytes.size();
    return taken;
  }
  void close() override {
    observer_ = nullptr;
    is_open_ = false;
  }

  void opened() {
    if (observer_ == nullptr || is_open_) return;
    is_open_ = true;
    outbound_.connection_opened();
    observer_->on_transport_open();
  }
  void bytes(Bytes bytes, ProtocolVersion version) {
    if (observer_ == nullptr || !is_open_) return;
    outbound_.received(bytes, version);
    observer_->on_transport_bytes(bytes);
  }
  void writable() {
    if (observer_ != nullptr && is_open_ && std::exchange(full_, false)) observer_->on_transport_writable();
  }
  void closed(TransportFault fault) {
    is_open_ = false;
    if (TransportObserver* observer = std::exchange(observer_, nullptr)) observer->on_transport_closed({fault, 0, {}, false});
  }
  std::size_t room = ~std::size_t{0};

 private:
  TransportObserver* observer_ = nullptr;
  bool is_open_ = false;
  bool full_ = false;
  OutboundRules outbound_;
};

class StubStore final : public SessionStore {
 public:
  void load(const std::string&, Loaded loaded) override {
    if (at_once) return loaded(true, records_, {});
    later_.push_back([this, loaded = std::move(loaded)] { loaded(true, records_, {}); });
  }
  void append(Bytes records, Written written) override {
    const ByteBuffer copy(records.begin(), records.end());
    auto write = [this, copy, written = std::move(written)] {
      records_.insert(records_.end(), copy.begin(), copy.end());
      written(!fails, "the store is full");
    };
    if (at_once && later_.empty()) return write();
    later_.push_back(std::move(write));
  }
  void work() {
    if (later_.empty()) return;
    const auto next = std::move(later_.front());
    later_.pop_front();
    next();
  }
  void crash() { later_.clear(); }
  bool at_once = true;
  bool fails = false;

 private:
  ByteBuffer records_;
  std::deque<std::function<void()>> later_;
};

constexpr std::string_view filters[] = {"t", "$share/g/t", "+/a", "#", "bad#"};

class Machine {
 public:
  explicit Machine(Input input) : input_(input), protocol_(static_cast<Protocol>(input_.below(3))), settings_(input_.u8()) {
    store_.at_once = (settings_ & 16) != 0;
    start();
  }
  void run() {
    for (unsigned steps = 0; !input_.empty() && steps < 3000; ++steps) {
      step();
      if (input_.flag()) loop_.turn();
      const ConnectionState state = mqtt_->state();
      const bool failed = stops_with_store() && !mqtt_->durable() && state != ConnectionState::loading;
      check(!failed || state == ConnectionState::stopped, "without its store it stops, if asked");
    }
  }

 private:
  bool stops_with_store() const { return (settings_ & (32 | 64)) == (32 | 64); }

  void start() {
    MqttOptions options;
    options.urls = {"ws://a", "ws://b"};
    options.client.client_id = "c";
    options.client.clean_session = (settings_ & 1) != 0;
    options.client.manual_acknowledgement = (settings_ & 2) != 0;
    options.client.protocol = protocol_;
    options.client.session_expiry = 300;
    options.client.receive_maximum = 6;
    options.client.topic_alias_maximum = 2;
    options.client.topic_aliases = 2;
    options.subscription_identifiers = protocol_ == Protocol::mqtt_5 && (settings_ & 128) != 0;
    options.client.in_flight_window = 4;
    options.client.queue_messages = 8;
    options.client.max_requests = 2;
    options.client.max_packet_bytes = 400;
    options.client.paused_bytes = 600;
    options.client.trace = {.max_packets = 8};
    options.filters_per_packet = 2;
    options.driver.shuffle_urls = (settings_ & 4) != 0;
    options.driver.store_failure = stops_with_store() ? StoreFailure::stop : StoreFailure::continue_in_memory;
    if ((settings_ & 8) != 0) {
      options.driver.prepare_attempt = [this](Attempt proposal, std::function<void(Attempt)> ready) {
        prepared_ = [proposal = std::move(proposal), ready = std::move(ready)] { ready(proposal); };
      };
    }
    mqtt_ = std::make_unique<MqttClient>(loop_, transport_, std::move(options), (settings_ & 32) != 0 ? &store_ : nullptr);
    mqtt_->on_delivery = [this](Delivery, DeliveryState, FailureReason) { react(); };
    mqtt_->on_event = [this](const MqttEvent& event) {
      const auto* answer = std::get_if<SubscriptionAnswered>(&event);
      check(answer == nullptr || !answer->subscriptions.empty(), "an answer names its calls");
      react();
    };
    mqtt_->on_unhandled = [this](const Message& message) { token_ = message.token; };
  }

  void step() {
    switch (input_.below(14)) {
      case 0: return mqtt_->connect();
      case 1: return transport_.opened();
      case 2: case 3: case 4: {
        const ByteBuffer packet = broker_packet(input_, mqtt_->version());
        return transport_.bytes(packet, mqtt_->version());
      }
      case 5: return transport_.closed(static_cast<TransportFault>(input_.below(16)));
      case 6: return loop_.advance(std::chrono::milliseconds{input_.u16() * 4});
      case 7: return work();
      case 8: return limit_writes();
      case 9: return restart();
      default: return command();
    }
  }

  // What handlers and the outside may both do.
  void command() {
    switch (input_.below(16)) {
      case 0: return mqtt_->disconnect();
      case 1: return mqtt_->abort();
      case 2: return mqtt_->wake();
      case 3: return mqtt_->offline();
      case 4: case 5: return subscribe();
      case 6: return mqtt_->unsubscribe({static_cast<std::uint32_t>(1 + input_.below(6))});
      case 7: return mqtt_->acknowledge(token_);
      case 8: return mqtt_->connect();
      case 10: return mqtt_->pause();
      case 11: return mqtt_->resume();
      case 12: return mqtt_->disconnect_when_done(std::chrono::milliseconds{input_.u16()});
      case 13: (void)mqtt_->unsubscribe_filter(filters[input_.below(5)]); return;
      case 9: (void)mqtt_->cancel({.number = last_.number, .slot = last_.slot}); return;
      default:
        if (const auto delivery = mqtt_->publish("t", input_.bytes(), {.qos = static_cast<Qos>(input_.below(3))})) last_ = *delivery;
    }
  }

  void subscribe() {
    const auto heard = [this](const Message& message) {
      token_ = message.token;
      check(!message.topic.empty(), "a message has a topic");
      react();
      react();
    };
    std::vector<MqttClient::SubscribeRequest> requests(1 + input_.below(3));
    for (MqttClient::SubscribeRequest& request : requests) {
      request = {.filter = filters[input_.below(5)], .qos = static_cast<Qos>(input_.below(3)), .handler = heard,
                 .ask_again = input_.flag(), .replaces = {static_cast<std::uint32_t>(input_.below(4))}};
    }
    (void)mqtt_->subscribe(requests);
  }

  // From inside a callback: one command, not for ever.
  void react() {
    if (depth_ > 2 || (input_.u8() & 3) != 0) return;
    ++depth_;
    command();
    --depth_;
  }

  void work() {
    if (prepared_ && input_.flag()) return std::exchange(prepared_, {})();
    store_.fails = input_.below(32) == 31;
    store_.work();
  }

  void limit_writes() {
    const std::uint8_t room = input_.u8();
    transport_.room = room == 0 ? ~std::size_t{0} : room;
    transport_.writable();
  }

  void restart() {
    if (input_.below(4) != 0) return;
    mqtt_.reset();
    transport_.close();
    store_.crash();
    prepared_ = {};
    start();
  }

  Input input_;
  Protocol protocol_;
  unsigned settings_;
  StubLoop loop_;
  StubTransport transport_;
  StubStore store_;
  std::function<void()> prepared_;
  std::uint64_t token_ = 0;
  Delivery last_;
  unsigned depth_ = 0;
  std::unique_ptr<MqttClient> mqtt_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Machine(Input({data, size})).run();
  return 0;
}
