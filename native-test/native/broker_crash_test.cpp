// A broker is killed with SIGKILL in mid-stream, again and again, and started again from what it had on its disk.
//
// mosquitto acknowledges before it saves, so a kill at any moment loses what it has confirmed, whatever a client does.
// Here it gets a disk that is as honest as its word: the network between is frozen, with packets in both directions
// cut off wherever they are; the broker saves; then it is killed. What each side was told is what the other remembers.
#include <doctest/doctest.h>

#include <memory>

#include "broker.hpp"
#include "peer.hpp"
#include "proxy.hpp"
#include "wasmqtt/native/file_store.hpp"

using namespace wasmqtt;
using test::options_for;
using test::Peer;

namespace {

constexpr std::size_t qos1_messages = 10'000;
constexpr std::size_t qos2_messages = 2'000;
constexpr std::size_t all_messages = qos1_messages + qos2_messages;
constexpr std::size_t kills = 8;

MqttOptions lasting(const std::string& url, const std::string& client_id) {
  auto options = options_for(url, client_id);
  options.client.clean_session = false;
  return options;
}

// What one direction of the stream came to.
struct Tally {
  std::vector<int> qos1 = std::vector<int>(qos1_messages, 0);
  std::vector<int> qos2 = std::vector<int>(qos2_messages, 0);
  std::size_t different = 0;      // messages seen at least once
  std::size_t repeated = 0;       // QoS 1 only, each with DUP
  bool qos2_twice = false;
  bool repeated_without_dup = false;
  bool out_of_order = false;
  std::size_t next1 = 0, next2 = 0;

  void take(const Message& message) {
    std::size_t number = std::stoul(std::string(as_text(message.payload)));
    bool exactly_once = message.qos == Qos::exactly_once;
    int seen = (exactly_once ? qos2 : qos1).at(number)++;
    if (seen == 0) {
      auto& next = exactly_once ? next2 : next1;
      out_of_order |= number != next;
      next = number + 1;
      ++different;
      return;
    }
    if (exactly_once) qos2_twice = true;
    if (!exactly_once) ++repeated;
    if (!message.dup) repeated_without_dup = true;
  }
};

void stream(Peer& from, const std::string& topic) {
  for (std::size_t number = 0; number < qos1_messages; ++number) {
    REQUIRE(from.mqtt.publish(topic, std::to_string(number), {.qos = Qos::at_least_once}));
    if (number % (qos1_messages / qos2_messages) == 0) {
      auto text = std::to_string(number / (qos1_messages / qos2_messages));
      REQUIRE(from.mqtt.publish(topic, text, {.qos = Qos::exactly_once}));
    }
  }
}

}  // namespace

TEST_CASE("a broker killed in mid-stream: 10,000 QoS 1 and 2,000 QoS 2 messages each way, none lost, none twice") {
  test::World world;
  test::TemporaryDirectory directory;
  test::Broker broker({.persistence = true});
  test::Proxy proxy(world.context, broker.port());
  FileStoreOptions files{.directory = directory.path(), .durability = FileStoreOptions::Durability::process_crash};
  FileStore left_store(world.context, files), right_store(world.context, files);
  Peer left(world, lasting(proxy.url(), "left"), {}, &left_store);
  Peer right(world, lasting(proxy.url(), "right"), {}, &right_store);

  Tally to_left, to_right;
  REQUIRE(left.mqtt.subscribe("to/left", Qos::exactly_once, [&](const Message& m) { to_left.take(m); }));
  REQUIRE(right.mqtt.subscribe("to/right", Qos::exactly_once, [&](const Message& m) { to_right.take(m); }));
  REQUIRE(left.connect());
  REQUIRE(right.connect());
  REQUIRE(world.run_until([&] { return left.subscribed.size() == 1 && right.subscribed.size() == 1; }));
  stream(left, "to/right");
  stream(right, "to/left");

  auto arrived = [&] { return to_left.different + to_right.different; };
  for (std::size_t kill = 1; kill <= kills; ++kill) {
    std::size_t point = 2 * all_messages * kill / (kills + 2);
    REQUIRE(world.run_until([&] { return arrived() >= point; }, std::chrono::seconds{60}));
    proxy.freeze();
    broker.save();
    broker.kill();
    broker.start();
    proxy.cut();
  }
  auto acknowledged = [&] { return left.acknowledged.size() + right.acknowledged.size(); };
  bool all = world.run_until([&] { return arrived() == 2 * all_messages && acknowledged() == 2 * all_messages; },
                             std::chrono::seconds{60});
  CAPTURE(to_left.different);
  CAPTURE(to_right.different);
  CAPTURE(left.acknowledged.size());
  CAPTURE(right.acknowledged.size());
  REQUIRE(all);

  for (const auto* tally : {&to_left, &to_right}) {
    CHECK(!tally->qos2_twice);
    CHECK(!tally->repeated_without_dup);
    CHECK(!tally->out_of_order);
    MESSAGE("QoS 1 messages that came again, with DUP: " << tally->repeated);
  }
  for (const auto* peer : {&left, &right}) {
    CHECK(peer->failed.empty());
    CHECK(peer->store_problem.empty());
    for (const auto& [number, times] : peer->acknowledged) CHECK(times == 1);
  }
}
