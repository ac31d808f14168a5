// MQTT 5's intervals: will delay, message expiry, session expiry. Time has to pass for them, so all brokers are tried at once.
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "places.hpp"

using namespace wasmqtt;
using test::Guest;
using test::Scene;

namespace {

// Some of what is tested is that time has passed.
void let_pass(test::World& world, std::chrono::milliseconds time) {
  boost::asio::steady_timer timer(world.context, time);
  bool over = false;
  timer.async_wait([&over](const boost::system::error_code&) { over = true; });
  REQUIRE(world.run_until([&over] { return over; }));
}

MqttOptions lasting(const Scene& scene, const std::string& name, std::uint32_t session_expiry) {
  auto options = scene.options(name);
  options.client.clean_session = false;
  options.client.session_expiry = session_expiry;
  return options;
}

// One of these at each place, in one world: what waits does so at all of them at once.
template <class Visit>
class AtOnce {
 public:
  explicit AtOnce(test::World& world) {
    for (const auto* place : test::every_place_5()) all_.push_back(std::make_unique<Visit>(*place, world));
  }
  template <class Step>
  void each(Step step) {
    for (auto& visit : all_) {
      CAPTURE(visit->scene.place.broker);
      CAPTURE(visit->scene.place.transport);
      step(*visit);
    }
  }

 private:
  std::vector<std::unique_ptr<Visit>> all_;
};

struct Wills {
  Scene scene;
  Guest listener, dies, returns;

  Wills(const test::Place& place, test::World& world)
      : scene(place, world), listener(scene, "listener"), dies(scene, with_will("dies")),
        returns(scene, with_will("returns")) {}

  MqttOptions with_will(const std::string& name) const {
    auto options = lasting(scene, name, 60);
    options.client.will = WillOptions{.topic = scene.topic("wills/" + name), .message = {'g'}, .qos = Qos::at_least_once};
    REQUIRE(!options.client.will->properties.add(PropertyId::will_delay_interval, 1));
    REQUIRE(!options.client.will->properties.add(PropertyId::content_type, "text/plain"));
    return options;
  }
};

}  // namespace

TEST_CASE("MQTT 5: a will waits its delay, and is not published when the client returns within it [MQTT-3.1.3-9]") {
  test::World world;
  AtOnce<Wills> everywhere(world);
  everywhere.each([](Wills& visit) {
    REQUIRE(visit.listener.connect());
    REQUIRE(visit.listener.subscribe(visit.scene.topic("wills/#"), Qos::at_least_once));
    REQUIRE(visit.dies.connect());
    REQUIRE(visit.returns.connect());
  });
  std::vector<Time> cuts;
  everywhere.each([&](Wills& visit) {
    visit.returns.cut();
    REQUIRE(visit.returns.connect());
    CHECK(visit.listener.received.empty());
    visit.dies.cut();
    cuts.push_back(visit.listener.loop.now());
  });
  std::size_t at = 0;
  everywhere.each([&](Wills& visit) {
    const auto cut = cuts[at++];
    // Each comes 1 s after the cut, and it may be looked for here later.
    if (visit.listener.loop.now() - cut < std::chrono::milliseconds{500}) CHECK(visit.listener.received.empty());
    if (!visit.scene.ways.forwards_will_delay) {
      REQUIRE(visit.listener.await_messages(1));
      return;
    }
    visit.scene.note("a delayed will arrives with its Will Delay Interval (2.0.0-beta.1): checked that the client closes, and "
                     "says why; libmosquitto does, too");
    REQUIRE(world.run_until([&] { return visit.listener.sent(PacketType::disconnect) == 1; }));
    REQUIRE(world.run_until([&] { return visit.listener.mqtt.connected(); }));
    const auto& record = visit.listener.mqtt.close_record();
    CHECK(record.cause == CloseRecord::Cause::protocol_error);
    CHECK(record.error.code() == Errc::property_not_allowed);
    CHECK(record.topic == visit.scene.topic("wills/dies"));
  });
  let_pass(world, std::chrono::milliseconds{1500});
  everywhere.each([](Wills& visit) {
    visit.listener.await_silence();
    REQUIRE(visit.listener.received.size() == (visit.scene.ways.forwards_will_delay ? 0u : 1u));
    if (visit.listener.received.empty()) return;
    CHECK(visit.listener.received[0].topic == visit.scene.topic("wills/dies"));
    CHECK(visit.listener.received[0].properties.view().text(PropertyId::content_type) == "text/plain");
  });
}

namespace {

struct Expiries {
  Scene scene;
  Guest speaker, absent;
  std::unique_ptr<Guest> short_lived, long_lived;

  Expiries(const test::Place& place, test::World& world)
      : scene(place, world), speaker(scene, "speaker"), absent(scene, lasting(scene, "absent", 60)),
        short_lived(std::make_unique<Guest>(scene, lasting(scene, "short", 1))),
        long_lived(std::make_unique<Guest>(scene, lasting(scene, "long", 60))) {}

  void say(const std::string& payload, std::uint32_t expiry) {
    PropertyList properties;
    REQUIRE(!properties.add(PropertyId::message_expiry_interval, expiry));
    auto before = speaker.acknowledged.size();
    REQUIRE(speaker.mqtt.publish(scene.topic("news"), payload, {.qos = Qos::at_least_once, .properties = properties}));
    REQUIRE(speaker.await_acknowledged(before + 1));
  }
};

}  // namespace

TEST_CASE("MQTT 5: a message that has expired does not come, and one that has not says what is left; a session lasts as"
          " long as it was asked to [MQTT-3.3.2-5] [MQTT-3.3.2-6] [MQTT-3.1.2-23]") {
  test::World world;
  AtOnce<Expiries> everywhere(world);
  everywhere.each([](Expiries& visit) {
    REQUIRE(visit.speaker.connect());
    for (auto* guest : {&visit.absent, visit.short_lived.get(), visit.long_lived.get()}) {
      REQUIRE(guest->connect());
      CHECK(!guest->session_present());
      REQUIRE(guest->subscribe(visit.scene.topic("news"), Qos::at_least_once));
    }
    visit.say("at once", 60);
    REQUIRE(visit.absent.await_messages(1));
    visit.absent.await_silence();  // it is acknowledged, too: the cut does not bring it again
    CHECK(visit.absent.received[0].properties.view().number(PropertyId::message_expiry_interval, 0) >= 59);
    for (auto* guest : {&visit.absent, visit.short_lived.get(), visit.long_lived.get()}) guest->cut();
    visit.say("first", 60);  // ejabberd sends one before it finds that nobody is there; once begun, it does not expire
    visit.say("over", 1);
    visit.say("kept", 60);
  });
  // Mosquitto looks for sessions that are over every 5 s, ejabberd every second.
  let_pass(world, std::chrono::milliseconds{2500});
  everywhere.each([](Expiries& visit) {
    REQUIRE(visit.absent.connect());
    CHECK(visit.absent.session_present());
    REQUIRE(visit.absent.await_messages(3));
    visit.absent.await_silence();
    REQUIRE(visit.absent.received.size() == 3);
    CHECK(visit.absent.received[1].payload == "first");
    CHECK(visit.absent.received[2].payload == "kept");
    const auto left = visit.absent.received[2].properties.view().number(PropertyId::message_expiry_interval, 0);
    CHECK(left <= 58);
    CHECK(left > 0);
    REQUIRE(visit.long_lived->connect());
    CHECK(visit.long_lived->session_present());
    // The client knows that it is over, and asks for a clean start; another one that knows nothing is told.
    REQUIRE(visit.short_lived->connect());
    CHECK(!visit.short_lived->session_present());
    REQUIRE(visit.short_lived->disconnect());
  });
}
