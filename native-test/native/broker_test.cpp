#include "broker.hpp"

#include <doctest/doctest.h>

#include "certificates.hpp"
#include "peer.hpp"

using namespace wasmqtt;
using test::Broker;
using test::options_for;
using test::Peer;
using Phase = CloseRecord::Phase;

namespace {

struct Fixture {
  test::World world;

  NetworkOptions trusting() const {
    NetworkOptions network;
    network.tls.ca_file = test::certificates().ca;
    return network;
  }
  NetworkOptions certified() const {
    auto network = trusting();
    network.tls.certificate_file = test::certificates().client;
    network.tls.key_file = test::certificates().client_key;
    return network;
  }

  // The record of the first attempt, which has to fail.
  CloseRecord fail_to_connect(Peer& peer) {
    peer.mqtt.connect();
    REQUIRE(world.run_until([&] {
      return peer.mqtt.state() == ConnectionState::waiting || peer.mqtt.state() == ConnectionState::stopped;
    }));
    return peer.mqtt.close_record();
  }

  void converse(const std::string& url, const NetworkOptions& network) {
    CAPTURE(url);
    Peer listener(world, options_for(url, "listener"), network);
    Peer speaker(world, options_for(url, "speaker"), network);
    REQUIRE(listener.connect());
    REQUIRE(listener.subscribe("talk/#", Qos::exactly_once));
    REQUIRE(speaker.connect());
    // A QoS 0 message may overtake none that is acknowledged before it is sent.
    for (int qos = 0; qos <= 2; ++qos) {
      auto topic = "talk/" + std::to_string(qos);
      auto sent = speaker.mqtt.publish(topic, "Grüße " + std::to_string(qos), {.qos = static_cast<Qos>(qos)});
      REQUIRE(sent);
      REQUIRE(listener.await_messages(static_cast<std::size_t>(qos + 1)));
      const auto& message = listener.received.back();
      CHECK(message.topic == topic);
      CHECK(message.payload == "Grüße " + std::to_string(qos));
      CHECK(message.qos == static_cast<Qos>(qos));
      CHECK(!message.retain);
      if (qos > 0) REQUIRE(world.run_until([&] { return speaker.acknowledged[sent->number] == 1; }));
    }
    // mosquitto passes a large message to a WebSocket in pieces of 4 KiB, with pauses between them.
    std::string large(url.starts_with("ws") ? 30'000 : 1'500'000, 'L');
    REQUIRE(speaker.mqtt.publish("talk/large", large, {.qos = Qos::at_least_once}));
    REQUIRE(listener.await_messages(4));
    CHECK(listener.received.back().payload == large);

    REQUIRE(speaker.mqtt.publish("kept", "stored", {.qos = Qos::at_least_once, .retain = true}));
    REQUIRE(world.run_until([&] { return speaker.acknowledged.size() == 4; }));
    REQUIRE(listener.subscribe("kept", Qos::at_least_once));
    REQUIRE(listener.await_messages(5));
    CHECK(listener.received.back().retain);
    CHECK(listener.received.back().payload == "stored");
    CHECK(listener.received.size() == 5);
    CHECK(speaker.disconnect());
    CHECK(listener.disconnect());
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "mosquitto over TCP: QoS 0, 1 and 2, large and retained messages") {
  Broker broker;
  converse(broker.url(), {});
}

TEST_CASE_FIXTURE(Fixture, "mosquitto over WebSocket: QoS 0, 1 and 2, large and retained messages") {
  Broker broker({.websocket = true});
  converse(broker.websocket_url(), {});
}

TEST_CASE_FIXTURE(Fixture, "mosquitto over TLS and secure WebSocket, and who is not trusted") {
  Broker broker({.tls = true});
  SUBCASE("TLS with a client certificate") { converse(broker.tls_url(), certified()); }
  SUBCASE("secure WebSocket") { converse(broker.secure_websocket_url(), trusting()); }
  SUBCASE("TLS without the client certificate that the broker demands") {
    Peer peer(world, options_for(broker.tls_url(), "x"), trusting());
    auto record = fail_to_connect(peer);
    CHECK(record.fault == TransportFault::tls);
    CAPTURE(record.sentence());
    CHECK(record.reason.find("certificate required") != std::string::npos);
  }
  for (const auto& url : {broker.tls_url(), broker.secure_websocket_url()}) {
    CAPTURE(url);
    auto network = certified();
    std::string expected;
    SUBCASE("a broker signed by another authority") {
      network.tls.ca_file = test::certificates().other_ca;
      expected = "the server's certificate is not accepted";
    }
    SUBCASE("a broker that the system's authorities do not know") {
      network.tls.ca_file.clear();
      expected = "the server's certificate is not accepted";
    }
    SUBCASE("a broker whose certificate is for another name") {
      network.tls.server_name = "elsewhere.example";
      expected = "the server's certificate is not accepted: hostname mismatch";
    }
    SUBCASE("a file of authorities that is not there") {
      network.tls.ca_file = "/nowhere/ca.crt";
      expected = "the file of certificate authorities /nowhere/ca.crt cannot be read: No such file or directory";
    }
    SUBCASE("a key that is none") {
      network.tls.key_file = test::certificates().ca;
      expected = "the client's private key " + test::certificates().ca + " is of no use";
    }
    SUBCASE("a key that does not belong to the certificate") {
      network.tls.key_file = test::certificates().server_key;
      expected = "the client's private key " + test::certificates().server_key + " is of no use";
    }
    if (expected.empty()) continue;
    Peer peer(world, options_for(url, "x"), network);
    auto record = fail_to_connect(peer);
    CHECK(record.fault == TransportFault::tls);
    CHECK(record.phase == Phase::opening);
    CHECK_MESSAGE(record.reason.starts_with(expected), record.reason);
  }
}

TEST_CASE_FIXTURE(Fixture, "TLS to a port that does not speak TLS says so") {
  Broker broker;
  Peer peer(world, options_for("mqtts://localhost:" + std::to_string(broker.port()), "x"), trusting());
  auto record = fail_to_connect(peer);
  CHECK(record.fault == TransportFault::tls);
  CHECK(record.reason.find("is this a TLS port?") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "WebSocket to a port that does not speak it says so") {
  Broker broker;
  Peer peer(world, options_for("ws://localhost:" + std::to_string(broker.port()), "x"));
  auto record = fail_to_connect(peer);
  CHECK(record.fault == TransportFault::handshake);
  CHECK(record.reason.find("is this a WebSocket port?") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "a will is published after a cut, and not after an orderly end [MQTT-3.1.2-8, -10]") {
  Broker broker({.websocket = true});
  Peer listener(world, options_for(broker.url(), "listener"));
  REQUIRE(listener.connect());
  REQUIRE(listener.subscribe("wills/#", Qos::at_least_once));
  for (const auto& url : {broker.url(), broker.websocket_url()}) {
    CAPTURE(url);
    listener.received.clear();
    auto options = options_for(url, "mortal");
    options.client.will = WillOptions{.topic = "wills/mortal", .message = {'g', 'o', 'n', 'e'}};
    Peer mortal(world, options);
    REQUIRE(mortal.connect());
    REQUIRE(mortal.disconnect());
    REQUIRE(mortal.connect());
    mortal.mqtt.abort();
    REQUIRE(listener.await_messages(1));
    CHECK(listener.received[0].payload == "gone");
    // An end with DISCONNECT, then a message of ours: had there been a will, it would have come first.
    REQUIRE(mortal.connect());
    REQUIRE(mortal.disconnect());
    REQUIRE(listener.mqtt.publish("wills/none", "marker"));
    REQUIRE(listener.await_messages(2));
    CHECK(listener.received[1].payload == "marker");
  }
}

TEST_CASE_FIXTURE(Fixture, "a wrong password is refused, in words, and not tried again [MQTT-3.2.2-5]") {
  Broker broker({.websocket = true, .user = "peter", .password = "test"});
  for (const auto& url : {broker.url(), broker.websocket_url()}) {
    CAPTURE(url);
    auto options = options_for(url, "x");
    options.client.user_name = "peter";
    options.client.password = {'n', 'o'};
    Peer peer(world, options);
    auto record = fail_to_connect(peer);
    CHECK(record.cause == CloseRecord::Cause::refused);
    CHECK(peer.mqtt.state() == ConnectionState::stopped);
    CHECK(peer.mqtt.stop_reason() == StopReason::refused);
    CHECK(!record.sentence().empty());
    options.client.password = {'t', 'e', 's', 't'};
    Peer right(world, options);
    CHECK(right.connect());
  }
}

TEST_CASE_FIXTURE(Fixture, "a broker that is down is waited for, and found again when it is back") {
  Broker broker({.websocket = true, .persistence = true});
  for (const auto& url : {broker.url(), broker.websocket_url()}) {
    CAPTURE(url);
    broker.stop();
    auto options = options_for(url, "patient");
    options.client.clean_session = false;
    Peer peer(world, options);
    auto record = fail_to_connect(peer);
    CHECK(record.fault == TransportFault::refused);
    auto waiting = peer.mqtt.publish("later", "hello", {.qos = Qos::at_least_once});
    REQUIRE(waiting);
    broker.start();
    REQUIRE(world.run_until([&] { return peer.acknowledged[waiting->number] == 1; }));
    REQUIRE(peer.subscribe("later", Qos::at_least_once));
    broker.kill();
    REQUIRE(world.run_until([&] { return !peer.mqtt.connected(); }));
    broker.start();
    REQUIRE(world.run_until([&] { return peer.mqtt.connected(); }));
    CHECK(peer.disconnect());
  }
}
