// The driver's attempts: which broker, prepared by whom, and how long each may take.
#include <algorithm>

#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

MqttOptions with_urls(std::vector<std::string> urls) {
  MqttOptions options = client_options();
  options.urls = std::move(urls);
  return options;
}

}  // namespace

// ---- several brokers ----

TEST_CASE("several brokers are tried in turn, without a wait until the round is over") {
  World world(with_urls({"ws://one", "ws://two", "ws://three"}));
  world.mqtt.connect();
  std::vector<std::string> tried;
  for (int i = 0; i < 3; ++i) {
    tried.push_back(world.broker.url());
    world.broker.cut(nobody_there);
    if (i < 2) world.loop.advance(0s);
  }
  CHECK(tried == std::vector<std::string>{"ws://one", "ws://two", "ws://three"});
  CHECK(world.mqtt.state() == ConnectionState::waiting);
  world.loop.advance(0s);
  CHECK(world.broker.opened() == 3);
  world.loop.advance(1s);
  CHECK(world.broker.url() == "ws://one");
}

TEST_CASE("several brokers: after a lost connection the next one is tried") {
  World world(with_urls({"ws://one", "ws://two"}));
  world.connect();
  world.loop.advance(1min);
  world.broker.cut();
  world.loop.advance(1s);
  CHECK(world.broker.url() == "ws://two");
}

TEST_CASE("an address that can't work stops the client, unless there is another") {
  for (const auto fault :
       {TransportFault::invalid_url, TransportFault::unsupported_scheme, TransportFault::mixed_content}) {
    World world;
    world.mqtt.connect();
    world.broker.cut({fault, 0, {}, false});
    CHECK(world.mqtt.state() == ConnectionState::stopped);
    CHECK(world.mqtt.stop_reason() == StopReason::invalid);
    World two(with_urls({"bad", "ws://good"}));
    two.mqtt.connect();
    two.broker.cut({fault, 0, {}, false});
    two.loop.advance(0s);
    CHECK(two.broker.url() == "ws://good");
  }
}

TEST_CASE("options that can't work stop the client and are named; nothing is sent") {
  MqttOptions options = client_options(false);
  options.client.client_id = "";
  World world(std::move(options));
  world.mqtt.connect();
  world.broker.accept();
  CHECK(world.broker.quiet());
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.stop_reason() == StopReason::invalid);
  CHECK(world.mqtt.error() == local_error(Errc::empty_client_id));
}

// ---- prepare_attempt ----

namespace {

struct Prepared {
  Prepared() : world(options()) {}
  MqttOptions options() {
    MqttOptions with = client_options();
    with.driver.prepare_attempt = [this](Attempt attempt, std::function<void(Attempt)> answer) {
      proposal = std::move(attempt);
      ready = std::move(answer);
      ++asked;
    };
    return with;
  }
  int asked = 0;
  Attempt proposal;
  std::function<void(Attempt)> ready;
  World world;
};

}  // namespace

TEST_CASE("URL and credentials are asked for anew, later, for every attempt") {
  Prepared prepared;
  World& world = prepared.world;
  world.mqtt.connect();
  CHECK(prepared.proposal.url == "ws://broker");
  CHECK(world.broker.opened() == 0);
  prepared.ready({"ws://signed?1", "bob", std::vector<std::uint8_t>{'o', 'n', 'e'}});
  CHECK(world.broker.url() == "ws://signed?1");
  world.broker.accept();
  CHECK(as_text(*world.broker.expect<Connect>().password) == "one");
  world.broker.cut();
  world.wait();
  CHECK(prepared.asked == 2);
  prepared.ready({"ws://signed?2", "bob", std::vector<std::uint8_t>{'t', 'w', 'o'}});
  world.broker.accept();
  CHECK(as_text(*world.broker.expect<Connect>().password) == "two");
  CHECK(world.mqtt.url() == "ws://signed?2");
}

TEST_CASE("an answer of prepare_attempt that comes late, or twice, is ignored") {
  Prepared prepared;
  World& world = prepared.world;
  world.mqtt.connect();
  const auto first = prepared.ready;
  world.mqtt.disconnect();
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  first({"ws://late"});
  CHECK(world.broker.opened() == 0);
  world.mqtt.connect();
  first({"ws://late"});
  CHECK(world.broker.opened() == 0);
  prepared.ready({"ws://right"});
  prepared.ready({"ws://twice"});
  CHECK(world.broker.opened() == 1);
  CHECK(world.broker.url() == "ws://right");
  world.broker.cut();
  prepared.ready({"ws://while waiting"});
  CHECK(world.broker.opened() == 1);
}

TEST_CASE("an answer of prepare_attempt that names a problem fails the attempt, and the next one asks again") {
  Prepared prepared;
  World& world = prepared.world;
  world.mqtt.connect();
  prepared.ready({.problem = "no token today"});
  CHECK(world.broker.opened() == 0);
  CHECK(world.mqtt.state() == ConnectionState::waiting);
  CHECK(world.mqtt.close_record().fault == TransportFault::not_prepared);
  CHECK(world.mqtt.close_record().sentence() == "No connection: no token today.");
  world.wait();
  CHECK(prepared.asked == 2);
  prepared.ready({"ws://right"});
  CHECK(world.broker.url() == "ws://right");
}

TEST_CASE("an answer of prepare_attempt after the client's end is ignored") {
  std::function<void(Attempt)> ready;
  {
    Prepared prepared;
    prepared.world.mqtt.connect();
    ready = prepared.ready;
  }
  ready({"ws://too late"});
}

TEST_CASE("a prepare_attempt that never answers fails after the open time-out and is asked again") {
  Prepared prepared;
  World& world = prepared.world;
  world.mqtt.connect();
  const auto first = prepared.ready;
  world.loop.advance(20s - 1us);
  CHECK(world.mqtt.state() == ConnectionState::connecting);
  world.loop.advance(1us);
  CHECK(world.mqtt.state() == ConnectionState::waiting);
  CHECK(world.mqtt.close_record().fault == TransportFault::not_prepared);
  CHECK(world.mqtt.close_record().elapsed == Duration{});
  CHECK(world.mqtt.close_record().sentence() ==
        "No connection to ws://broker: the address and credentials for it were not ready in time.");
  first({"ws://too late"});
  CHECK(world.broker.opened() == 0);
  world.wait();
  CHECK(prepared.asked == 2);
  first({"ws://too late"});
  CHECK(world.broker.opened() == 0);
  world.loop.advance(19s);
  prepared.ready({"ws://in time"});
  world.loop.advance(19s);  // the transport has its own time to open
  CHECK(world.broker.is_opening());
  world.accept();
  world.loop.advance(1s);
  CHECK(world.mqtt.connected());
}

TEST_CASE("disconnect() while prepare_attempt is awaited stops, and its time-out is gone") {
  Prepared prepared;
  prepared.world.mqtt.connect();
  prepared.world.mqtt.disconnect();
  prepared.world.loop.advance(1h);
  CHECK(prepared.world.mqtt.state() == ConnectionState::stopped);
  CHECK(prepared.asked == 1);
}

TEST_CASE("client id, clean session, keep-alive and will are asked for anew, too, and the proposal holds those of before") {
  Prepared prepared;
  World& world = prepared.world;
  world.mqtt.connect();
  CHECK(prepared.proposal.client_id == "alice");
  CHECK(prepared.proposal.clean_session == true);
  CHECK(prepared.proposal.keep_alive == 60s);
  CHECK_FALSE(prepared.proposal.will);
  Attempt attempt = prepared.proposal;
  attempt.client_id = "bob";
  attempt.clean_session = false;
  attempt.keep_alive = 7s;
  attempt.will = WillOptions{"will", {'x'}, Qos::at_least_once, true};
  prepared.ready(attempt);
  world.broker.accept();
  const Connect first = world.broker.expect<Connect>();
  CHECK(first.client_id == "bob");
  CHECK_FALSE(first.clean_session);
  CHECK(first.keep_alive == 7);
  REQUIRE(first.will);
  CHECK(first.will->topic == "will");
  world.broker.cut();
  world.wait();
  CHECK(prepared.proposal.client_id == "bob");
  prepared.ready({"ws://only the address"});
  world.broker.accept();
  const Connect second = world.broker.expect<Connect>();
  CHECK(second.client_id == "bob");
  CHECK_FALSE(second.clean_session);
  CHECK(second.keep_alive == 7);
  CHECK_FALSE(second.will);
}

TEST_CASE("another client id is another session: what is unfinished goes out anew, without DUP [MQTT-3.1.3-2]") {
  Prepared prepared;
  World& world = prepared.world;
  world.mqtt.connect();
  prepared.ready(prepared.proposal);
  world.accept();
  world.publish("a", "x", Qos::at_least_once);
  const Delivery received = world.publish("a", "y", Qos::exactly_once);
  world.broker.expect<Publish>();
  world.broker.reply(Pubrec{world.broker.expect<Publish>().packet_id});
  world.broker.expect<Pubrel>();
  world.broker.cut();
  world.wait();
  Attempt attempt = prepared.proposal;
  attempt.client_id = "bob";
  attempt.clean_session = false;
  prepared.ready(attempt);
  world.accept(true);
  // The broker has had it in alice's session.
  CHECK(std::count(world.reasons.begin(), world.reasons.end(), FailureReason::session_lost) == 1);
  CHECK_FALSE(world.mqtt.delivery_state(received));
  CHECK_FALSE(world.broker.expect<Publish>().dup);
  CHECK(world.broker.quiet());
}

TEST_CASE("another client id with a store, whose records bear the first one, stops the client and is named") {
  MqttOptions options = client_options();
  options.driver.prepare_attempt = [](Attempt attempt, const std::function<void(Attempt)>& ready) {
    attempt.client_id = "bob";
    ready(std::move(attempt));
  };
  MemoryStore store;
  World world(std::move(options), &store);
  world.mqtt.connect();
  CHECK(world.broker.opened() == 0);
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.stop_reason() == StopReason::invalid);
  CHECK(world.mqtt.error() == local_error(Errc::wrong_session));
}

TEST_CASE("an address that can't work stops the client when prepare_attempt has left it as it was, and only then") {
  for (const bool replaced : {false, true}) {
    MqttOptions options = with_urls({"http://localhost"});
    options.driver.prepare_attempt = [replaced](Attempt attempt, const std::function<void(Attempt)>& ready) {
      if (replaced) attempt.url = "ftp://localhost";
      ready(std::move(attempt));
    };
    World world(std::move(options));
    world.mqtt.connect();
    world.broker.cut({TransportFault::unsupported_scheme, 0, {}, false});
    CHECK(world.mqtt.state() == (replaced ? ConnectionState::waiting : ConnectionState::stopped));
  }
}

// ---- time-outs ----

TEST_CASE("a transport that never opens is closed after the open time-out") {
  World world;
  world.mqtt.connect();
  world.loop.advance(20s);
  CHECK(world.broker.closed_by_client() == 1);
  CHECK(world.mqtt.close_record().fault == TransportFault::timed_out);
  CHECK(world.mqtt.close_record().phase == CloseRecord::Phase::opening);
  CHECK(world.mqtt.state() == ConnectionState::waiting);
}

TEST_CASE("connect_timeout bounds opening and CONNACK together") {
  MqttOptions options = client_options();
  options.client.connack_timeout = 10s;
  options.client.connect_timeout = 12s;
  World world(std::move(options));
  world.mqtt.connect();
  world.loop.advance(8s);
  world.broker.accept();
  world.loop.advance(3999ms);
  CHECK(world.mqtt.state() == ConnectionState::connecting);
  world.loop.advance(1ms);
  CHECK(world.mqtt.close_record().error.code() == Errc::no_connack);
}

TEST_CASE("no CONNACK in time closes the connection [MQTT-3.2.2-6]") {
  World world;
  world.mqtt.connect();
  world.broker.accept();
  world.loop.advance(15s);
  CHECK(world.broker.closed_by_client() == 1);
  CHECK(world.mqtt.close_record().error.code() == Errc::no_connack);
}

TEST_CASE("close without CONNACK is a failed attempt and says so [MQTT-3.2.2-6]") {
  World world;
  world.mqtt.connect();
  world.broker.accept();
  world.loop.advance(12ms);
  world.broker.cut({TransportFault::none, 1002, "bad frame", true});
  CHECK(world.mqtt.close_record().sentence() ==
        "The broker closed the connection (code 1002: bad frame) 12 ms after the attempt began, before CONNACK: is "
        "ws://broker a port where a broker speaks MQTT?");
}

TEST_CASE("what the other side gives as its reason to close is text for one line of a log") {
  World world;
  world.connect();
  world.broker.cut({TransportFault::none, 4000, "bye\n\x1b[31m2026-01-01 root logged in", true});
  CHECK(world.mqtt.close_record().reason.find('\n') == std::string::npos);
  CHECK(world.mqtt.close_record().sentence().find('\x1b') == std::string::npos);
  CHECK(world.mqtt.close_record().sentence().find("bye") != std::string::npos);
}
