// Counts allocations while messages go both ways. Plain main(): a test framework would allocate between the lines.
#include <cstdio>
#include <cstdlib>
#include <new>

#include "wasmqtt/decode.hpp"
#include "wasmqtt/encode.hpp"
#include "wasmqtt/mqtt_client.hpp"

namespace {
std::size_t allocations = 0, bytes_allocated = 0;
}

// Not inlined: GCC would see malloc() and free() meet and warn of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  bytes_allocated += size;
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
  explicit Broker(ProtocolVersion spoken) : version(spoken) { reader.reset(version); }

  ProtocolVersion version;
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
      case PacketType::connect: connack(); return;
      case PacketType::publish:
        (void)decode_publish(frame, publish, version, Direction::outbound);
        if (publish.qos == Qos::at_most_once) return;
        encode_acknowledgement(publish.qos == Qos::at_least_once ? PacketType::puback : PacketType::pubrec,
                               publish.packet_id, answers);
        return;
      case PacketType::pubrel: encode_acknowledgement(PacketType::pubcomp, id_at(0), answers); return;
      case PacketType::pubrec: encode_acknowledgement(PacketType::pubrel, id_at(0), answers); return;
      default: return;
    }
  }
  void connack() {
    PropertyList properties;
    if (version == ProtocolVersion::mqtt_5) (void)properties.add(PropertyId::topic_alias_maximum, 10);
    (void)encode(Packet{Connack{.properties = properties}}, answers, version, Direction::inbound);
  }
};

// What MQTT 5's messages of these runs carry: one of each kind, and one twice.
struct MessageProperties {
  MessageProperties() {
    (void)list.add(PropertyId::message_expiry_interval, 3600);
    (void)list.add(PropertyId::response_topic, "sensors/answers");
    (void)list.add(PropertyId::correlation_data, as_bytes("4711"));
    (void)list.add_user_property("unit", "C");
    (void)list.add_user_property("room", "12");
    known = list;
    (void)known.add(PropertyId::topic_alias, 1);
  }
  PropertyList list;
  PropertyList known;  // with the alias that stands for the broker's topic
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

void use(ProtocolVersion version, ClientOptions& options) {
  if (version == ProtocolVersion::mqtt_3_1_1) return;
  options.protocol = Protocol::mqtt_5;
  options.session_expiry = 3600;
  options.topic_alias_maximum = 10;
  options.topic_aliases = 2;
}

bool client_alone(ProtocolVersion version, bool journal, const char* what) {
  const bool v5 = version == ProtocolVersion::mqtt_5;
  const MessageProperties properties;
  ClientOptions options;
  use(version, options);
  options.client_id = "steady";
  options.clean_session = false;
  options.journal = journal;
  options.trace.max_packets = 1000;
  Client client(options);
  Broker broker(version);
  (void)client.handle_transport_open(now);
  exchange(client, broker);
  PacketId last_id = 0;
  const std::uint8_t payload[200] = {};
  const bool clean = none(what, [&](int turn) {
    for (int burst = 0; burst < 1 + turn % 5; ++burst) {
      const auto qos = static_cast<Qos>((turn + burst) % 3);
      const Bytes bytes = Bytes(payload).first(static_cast<std::size_t>(turn % 200));
      const Properties ours = v5 ? properties.list : Properties();
      // One topic more than there are aliases: they change hands.
      constexpr std::string_view rooms[] = {"sensors/room/temperature", "sensors/loft/temperature", "sensors/attic/humidity"};
      (void)client.publish(rooms[static_cast<std::size_t>(turn % 3)], bytes, {.qos = qos, .properties = ours}, now);
      last_id = last_id == 65'535 ? PacketId{1} : static_cast<PacketId>(last_id + 1);
      const PacketId id = qos == Qos::at_most_once ? PacketId{0} : last_id;
      const bool named = !v5 || (turn == 0 && burst == 0);
      const Properties theirs = v5 ? properties.known : Properties();
      (void)encode(Publish{named ? "sensors/hall/temperature" : "", bytes, id, qos, false, false, theirs}, broker.answers, version,
                   Direction::inbound);
    }
    exchange(client, broker);
  });
  return clean && client.connected() && client.version() == version;
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
  explicit Pipe(ProtocolVersion version) : broker(version) {}

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

bool whole_client(ProtocolVersion version, const char* what) {
  const bool v5 = version == ProtocolVersion::mqtt_5;
  const MessageProperties properties;
  Loop loop;
  Pipe pipe(version);
  MqttOptions options;
  use(version, options.client);
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
  PacketId last_id = 0;
  const bool clean = none(what, [&](int turn) {
    const auto qos = static_cast<Qos>(turn % 3);
    (void)mqtt.publish("sensors/room/temperature", "21.5", {.qos = qos, .properties = v5 ? properties.list : Properties()});
    last_id = last_id == 65'535 ? PacketId{1} : static_cast<PacketId>(last_id + 1);
    const PacketId id = qos == Qos::at_most_once ? PacketId{0} : last_id;
    const std::string_view topic = v5 && turn != 0 ? "" : "sensors/hall/temperature";
    (void)encode(Publish{topic, as_bytes("20"), id, qos, false, false, v5 ? properties.known : Properties()}, pipe.broker.answers,
                 version, Direction::inbound);
    loop.turn();
    while (!pipe.broker.answers.empty()) {
      pipe.in_flight.swap(pipe.broker.answers);
      pipe.observer->on_transport_bytes(pipe.in_flight);
      pipe.in_flight.clear();
    }
  });
  return clean && heard == 2 * (warm_up + 10'000) && changes > warm_up;
}

// The limits of a ring are what it may hold, not what it takes.
bool lean_trace() {
  const std::size_t before = bytes_allocated;
  PacketTrace trace({.max_packets = 100'000});
  for (int i = 0; i < 100; ++i) trace.note(now, "a remark");
  const std::size_t taken = bytes_allocated - before;
  std::printf("%-60s %zu bytes\n", "a trace of at most 100,000 packets, with 100 in it", taken);
  return taken < 100'000;
}

}  // namespace

int main() {
  constexpr auto v3 = ProtocolVersion::mqtt_3_1_1;
  constexpr auto v5 = ProtocolVersion::mqtt_5;
  bool all = client_alone(v3, false, "Client: publish, receive, acknowledge, QoS 0 to 2, traced");
  all &= client_alone(v3, true, "the same with a journal");
  all &= client_alone(v5, true, "the same in MQTT 5, with properties and topic aliases");
  all &= whole_client(v3, "MqttClient: publish, dispatch to two handlers, acknowledge");
  all &= whole_client(v5, "the same in MQTT 5, with properties and topic aliases");
  all &= lean_trace();
  return all ? EXIT_SUCCESS : EXIT_FAILURE;
}
