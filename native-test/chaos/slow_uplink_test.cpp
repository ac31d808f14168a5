// A link that sends 50,000 bytes a second. What waits in the transport has not left, and progress is life.
#include <doctest/doctest.h>

#include <deque>
#include <vector>

#include "simulation.hpp"
#include "wasmqtt/decode.hpp"
#include "wasmqtt/encode.hpp"
#include "wasmqtt/mqtt_client.hpp"

using namespace wasmqtt;
using namespace wasmqtt::chaos;
using namespace std::chrono_literals;

namespace {

// The transport, the uplink, and a broker at its end that acknowledges what has arrived whole.
class SlowUplink final : public Transport {
 public:
  SlowUplink(Simulation& simulation, std::size_t bytes_per_second, std::size_t room)
      : simulation_(simulation), rate_(bytes_per_second), room_(room) {}

  void open(const std::string&, TransportObserver& observer) override {
    waiting_.clear();
    reader_.reset();
    observer_ = &observer;
    ++connections;
    simulation_.after(20ms, [this, connection = connections] {
      if (connection == connections && observer_ != nullptr) observer_->on_transport_open();
    });
    leave(connections);
  }
  std::size_t write(Bytes bytes) override {
    const std::size_t taken = std::min(bytes.size(), room_ - waiting_.size());
    waiting_.insert(waiting_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
    refused_ = taken < bytes.size();
    return taken;
  }
  std::size_t buffered() const override { return waiting_.size(); }
  void close() override { observer_ = nullptr; }

  int connections = 0;
  std::size_t arrived = 0;
  std::size_t again = 0;  // with DUP
  bool silent = false;    // nothing leaves any more

 private:
  static constexpr Duration step = 20ms;

  void leave(int connection) {
    simulation_.after(step, [this, connection] {
      if (connection != connections || (observer_ == nullptr && waiting_.empty())) return;  // what was taken still leaves
      const std::size_t count = silent ? 0 : std::min(rate_ / 50, waiting_.size());
      const ByteBuffer bytes(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
      waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
      if (!bytes.empty()) take(bytes);
      if (refused_ && waiting_.size() <= room_ / 2 && observer_ != nullptr) {
        refused_ = false;
        observer_->on_transport_writable();
      }
      leave(connection);
    });
  }
  void take(Bytes bytes) {
    reader_.feed(bytes);
    Frame frame;
    ByteBuffer answer;
    while (reader_.next(frame) == FrameReader::Status::frame) {
      Publish publish;
      switch (frame.type()) {
        case PacketType::connect: (void)encode(Packet{Connack{connections > 1, {}}}, answer); break;
        case PacketType::pingreq: (void)encode(Packet{Pingresp{}}, answer); break;
        case PacketType::publish:
          REQUIRE_FALSE(static_cast<bool>(decode_publish(frame, publish)));
          ++arrived;
          again += publish.dup ? 1 : 0;
          if (publish.packet_id != 0) encode_acknowledgement(PacketType::puback, publish.packet_id, answer);
          break;
        default: break;
      }
    }
    if (!answer.empty() && observer_ != nullptr) observer_->on_transport_bytes(answer);
  }

  Simulation& simulation_;
  std::size_t rate_;
  std::size_t room_;
  TransportObserver* observer_ = nullptr;
  std::deque<std::uint8_t> waiting_;
  bool refused_ = false;
  FrameReader reader_{16 << 20};
};

struct Run {
  explicit Run(std::size_t room = 64 * 1024) : uplink(simulation, 50'000, room), mqtt(loop, uplink, options()) {
    mqtt.on_delivery = [this](Delivery, DeliveryState state, FailureReason) {
      if (state == DeliveryState::acknowledged) ++acknowledged;
    };
    mqtt.connect();
  }
  static MqttOptions options() {
    MqttOptions options;
    options.urls = {"mqtt://broker"};
    options.client.client_id = "slow";
    options.client.clean_session = false;
    options.client.keep_alive = 10s;
    return options;
  }
  void publish(std::size_t bytes, int times = 1) {
    const std::vector<std::uint8_t> payload(bytes);
    for (int i = 0; i < times; ++i) REQUIRE(mqtt.publish("a", payload, {.qos = Qos::at_least_once}));
  }
  void pass(Duration duration) {
    const Time end = simulation.now() + duration;
    while (simulation.now() < end && simulation.step()) {}
  }

  Simulation simulation;
  SimulatedLoop loop{simulation, 1};
  SlowUplink uplink;
  MqttClient mqtt;
  int acknowledged = 0;
};

}  // namespace

TEST_CASE("50,000 bytes a second, keep-alive 10 s: 5,000 messages of 1,000 bytes need one connection, none is sent again") {
  // With a small transport, and with one that holds a megabyte, as a browser may.
  for (const std::size_t room : {64u * 1024u, 1024u * 1024u}) {
    CAPTURE(room);
    Run run(room);
    run.publish(1'000, 5'000);
    run.pass(150s);
    CHECK(run.acknowledged == 5'000);
    CHECK(run.uplink.connections == 1);
    CHECK(run.uplink.again == 0);
  }
}

TEST_CASE("50,000 bytes a second, keep-alive 10 s: a message of 5 MB arrives, on one connection") {
  for (const std::size_t room : {64u * 1024u, 8u * 1024u * 1024u}) {
    CAPTURE(room);
    Run run(room);
    run.publish(5'000'000);
    run.pass(150s);
    CHECK(run.acknowledged == 1);
    CHECK(run.uplink.connections == 1);
  }
}

TEST_CASE("a slow link that stops in the middle of a large message is noticed") {
  Run run;
  run.publish(5'000'000);
  run.pass(30s);
  CHECK(run.uplink.connections == 1);
  run.uplink.silent = true;
  run.pass(30s);
  CHECK(run.uplink.connections > 1);
}

TEST_CASE("disconnect() behind tens of megabytes of QoS 0 on a slow link: all arrive, then DISCONNECT") {
  Run run;
  run.pass(1s);
  const std::vector<std::uint8_t> payload(1'000);
  for (int i = 0; i < 20'000; ++i) REQUIRE(run.mqtt.publish("a", payload, {.qos = Qos::at_most_once}));
  run.mqtt.disconnect();
  run.pass(600s);
  CHECK(run.uplink.arrived == 20'000);
  CHECK(run.mqtt.state() == ConnectionState::stopped);
}
