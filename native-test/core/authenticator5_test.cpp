// MQTT 5's enhanced authentication in MqttClient: by an Authenticator, or by events.
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Id = PropertyId;

namespace {

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

// Begins with a number that grows, answers "q" with "a", and takes "ok" for proof.
struct Counting final : Authenticator {
  std::string_view method() const override { return "COUNT"; }
  std::optional<std::vector<std::uint8_t>> begin() override {
    if (!able) return std::nullopt;
    return bytes_of(std::to_string(++exchanges));
  }
  std::optional<std::vector<std::uint8_t>> respond(Bytes data) override {
    if (as_text(data) != "q") return std::nullopt;
    return bytes_of("a");
  }
  bool finish(Bytes data) override { return as_text(data) == "ok"; }

  int exchanges = 0;
  bool able = true;
};

MqttOptions options5(Authenticator* authenticator) {
  MqttOptions options = client_options(false);
  options.client.protocol = Protocol::mqtt_5;
  options.client.session_expiry = 3600;
  options.driver.authenticator = authenticator;
  return options;
}

struct Authenticated : World {
  explicit Authenticated(Authenticator* authenticator = nullptr) : Authenticated(options5(authenticator)) {}
  explicit Authenticated(MqttOptions options) : World(std::move(options)) {
    broker.version = ProtocolVersion::mqtt_5;
    mqtt.on_event = [this](const MqttEvent& event) {
      if (const auto* step = std::get_if<Authentication>(&event))
        told += (step->done ? "done " : "asked ") + std::string(as_text(step->data)) + " ";
      if (std::holds_alternative<Connected>(event)) told += "connected ";
    };
  }
  static PropertyList named(std::string_view data, std::string_view method = "COUNT") {
    PropertyList list;
    REQUIRE_FALSE(static_cast<bool>(list.add(Id::authentication_method, method)));
    if (!data.empty()) REQUIRE_FALSE(static_cast<bool>(list.add(Id::authentication_data, as_bytes(data))));
    return list;
  }
  // CONNECT's data.
  std::string begin() {
    broker.accept();
    return std::string(broker.expect<Connect>().properties.text(Id::authentication_data));
  }
  void ask(std::string_view data, ReasonCode code = ReasonCode::continue_authentication) {
    broker.reply(Auth{code, named(data)});
  }
  std::string answer() {
    const Auth packet = broker.expect<Auth>();
    return std::to_string(static_cast<int>(packet.reason_code)) + " " +
           std::string(packet.properties.text(Id::authentication_data));
  }
  void finish(std::string_view data) { broker.reply(Connack{false, {}, {}, named(data)}); }
  std::string told;
};

}  // namespace

TEST_CASE("MqttClient 5: an authenticator answers the broker, begins anew with each attempt, and accepts before Connected "
          "[MQTT5-4.12.0-3]") {
  Counting counting;
  Authenticated world(&counting);
  world.mqtt.connect();
  CHECK(world.begin() == "1");
  world.ask("q");
  CHECK(world.answer() == "24 a");
  CHECK(world.told == "");
  world.finish("ok");
  CHECK(world.told == "done ok connected ");
  world.broker.cut();
  world.wait();
  CHECK(world.begin() == "2");
}

TEST_CASE("MqttClient 5: an authenticator that refuses ends the connection for good, whatever it was shown [MQTT5-4.12.1-2]") {
  for (const bool at_once : {true, false}) {
    Counting counting;
    Authenticated world(&counting);
    REQUIRE(world.mqtt.publish("a", "x", {.qos = Qos::at_least_once}));
    world.mqtt.connect();
    world.begin();
    if (at_once) world.ask("?");
    else world.finish("wrong");
    CHECK(world.broker.expect<Disconnect>().reason_code == ReasonCode::unspecified_error);
    CHECK(world.broker.quiet());
    CHECK(world.mqtt.state() == ConnectionState::stopped);
    CHECK(world.mqtt.stop_reason() == StopReason::refused);
    CHECK(world.mqtt.close_record().error == peer_error(Errc::authentication_refused));
    CHECK(world.told == "");
  }
}

TEST_CASE("MqttClient 5: authenticating again, by the authenticator [MQTT5-4.12.1-1]") {
  Counting counting;
  Authenticated world(&counting);
  CHECK(world.mqtt.reauthenticate() == local_error(Errc::not_connected));
  world.mqtt.connect();
  CHECK(world.begin() == "1");
  CHECK(world.mqtt.reauthenticate() == local_error(Errc::not_connected));
  world.finish("ok");
  world.told.clear();
  CHECK_FALSE(static_cast<bool>(world.mqtt.reauthenticate()));
  CHECK(world.mqtt.reauthenticate() == local_error(Errc::authentication_out_of_turn));
  CHECK(counting.exchanges == 2);  // the one under way is not forgotten
  world.loop.run_turns();
  CHECK(world.answer() == "25 2");
  world.ask("q");
  CHECK(world.answer() == "24 a");
  world.ask("ok", ReasonCode::success);
  CHECK(world.told == "done ok ");
  CHECK(world.mqtt.connected());

  counting.able = false;
  CHECK(world.mqtt.reauthenticate() == local_error(Errc::authentication_refused));
  CHECK(world.mqtt.connected());
  counting.able = true;
  CHECK_FALSE(static_cast<bool>(world.mqtt.reauthenticate()));
  world.loop.run_turns();
  CHECK(world.answer() == "25 3");
  world.ask("impostor", ReasonCode::success);
  CHECK(world.broker.expect<Disconnect>().reason_code == ReasonCode::unspecified_error);
  CHECK(world.mqtt.stop_reason() == StopReason::refused);
}

TEST_CASE("MqttClient 5: the broker's refusal of a new authentication stops, as it will be refused again [MQTT5-4.12.1-2]") {
  Counting counting;
  Authenticated world(&counting);
  world.mqtt.connect();
  world.begin();
  world.finish("ok");
  CHECK_FALSE(static_cast<bool>(world.mqtt.reauthenticate()));
  world.loop.run_turns();
  world.answer();
  world.broker.reply(Disconnect{ReasonCode::not_authorized});
  CHECK(world.mqtt.stop_reason() == StopReason::refused);
}

TEST_CASE("MqttClient 5: an authenticator that can't begin stops the client before anything is opened") {
  Counting counting;
  counting.able = false;
  Authenticated world(&counting);
  world.mqtt.connect();
  world.loop.run_turns();
  CHECK(world.mqtt.stop_reason() == StopReason::invalid);
  CHECK(world.mqtt.error() == local_error(Errc::authentication_refused));
  CHECK_FALSE(world.broker.is_opening());
}

TEST_CASE("MqttClient 5: without an authenticator the events ask, and a token is renewed on the live connection [MQTT5-4.12.1-1]") {
  MqttOptions options = options5(nullptr);
  int attempts = 0;
  options.driver.prepare_attempt = [&](Attempt attempt, std::function<void(Attempt)> ready) {
    attempt.authentication = AuthenticationOptions{"COUNT", bytes_of("token " + std::to_string(++attempts))};
    ready(std::move(attempt));
  };
  Authenticated world(options);
  CHECK(world.mqtt.authenticate(as_bytes("a")) == local_error(Errc::unexpected_authentication));
  world.mqtt.connect();
  CHECK(world.begin() == "token 1");
  world.ask("q");
  CHECK(world.told == "asked q ");
  world.loop.advance(1s);
  CHECK(world.broker.quiet());
  CHECK_FALSE(static_cast<bool>(world.mqtt.authenticate(as_bytes("late"))));
  world.loop.run_turns();
  CHECK(world.answer() == "24 late");
  world.finish("");
  CHECK(world.told == "asked q done  connected ");
  CHECK_FALSE(static_cast<bool>(world.mqtt.reauthenticate(as_bytes("token 2"))));
  world.loop.run_turns();
  CHECK(world.answer() == "25 token 2");
  world.ask("", ReasonCode::success);
  CHECK(world.told == "asked q done  connected done  ");
  world.mqtt.refuse_authentication();
  world.loop.run_turns();
  CHECK(world.mqtt.stop_reason() == StopReason::refused);
}

// The method of an authenticator, or one that stands among CONNECT's properties.
MqttOptions with_method(Counting& counting, bool among_properties) {
  MqttOptions options = options5(among_properties ? nullptr : &counting);
  if (!among_properties) return options;
  REQUIRE_FALSE(static_cast<bool>(options.client.properties.add(PropertyId::authentication_method, "COUNT")));
  REQUIRE_FALSE(static_cast<bool>(options.client.properties.add(PropertyId::authentication_data, as_bytes("1"))));
  return options;
}

TEST_CASE("newest: with authentication there is no falling back to 3.1.1, which has none [MQTT5-3.1.2-2]") {
  for (const bool among_properties : {false, true}) {
    for (const bool said : {true, false}) {
      Counting counting;
      MqttOptions options = with_method(counting, among_properties);
      options.client.protocol = Protocol::newest;
      Authenticated world(options);
      world.mqtt.connect();
      CHECK(world.begin() == "1");
      if (!said) {
        world.broker.cut();
        world.wait();
        CHECK(world.begin() == (among_properties ? "1" : "2"));
        continue;
      }
      world.broker.reply(Connack{false, {}, ReasonCode::unsupported_protocol_version});
      CHECK(world.mqtt.stop_reason() == StopReason::refused);
    }
    Counting counting;
    MqttOptions options = with_method(counting, among_properties);
    options.client.protocol = Protocol::mqtt_3_1_1;
    Authenticated old(options);
    old.mqtt.connect();
    old.broker.accept();
    CHECK(old.broker.quiet());
    CHECK(old.mqtt.stop_reason() == StopReason::invalid);
    CHECK(old.mqtt.error() == local_error(Errc::not_in_this_version));
  }
}
