// Counts allocations while messages go both ways. Plain main(): a test framework would allocate between the lines.
#include <cstdio>
#include <cstdlib>
#include <new>

#include "wasmqtt/decode.hpp"
#include "wasmqtt/encode.hpp"
#include "wasmqtt/mqtt_client.hpp"

namespace {
std::size_t allocations = 0;
}

// Not inlined: GCC would see malloc() and free() meet and warn of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace wasmqtt;

constexpr Time now{std::chrono::seconds{1'700'000'000}};

// Answers like a broker, from a buffer that it uses again.
struct Broker {
  FrameReader reader{1 << 20};
  ByteBuffer answers;
  std::size_t packets = 0;

  void take(Bytes bytes) {
    reader.feed(bytes);
    Frame frame;
    while (reader.next(frame) == FrameReader::Status::frame) answer(frame);
  }
  void answer(const Frame& frame) {
    ++packets;
    const auto id_at = [&](std::size_t at) { return static_cast<PacketId>(frame.body[at] << 8 | frame.body[at + 1]); };
    Publish publish;
    switch (frame.type()) {
      case PacketType::connect: (void)encode(Packet{Connack{}}, answers); return;
      case PacketType::publish:
        (void)decode_publish(frame, publish);
        if (publish.qos == Qos::at_most_once) return;
        encode_acknowledgement(publish.qos == Qos::at_least_once ? PacketType::puback : PacketType::pubrec,
                               publish.packet_id, answers);
        return;
      case PacketType::pubrel: encode_acknowledgement(PacketType::pubcomp, id_at(0), answers); return;
      case PacketType::pubrec: encode_acknowledgement(PacketType::pubrel, id_at(0), answers); return;
      default: return;
    }
  }
};

void exchange(Client& client, Broker& broker) {
  do {
    while (client.poll_event(now) != nullptr) {}
    client.handle_journal_durable(client.journal_position());
    client.take_journal();
    const Bytes output = client.pending_output();
    broker.take(output);
    client.consume_output(output.size(), now);
    if (broker.answers.empty()) continue;
    client.handle_bytes(broker.answers, now);
    while (client.poll_event(now) != nullptr) {}
    broker.answers.clear();
  } while (client.has_events() || !client.pending_output().empty());
}

// Runs `turn` until everything has its size, then counts over 10,000 more. The table of packet ids is the last to have it:
// its pages come as ids are used for the first time.
constexpr int warm_up = 110'000;

template <class Turn>
bool none(const char* what, Turn turn) {
  for (int i = 0; i < warm_up; ++i) turn(i);
  const std::size_t before = allocations;
  for (int i = 0; i < 10'000; ++i) turn(i);
  const std::size_t made = allocations - before;
  std::printf("%-60s %zu allocations in 10000 turns\n", what, made);
  return made == 0;
}

bool client_alone(bool journal, const char* what) {
  ClientOptions options;
  options.client_id = "steady";
  options.clean_session = false;
  options.journal = journal;
  options.trace.max_packets = 1000;
  Client client(options);
  Broker broker;
  (void)client.handle_transport_open(now);
  exchange(client, broker);
  PacketId theirs = 0;
  const std::uint8_t payload[200] = {};
  return none(what, [&](int turn) {
    for (int burst = 0; burst < 1 + turn % 5; ++burst) {
      const auto qos = static_cast<Qos>((turn + burst) % 3);
      const Bytes bytes = Bytes(payload).first(static_cast<std::size_t>(turn % 200));
      (void)client.publish("sensors/room/temperature", bytes, {.qos = qos}, now);
      theirs = theirs == 65'535 ? PacketId{1} : static_cast<PacketId>(theirs + 1);
      const PacketId id = qos == Qos::at_most_once ? PacketId{0} : theirs;
      (void)encode(Publish{"sensors/hall/temperature", bytes, id, qos, false, false}, broker.answers);
    }
    exchange(client, broker);
  });
}

struct Loop final : EventLoop {
  Time now() const override { return ::now; }
  void attach(std::function<void()>, std::function<void()> on_turn) override { turn = std::move(on_turn); }
  void set_timer(std::optional<Time>) override {}
  void request_turn() override { wanted = true; }
  std::uint64_t random() override { return 4; }
  std::function<void()> turn;
  bool wanted = false;
};

struct Pipe final : Transport {
  void open(const std::string&, TransportObserver& with) override { observer = &with; }
  std::size_t write(Bytes bytes) override {
    broker.take(bytes);
    return bytes.size();
  }
  void close() override { observer = nullptr; }
  TransportObserver* observer = nullptr;
  Broker broker;
  ByteBuffer in_flight;
};

bool whole_client() {
  Loop loop;
  Pipe pipe;
  MqttOptions options;
  options.urls = {"mqtt://broker"};
  options.client.client_id = "steady";
  MqttClient mqtt(loop, pipe, std::move(options));
  std::size_t heard = 0;
  std::size_t changes = 0;
  (void)mqtt.subscribe("sensors/+/temperature", Qos::exactly_once, [&](const Message&) { ++heard; });
  (void)mqtt.subscribe("sensors/#", Qos::exactly_once, [&](const Message&) { ++heard; });
  mqtt.on_delivery = [&](Delivery, DeliveryState, FailureReason) { ++changes; };
  mqtt.connect();
  pipe.observer->on_transport_open();
  PacketId theirs = 0;
  const bool clean = none("MqttClient: publish, dispatch to two handlers, acknowledge", [&](int turn) {
    const auto qos = static_cast<Qos>(turn % 3);
    (void)mqtt.publish("sensors/room/temperature", "21.5", {.qos = qos});
    theirs = theirs == 65'535 ? PacketId{1} : static_cast<PacketId>(theirs + 1);
    const PacketId id = qos == Qos::at_most_once ? PacketId{0} : theirs;
    (void)encode(Publish{"sensors/hall/temperature", as_bytes("20"), id, qos, false, false}, pipe.broker.answers);
    loop.turn();
    while (!pipe.broker.answers.empty()) {
      pipe.in_flight.swap(pipe.broker.answers);
      pipe.observer->on_transport_bytes(pipe.in_flight);
      pipe.in_flight.clear();
    }
  });
  return clean && heard == 2 * (warm_up + 10'000) && changes > warm_up;
}

}  // namespace

int main() {
  const bool memory = client_alone(false, "Client: publish, receive, acknowledge, QoS 0 to 2, traced");
  const bool journal = client_alone(true, "the same with a journal");
  const bool whole = whole_client();
  return memory && journal && whole ? EXIT_SUCCESS : EXIT_FAILURE;
}
