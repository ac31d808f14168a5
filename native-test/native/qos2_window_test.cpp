// QoS 2 against Mosquitto with the limits of its package: max_inflight_messages is 20, and 2.0.11 acknowledges what goes
// beyond without ever delivering it. ClientOptions::qos2_window keeps within it, also across reconnects.
#include <doctest/doctest.h>

#include "broker.hpp"
#include "peer.hpp"
#include "proxy.hpp"

using namespace wasmqtt;
using test::options_for;
using test::Peer;

namespace {

constexpr std::size_t count = 1'000;

enum class Fault { none, cut, kill };

struct Arrived {
  std::vector<int> times = std::vector<int>(count, 0);
  std::size_t different = 0;
  void take(const Message& message) {
    if (times.at(std::stoul(std::string(as_text(message.payload))))++ == 0) ++different;
  }
};

// The sender's connection goes through a proxy and breaks five times; the receiver's is left alone, unless the broker dies.
void send_all(Fault fault, Arrived& arrived) {
  test::World world;
  test::Broker broker;
  test::Proxy proxy(world.context, broker.port());
  auto lasting = [](const std::string& url, const std::string& id) {
    auto options = options_for(url, id);
    options.client.clean_session = false;
    return options;
  };
  Peer sender(world, lasting(proxy.url(), "sender"));
  Peer receiver(world, lasting(broker.url(), "receiver"));
  REQUIRE(receiver.mqtt.subscribe("many", Qos::exactly_once, [&](const Message& message) { arrived.take(message); }));
  REQUIRE(receiver.connect());
  REQUIRE(world.run_until([&] { return receiver.subscribed.size() == 1; }));
  REQUIRE(sender.connect());
  for (std::size_t number = 0; number < count; ++number)
    REQUIRE(sender.mqtt.publish("many", std::to_string(number), {.qos = Qos::exactly_once}));
  for (std::size_t strike = 1; fault != Fault::none && strike <= 5; ++strike) {
    REQUIRE(world.run_until([&] { return arrived.different >= count * strike / 7; }, std::chrono::seconds{60}));
    if (fault == Fault::kill) {
      proxy.freeze();
      broker.save();
      broker.kill();
      broker.start();
    }
    proxy.cut();
  }
  world.run_until([&] { return arrived.different == count && sender.acknowledged.size() == count; },
                  std::chrono::seconds{60});
  CHECK(sender.acknowledged.size() == count);
  CHECK(sender.failed.empty());
}

}  // namespace

TEST_CASE("mosquitto as packaged: 1,000 messages of QoS 2 at once arrive, each exactly once") {
  Arrived arrived;
  send_all(Fault::none, arrived);
  CHECK(arrived.times == std::vector<int>(count, 1));
}

TEST_CASE("mosquitto as packaged: 1,000 messages of QoS 2 arrive exactly once across cut connections") {
  Arrived arrived;
  send_all(Fault::cut, arrived);
  CHECK(arrived.times == std::vector<int>(count, 1));
}

// Read back from its disk, the broker has forgotten which PUBRELs it had sent (see broker_crash_test.cpp): then a message
// may come twice to the receiver, but none is lost.
TEST_CASE("mosquitto as packaged: 1,000 messages of QoS 2 all arrive although the broker is killed again and again") {
  Arrived arrived;
  send_all(Fault::kill, arrived);
  CHECK(arrived.different == count);
}
