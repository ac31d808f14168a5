// Mosquitto as a server that is trusted or not, that speaks something else, that goes away and comes back. What clients
// and brokers say to each other is tested with several brokers: native-test/brokers.
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
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "TLS and secure WebSocket: who is not trusted, and why") {
  Broker broker({.tls = true});
  SUBCASE("a broker that is trusted, and a client with its certificate") {
    for (const auto& url : {broker.tls_url(), broker.secure_websocket_url()}) {
      CAPTURE(url);
      Peer peer(world, options_for(url, "x"), certified());
      CHECK(peer.connect());
    }
  }
  SUBCASE("MQTT 5 over both, with ALPN and own headers: a message with its properties comes back") {
    for (const auto& url : {broker.tls_url(), broker.secure_websocket_url()}) {
      CAPTURE(url);
      auto network = certified();
      network.tls.alpn = {url.starts_with("wss") ? "http/1.1" : "mqtt"};
      network.websocket_headers = {{"X-Tenant", "one"}};
      auto options = options_for(url, "x");
      options.client.protocol = Protocol::mqtt_5;
      Peer peer(world, options, network);
      REQUIRE(peer.connect());
      CHECK(peer.mqtt.version() == ProtocolVersion::mqtt_5);
      REQUIRE(peer.subscribe("a/#", Qos::exactly_once));
      PropertyList properties;
      REQUIRE_FALSE(static_cast<bool>(properties.add_user_property("k", "v")));
      REQUIRE(peer.mqtt.publish("a/b", std::string(100'000, 'x'), {.qos = Qos::exactly_once, .properties = properties}));
      REQUIRE(peer.await_messages(1));
      CHECK(peer.received[0].payload.size() == 100'000);
      CHECK(peer.received[0].properties == properties);
      CHECK(peer.disconnect());
    }
  }
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
      expected = "the server's certificate is signed by an authority that is not trusted";
    }
    SUBCASE("a broker that the system's authorities do not know") {
      network.tls.ca_file.clear();
      expected = "the server's certificate is signed by an authority that is not trusted";
    }
    SUBCASE("a broker whose certificate is for another name") {
      network.tls.server_name = "elsewhere.example";
      expected = "the server's certificate is not for elsewhere.example";
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

TEST_CASE_FIXTURE(Fixture, "a broker that is down is waited for, and found again when it is back") {
  Broker broker({.websocket = true});
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
