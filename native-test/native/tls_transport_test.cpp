#include <doctest/doctest.h>

#include "certificates.hpp"
#include "observer.hpp"
#include "peer.hpp"
#include "servers.hpp"
#include "world.hpp"

using namespace wasmqtt;
using test::certificates;

namespace {

struct Row {
  const char* name;
  std::string certificate, key;
  std::string ca_file;
  std::string host = "localhost";
  std::string sentence;
};

std::vector<Row> untrusted() {
  const auto& files = certificates();
  return {
      {"expired", files.expired, files.expired_key, files.ca, "localhost",
       "the server's certificate, or one that it depends on, has expired"},
      {"of an authority that is not ours", files.server, files.server_key, files.other_ca, "localhost",
       "the server's certificate is signed by an authority that is not trusted"},
      {"of no authority", files.self_signed, files.self_signed_key, files.ca, "localhost",
       "the server's certificate is signed by itself, and not among the trusted ones"},
      {"for another name", files.elsewhere, files.elsewhere_key, files.ca, "localhost",
       "the server's certificate is not for localhost"},
      {"for a name, asked for by address", files.elsewhere, files.elsewhere_key, files.ca, "127.0.0.1",
       "the server's certificate is not for 127.0.0.1"},
  };
}

}  // namespace

TEST_CASE("TLS: why a certificate is not trusted stands in the close record, in words, for mqtts and wss") {
  for (const auto& row : untrusted()) {
    for (std::string scheme : {"mqtts", "wss"}) {
      CAPTURE(row.name);
      CAPTURE(scheme);
      test::World world;
      test::TlsServer server(world.context, row.certificate, row.key);
      NetworkOptions network;
      network.tls.ca_file = row.ca_file;
      test::Peer peer(world, test::options_for(scheme + "://" + row.host + ':' + std::to_string(server.port()), "x"),
                      network);
      peer.mqtt.connect();
      REQUIRE(world.run_until([&] { return peer.mqtt.state() == ConnectionState::waiting; }));
      auto record = peer.mqtt.close_record();
      CHECK(record.fault == TransportFault::tls);
      CHECK(record.reason == row.sentence);
      CHECK(record.sentence().find(row.sentence) != std::string::npos);
    }
  }
}

TEST_CASE("TLS: a certificate that is trusted by itself needs no authority") {
  test::World world;
  const auto& files = certificates();
  test::TlsServer server(world.context, files.self_signed, files.self_signed_key);
  NetworkTransport transport(world.context);
  transport.set_options({.tls = {.ca_file = files.self_signed, .server_name = "nobody"}});
  test::Observer observer;
  transport.open("mqtts://localhost:" + std::to_string(server.port()), observer);
  REQUIRE(world.run_until([&] { return observer.opened == 1; }));
}

TEST_CASE("TLS: the protocols for ALPN are offered in their order; none is unless asked for; a server may insist on another") {
  test::World world;
  const auto& files = certificates();
  struct Case {
    std::vector<std::string> alpn;
    std::string chooses;
    std::string offered;
    bool opens;
  };
  const std::string long_name(256, 'x');
  for (const Case& one : {Case{{"mqtt"}, "mqtt", "\4mqtt", true}, Case{{"x-amzn-mqtt-ca", "mqtt"}, "mqtt", "\16x-amzn-mqtt-ca\4mqtt", true},
                          Case{{}, "mqtt", "", true}, Case{{"http/1.1"}, "mqtt", "\10http/1.1", false},
                          Case{{""}, "mqtt", "", false}, Case{{"mqtt", long_name}, "mqtt", "", false}}) {
    CAPTURE(one.offered);
    test::TlsServer server(world.context, files.server, files.server_key);
    server.chooses = one.chooses;
    NetworkTransport transport(world.context);
    transport.set_options({.tls = {.ca_file = files.ca, .alpn = one.alpn}});
    test::Observer observer;
    transport.open("mqtts://localhost:" + std::to_string(server.port()), observer);
    REQUIRE(world.run_until([&] { return observer.opened == 1 || observer.ended(); }));
    CHECK((observer.opened == 1) == one.opens);
    CHECK(server.offered == one.offered);
    if (!one.opens) CHECK(observer.close->fault == TransportFault::tls);
  }
}
