// Signing in with a certificate instead of a password: the right one, and each kind of wrong one, with what the client says.
#include <doctest/doctest.h>

#include "chat/groups.hpp"
#include "chat/topics.hpp"
#include "service_world.hpp"

using namespace wasmqtt;
using test::Peer;

namespace {

struct Certificates {
  test::TemporaryDirectory directory;
  std::uint16_t tcp = test::free_port();
  std::uint16_t websocket = test::free_port();

  Certificates() {
    // As scripts/run makes them. "stranger" is nobody's name.
    test::run_program({"bash", "-c", "set -euo pipefail; root=$1; source \"$1/scripts/lib/progress.sh\"; "
                                     "source \"$1/scripts/lib/certificates.sh\"; root=$2; make_certificates \"$2\" peter stranger",
                       "bash", WASMQTT_SOURCE, directory.path()});
  }

  std::string file(const std::string& name) const { return directory / name; }

  // The listeners of scripts/brokers/tls.conf.in.
  std::vector<test::BrokerSetting> settings() const {
    std::string text = test::read_file(WASMQTT_BROKER_CONFIGURATION "/tls.conf.in");
    const auto fill = [&](const std::string& name, const std::string& value) {
      for (auto at = text.find(name); at != std::string::npos; at = text.find(name)) text.replace(at, name.size(), value);
    };
    fill("@TLS@", directory.path());
    fill("@TLS_TCP_PORT@", std::to_string(tcp));
    fill("@TLS_WS_PORT@", std::to_string(websocket));
    return {{text, "listeners that ask for certificates"}};
  }
};

struct SecureWorld : Certificates, test::ServiceWorld {
  SecureWorld() : test::ServiceWorld({}, settings()) {
    REQUIRE(test::await([&] { return test::port_answers(tcp) && test::port_answers(websocket); }));
  }

  std::string url(const std::string& scheme) const {
    return scheme + "://localhost:" + std::to_string(scheme == "mqtts" ? tcp : websocket);
  }
  // `name`: of the certificate; empty: none.
  std::unique_ptr<Peer> peer(const std::string& scheme, const std::string& name) {
    NetworkOptions network;
    network.tls.ca_file = file("authority.crt");
    if (!name.empty()) {
      network.tls.certificate_file = file(name + ".crt");
      network.tls.key_file = file(name + ".key");
    }
    return std::make_unique<Peer>(world, test::options_for(url(scheme), "certificate-" + name), network);
  }
  // Why there is no connection.
  std::string refusal(const std::string& scheme, const std::string& name) {
    const auto refused = peer(scheme, name);
    refused->mqtt.connect();
    REQUIRE(world.run_until([&] {
      return refused->mqtt.state() == ConnectionState::waiting || refused->mqtt.state() == ConnectionState::stopped ||
             refused->mqtt.connected();
    }));
    return refused->mqtt.connected() ? "connected" : std::string(refused->mqtt.close_record().sentence());
  }
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE_FIXTURE(SecureWorld, "certificates: the name in it is the user, with that user's rights, and no password") {
  for (const std::string scheme : {"mqtts", "wss"}) {
    CAPTURE(scheme);
    const auto peter = peer(scheme, "peter");
    REQUIRE(peter->connect());
    CHECK(peter->subscribe(chat::own_messages_filter("peter"), Qos::at_least_once));
    CHECK(peter->subscribe(chat::groups_topic("peter"), Qos::at_least_once));
    REQUIRE(peter->await_messages(1));
    peter->ask({.filter = "chat/messages/vy/+", .qos = Qos::at_least_once});
    REQUIRE(peter->await_answers(3));
    CHECK_FALSE(peter->answered.back().granted);
  }
}

TEST_CASE_FIXTURE(SecureWorld, "certificates: a name that is no user's connects, and may do nothing") {
  for (const std::string scheme : {"mqtts", "wss"}) {
    CAPTURE(scheme);
    const auto stranger = peer(scheme, "stranger");
    REQUIRE(stranger->connect());
    stranger->ask({.filter = "chat/messages/stranger/+", .qos = Qos::at_least_once});
    REQUIRE(stranger->await_answers(1));
    CHECK_FALSE(stranger->answered.back().granted);
  }
}

TEST_CASE_FIXTURE(SecureWorld, "certificates: expired, revoked, or none: refused, with a sentence that says which") {
  for (const std::string scheme : {"mqtts", "wss"}) {
    for (const auto& [of, words] : {std::pair{"expired", "certificate expired"}, std::pair{"revoked", "certificate revoked"},
                                    std::pair{"", "certificate required"}}) {
      const char* const name = of;  // CAPTURE takes no structured binding
      CAPTURE(scheme);
      CAPTURE(name);
      const std::string sentence = refusal(scheme, name);
      CAPTURE(sentence);
      // Mosquitto 2.0.11 reads no list of revoked certificates for a WebSocket listener.
      if (scheme == "wss" && std::string(name) == "revoked") {
        CHECK(sentence == "connected");
        continue;
      }
      CHECK(contains(sentence, "check the certificate"));
      CHECK(contains(sentence, words));
      CHECK_FALSE(contains(sentence, "a port where"));
    }
  }
}
