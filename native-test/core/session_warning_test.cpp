// The classic traps of sessions are told, once.
#include "world.hpp"
#include "wasmqtt/describe.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Id = PropertyId;
using Reason = SessionWarning::Reason;

namespace {

MqttOptions options5(bool clean, std::uint32_t expiry, const char* client_id = "alice") {
  MqttOptions options = client_options(clean);
  options.client.protocol = Protocol::mqtt_5;
  options.client.session_expiry = expiry;
  options.client.client_id = client_id;
  return options;
}

struct Warned : World {
  explicit Warned(MqttOptions options, SessionStore* store = nullptr) : World(std::move(options), store) {
    mqtt.on_event = [this](const MqttEvent& event) {
      if (std::holds_alternative<Connected>(event)) told += "connected ";
      if (const auto* warning = std::get_if<SessionWarning>(&event))
        told += warning->reason == Reason::expires_at_once ? "expires " : "changes ";
    };
  }
  // A connection whose CONNACK has this, and its end.
  void pass(Properties properties = {}, ProtocolVersion version = ProtocolVersion::mqtt_5) {
    mqtt.connect();
    broker.version = version;
    broker.accept();
    broker.expect<Connect>();
    broker.reply(Connack{false, {}, {}, properties});
    mqtt.disconnect();
    broker.expect<Disconnect>();
  }
  std::string told;
};

std::string told_after_two(Warned& world, Properties properties = {}, ProtocolVersion version = ProtocolVersion::mqtt_5) {
  world.pass(properties, version);
  world.pass({}, version);
  return world.told;
}

}  // namespace

TEST_CASE("warning: a session that is asked for and ends with each connection is told once, behind Connected") {
  Warned trap(options5(false, 0));
  CHECK(told_after_two(trap) == "connected expires connected ");
  for (MqttOptions fine : {options5(true, 0), options5(false, 60), options5(true, 60), client_options(false)}) {
    const ProtocolVersion version =
        fine.client.protocol == Protocol::mqtt_5 ? ProtocolVersion::mqtt_5 : ProtocolVersion::mqtt_3_1_1;
    Warned world(fine);
    CHECK(told_after_two(world, {}, version) == "connected connected ");
  }
  // The broker's word counts.
  for (const std::uint32_t expiry : {0u, 60u}) {
    PropertyList list;
    REQUIRE_FALSE(static_cast<bool>(list.add(Id::session_expiry_interval, expiry)));
    Warned world(options5(false, 60 - expiry));
    world.pass(list);
    CHECK(world.told == (expiry == 0 ? "connected expires " : "connected "));
  }
  CHECK(describe(Reason::expires_at_once) != describe(Reason::client_id_changes));
}

TEST_CASE("warning: a session that is kept under an assigned id is told, unless a store keeps the id or nothing is kept") {
  PropertyList assigned;
  REQUIRE_FALSE(static_cast<bool>(assigned.add(Id::assigned_client_identifier, "given")));
  Warned trap(options5(false, 60, ""));
  CHECK(told_after_two(trap, assigned) == "connected changes connected ");
  Warned not_kept(options5(true, 0, ""));
  CHECK(told_after_two(not_kept, assigned) == "connected connected ");
  MemoryStore store;
  Warned stored(options5(false, 60, ""), &store);
  CHECK(told_after_two(stored, assigned) == "connected connected ");
  Warned own(options5(false, 60));
  CHECK(told_after_two(own, assigned) == "connected connected ");
}

TEST_CASE("warning: a session that is kept under another id than before is told, in 3.1.1, too") {
  for (const bool kept : {true, false}) {
    MqttOptions options = client_options(!kept);
    int attempts = 0;
    options.driver.prepare_attempt = [&](Attempt attempt, std::function<void(Attempt)> ready) {
      attempt.client_id = "random " + std::to_string(++attempts);
      ready(std::move(attempt));
    };
    Warned world(options);
    world.pass({}, ProtocolVersion::mqtt_3_1_1);
    world.pass({}, ProtocolVersion::mqtt_3_1_1);
    world.pass({}, ProtocolVersion::mqtt_3_1_1);
    CHECK(world.told == (kept ? "connected connected changes connected " : "connected connected connected "));
  }
}
