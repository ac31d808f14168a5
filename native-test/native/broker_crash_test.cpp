// A broker is killed with SIGKILL in mid-stream, again and again, and started again from what it had on its disk.
//
// mosquitto acknowledges before it saves, so a kill at any moment loses what it has confirmed, whatever a client does.
// Here it gets a disk that is as honest as its word: the network between is frozen, with packets in both directions
// cut off wherever they are; the broker saves; then it is killed. What each side was told is what the other remembers.
//
// One thing mosquitto 2.0.11 forgets even so: that it had sent PUBREL. Read back from its disk, such a message is sent
// as PUBLISH with DUP [against MQTT-4.3.3-1], which no client can tell from a new message whose id is in use for the
// first time. For that there is DedupeWindow, which knows messages by what the application calls them. Where only the
// connection is cut, the broker remembers, and exactly once holds without it.
#include <doctest/doctest.h>

#include <memory>

#include "broker.hpp"
#include "peer.hpp"
#include "proxy.hpp"
#include "wasmqtt/dedupe.hpp"
#include "wasmqtt/native/file_store.hpp"

using namespace wasmqtt;
using test::options_for;
using test::Peer;

namespace {

constexpr std::size_t qos1_messages = 10'000;
constexpr std::size_t qos2_messages = 2'000;
constexpr std::size_t all_messages = qos1_messages + qos2_messages;
constexpr std::size_t strikes = 8;

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
  std::size_t repeated_qos1 = 0;  // the sender's repetitions are new messages to the broker: DUP need not be set
  std::size_t repeated_qos2 = 0;
  bool repeated_qos2_without_dup = false;
  bool out_of_order = false;
  std::size_t delivered = 0;      // behind the window
  DedupeWindow window{all_messages};
  std::size_t next1 = 0, next2 = 0;

  void take(const Message& message) {
    std::size_t number = std::stoul(std::string(as_text(message.payload)));
    bool exactly_once = message.qos == Qos::exactly_once;
    if (window.first_time((exactly_once ? "2/" : "1/") + std::to_string(number))) ++delivered;
    int seen = (exactly_once ? qos2 : qos1).at(number)++;
    if (seen == 0) {
      auto& next = exactly_once ? next2 : next1;
      out_of_order |= number != next;
      next = number + 1;
      ++different;
      return;
    }
    ++(exactly_once ? repeated_qos2 : repeated_qos1);
    repeated_qos2_without_dup |= exactly_once && !message.dup;
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

enum class Fault { cut, kill };

// Streams both ways while the fault strikes again and again; returns what arrived.
void stream_through(Fault fault, Tally& to_left, Tally& to_right) {
  test::World world;
  test::TemporaryDirectory directory;
  test::Broker broker({.settings = {
      {"max_queued_messages 0", "up to 12,000 messages wait for a client that is cut off"},
      {"max_inflight_messages 0", "as many as can be are in flight when it is cut; qos2_window_test.cpp has 20"}}});
  test::Proxy proxy(world.context, broker.port());
  FileStoreOptions files{.directory = directory.path(), .durability = FileStoreOptions::Durability::process_crash};
  FileStore left_store(world.context, files), right_store(world.context, files);
  Peer left(world, lasting(proxy.url(), "left"), {}, &left_store);
  Peer right(world, lasting(proxy.url(), "right"), {}, &right_store);

  REQUIRE(left.mqtt.subscribe("to/left", Qos::exactly_once, [&](const Message& m) { to_left.take(m); }));
  REQUIRE(right.mqtt.subscribe("to/right", Qos::exactly_once, [&](const Message& m) { to_right.take(m); }));
  REQUIRE(left.connect());
  REQUIRE(right.connect());
  REQUIRE(world.run_until([&] { return left.subscribed.size() == 1 && right.subscribed.size() == 1; }));
  stream(left, "to/right");
  stream(right, "to/left");

  auto arrived = [&] { return to_left.different + to_right.different; };
  for (std::size_t strike = 1; strike <= strikes; ++strike) {
    CAPTURE(strike);
    std::size_t point = 2 * all_messages * strike / (strikes + 2);
    REQUIRE(world.run_until([&] { return arrived() >= point; }, std::chrono::seconds{60}));
    if (fault == Fault::kill) {
      proxy.freeze();
      broker.save();
      broker.kill();
      broker.start();
    }
    proxy.cut();
  }
  auto acknowledged = [&] { return left.acknowledged.size() + right.acknowledged.size(); };
  bool all = world.run_until([&] { return arrived() == 2 * all_messages && acknowledged() == 2 * all_messages; },
                             std::chrono::seconds{60});
  CAPTURE(to_left.different);
  CAPTURE(to_right.different);
  CAPTURE(acknowledged());
  REQUIRE(all);
  for (const auto* peer : {&left, &right}) {
    CHECK(peer->failed.empty());
    CHECK(peer->store_problem.empty());
    bool each_once = true;
    for (const auto& [number, times] : peer->acknowledged) each_once &= times == 1;
    CHECK(each_once);
  }
}

void check(const Tally& tally) {
  CHECK(tally.different == all_messages);
  CHECK(tally.delivered == all_messages);
  CHECK(!tally.out_of_order);
  CHECK(!tally.repeated_qos2_without_dup);
  MESSAGE("came again: " << tally.repeated_qos1 << " QoS 1, " << tally.repeated_qos2 << " QoS 2");
}

}  // namespace

TEST_CASE("connections cut in mid-stream: 10,000 QoS 1 and 2,000 QoS 2 messages each way, none lost, QoS 2 exactly once") {
  Tally to_left, to_right;
  stream_through(Fault::cut, to_left, to_right);
  for (const auto* tally : {&to_left, &to_right}) {
    check(*tally);
    CHECK(tally->repeated_qos2 == 0);
  }
}

TEST_CASE("a broker killed in mid-stream: 10,000 QoS 1 and 2,000 QoS 2 messages each way, none lost, none twice") {
  Tally to_left, to_right;
  stream_through(Fault::kill, to_left, to_right);
  for (const auto* tally : {&to_left, &to_right}) check(*tally);
}
