// Requests and their answers, against a broker that the test plays.
#include "request_world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Id = PropertyId;

TEST_CASE("request 5: subscribes, then publishes with Response Topic, Correlation Data and what is left of its time; the answer that "
          "bears them comes back, once [MQTT5 4.10]") {
  RequestWorld world(v5);
  world.connect();
  world.ask();
  CHECK(world.subscribed() == world.requests->response_topic() + "/#");
  const auto request = world.asked();
  CHECK(request.topic == "lamp");
  CHECK(request.response_topic == world.requests->response_topic());
  CHECK(request.response_topic.size() == std::string("responses/").size() + 32);
  CHECK(request.correlation.size() == 8);
  CHECK(request.expiry == 5);
  CHECK(request.packet_id != 0);
  CHECK(world.requests->counts().open == 1);
  world.answer(request, "yes");
  CHECK(world.answers == std::vector<std::string>{"yes"});
  CHECK(world.requests->counts().open == 0);
  world.answer(request, "again");
  CHECK(world.answers.size() == 1);
  CHECK(world.requests->counts().ignored == 1);
  // The subscription is there now.
  world.ask();
  CHECK(world.asked().correlation != request.correlation);
}

TEST_CASE("request 3.1.1: the topic says where the answer is to go") {
  for (const ProtocolVersion version : {v3, v5}) {
    RequestWorld world(version, {.always_in_topic = true});
    world.connect();
    world.ask();
    const std::string responses = world.requests->response_topic();
    CHECK(world.subscribed() == responses + "/#");
    const auto request = world.asked();
    const std::string client = responses.substr(std::string("responses/").size());
    const std::string before = "lamp/request/" + client + "/";
    REQUIRE(request.topic.starts_with(before));
    CHECK(request.topic.size() == before.size() + 16);
    CHECK(request.response_topic.empty());
    const std::string answer_topic = responses + "/" + request.topic.substr(before.size());
    world.broker.reply(Publish{answer_topic, as_bytes("yes"), 0, Qos::at_most_once, false, false});
    CHECK(world.answers == std::vector<std::string>{"yes"});
  }
}

TEST_CASE("request: an answer that never comes is a time-out; one that comes late is ignored and counted") {
  for (const ProtocolVersion version : {v3, v5}) {
    RequestWorld world(version);
    world.connect();
    world.ask();
    world.subscribed();
    const auto request = world.asked();
    world.broker.reply(Puback{request.packet_id});
    world.pass(4900ms);
    CHECK(world.answers.empty());
    world.pass(200ms);
    CHECK(world.answers == std::vector<std::string>{timed_out});
    CHECK(world.requests->counts().open == 0);
    CHECK_FALSE(world.timers.timer());
    if (version == v5) world.answer(request, "late");
    CHECK(world.answers.size() == 1);
    CHECK(world.requests->counts().ignored == (version == v5 ? 1 : 0));
  }
}

TEST_CASE("request: answers with unknown, short, long or no correlation, and on odd levels, are ignored and counted") {
  RequestWorld world(v5);
  world.connect();
  world.ask();
  world.subscribed();
  auto request = world.asked();
  const std::string right = request.correlation;
  std::size_t sent = 0;
  for (const std::string& wrong : {std::string(), std::string("x"), std::string(8, '\0'), right + "x", std::string(8, 'x')}) {
    request.correlation = wrong;
    world.answer(request, "forged");
    CHECK(world.requests->counts().ignored == ++sent);
  }
  const std::string responses = request.response_topic;
  for (const char* rest : {"/0123456789abcdef", "/0123456789ABCDEF", "/x", "/", "/0123456789abcdef/0"}) {
    request.response_topic = responses + rest;
    request.correlation = right;
    world.answer(request, "forged");
    CHECK(world.requests->counts().ignored == ++sent);
  }
  CHECK(world.answers.empty());
  request.response_topic = responses;
  world.answer(request, "yes");
  CHECK(world.answers == std::vector<std::string>{"yes"});
}

TEST_CASE("request: what is asked without a connection waits for it, its time runs, and its answers are subscribed to first") {
  RequestWorld world(v5);
  world.ask("early", 1s);
  world.ask("later", 10s);
  CHECK(world.requests->counts().waiting_bytes == 2 * (5 + 3));
  world.pass(1500ms);
  CHECK(world.answers == std::vector<std::string>{timed_out});
  world.connect();
  CHECK(world.requests->counts().waiting_bytes == 0);
  world.subscribed();
  const auto request = world.asked();
  CHECK(request.topic == "later");
  CHECK(request.expiry == 9);
  CHECK(world.broker.quiet());
  world.answer(request, "yes");
  CHECK(world.answers.back() == "yes");
}

TEST_CASE("request: one that was cut before PUBACK is sent again, and its answer is still known") {
  for (const bool session_present : {true, false}) {
    RequestWorld world(v5);
    world.connect();
    world.ask("lamp", 60s);
    world.subscribed();
    const auto request = world.asked();
    world.reconnect(session_present);
    if (!session_present) CHECK(world.subscribed() == request.response_topic + "/#");
    const auto again = world.asked();
    CHECK(again.dup == session_present);
    CHECK(again.correlation == request.correlation);
    CHECK(again.response_topic == request.response_topic);
    world.answer(again, "yes");
    CHECK(world.answers == std::vector<std::string>{"yes"});
  }
}

TEST_CASE("request 5: the broker's Response Information takes the place of the prefix, on each connection anew [MQTT5 3.2.2.3.15]") {
  RequestWorld world(v5);
  PropertyList given;
  REQUIRE_FALSE(static_cast<bool>(given.add(Id::response_information, "from/broker/")));
  world.mqtt.connect();
  world.accept_with(given);
  world.ask("lamp", 60s);
  CHECK(world.requests->response_topic().starts_with("from/broker/"));
  CHECK(world.requests->response_topic().find("//") == std::string::npos);
  CHECK(world.subscribed() == world.requests->response_topic() + "/#");
  const auto first = world.asked();
  world.broker.reply(Puback{first.packet_id});
  world.reconnect(true);
  CHECK(world.subscribed() == world.requests->response_topic() + "/#");
  CHECK(world.broker.expect<Unsubscribe>().filters.front() == first.response_topic + "/#");
  CHECK(world.requests->response_topic().starts_with("responses/"));
  world.ask("lamp", 60s);
  CHECK(world.asked().response_topic == world.requests->response_topic());
}

TEST_CASE("request 5: a request that the broker refuses, or that nobody listens to, ends at once [MQTT5 3.4.2.1]") {
  for (const ReasonCode code : {ReasonCode::not_authorized, ReasonCode::no_matching_subscribers, ReasonCode::success}) {
    RequestWorld world(v5);
    world.connect();
    world.ask();
    world.subscribed();
    world.broker.reply(Puback{world.asked().packet_id, code});
    world.loop.run_turns();
    CHECK(world.answers == (code == ReasonCode::success ? std::vector<std::string>{} : std::vector<std::string>{not_delivered}));
  }
}

TEST_CASE("request: where the broker does not let the answers through, requests end at once") {
  RequestWorld world(v3);
  world.connect();
  world.ask();
  const Subscribe packet = world.broker.expect<Subscribe>();
  world.broker.reply(Suback{packet.packet_id, std::vector<std::uint8_t>{0x80}});
  CHECK(world.answers == std::vector<std::string>{not_delivered});
}

TEST_CASE("request 5: one that ends before it has left never leaves") {
  RequestWorld world(v5);
  PropertyList one_at_a_time;
  REQUIRE_FALSE(static_cast<bool>(one_at_a_time.add(Id::receive_maximum, 1)));
  world.mqtt.connect();
  world.accept_with(one_at_a_time);
  world.ask("first");
  world.ask("second");
  const Subscribe packet = world.broker.expect<Subscribe>();
  const RequestWorld::Asked first = world.asked();
  world.broker.reply(Suback{packet.packet_id, std::vector<std::uint8_t>{0x87}});
  CHECK(world.answers == std::vector<std::string>{not_delivered, not_delivered});
  world.broker.reply(Puback{first.packet_id});
  world.loop.run_turns();
  CHECK(world.broker.quiet());
}

TEST_CASE("request under manual acknowledgement: an answer is acknowledged if asked to") {
  for (const bool acknowledge : {true, false}) {
    MqttOptions options = request_options(v5);
    options.client.manual_acknowledgement = true;
    RequestWorld world(v5, {.acknowledge = acknowledge}, std::move(options));
    world.connect();
    world.ask();
    world.subscribed();
    const RequestWorld::Asked request = world.asked();
    world.broker.reply(Puback{request.packet_id});
    world.answer(request, "yes", Qos::at_least_once);
    world.loop.run_turns();
    CHECK(world.answers == std::vector<std::string>{"yes"});
    CHECK(world.broker.quiet() == !acknowledge);
  }
}

TEST_CASE("request: bounded in number and bytes; what is wrong is said at the call, and changes nothing") {
  RequestWorld world(v5, {.max_open = 2, .max_waiting_bytes = 20});
  const auto nothing = [](const Result<Message>&) { FAIL("an answer"); };
  RequestResponse& requests = *world.requests;
  CHECK(requests.request("a/#", "x", 1s, nothing).error().code() == Errc::wildcard_in_topic_name);
  CHECK(requests.request("", "x", 1s, nothing).error().code() == Errc::empty_topic);
  for (const Id id : {Id::response_topic, Id::correlation_data}) {
    PropertyList properties;
    if (id == Id::response_topic) REQUIRE_FALSE(static_cast<bool>(properties.add(id, "mine")));
    else REQUIRE_FALSE(static_cast<bool>(properties.add(id, as_bytes("mine"))));
    CHECK(requests.request("a", as_bytes("x"), 1s, nothing, {.properties = properties}).error().code() == Errc::property_not_allowed);
  }
  CHECK(requests.request("a", std::string(20, 'x'), 1s, nothing).error().code() == Errc::queue_full);
  CHECK(requests.counts().open == 0);
  world.ask("a");
  const auto second = world.ask("b");
  CHECK(requests.request("c", "x", 1s, nothing).error().code() == Errc::too_many_requests);
  requests.cancel(second);
  requests.cancel(second);
  requests.cancel({});
  CHECK(requests.counts().open == 1);
  CHECK(requests.counts().waiting_bytes == 4);
  world.ask("d");
}

TEST_CASE("request: an answer's function may ask again, cancel, and destroy what called it") {
  RequestWorld world(v5);
  world.connect();
  std::vector<std::string> heard;
  const auto call = world.requests->request("a", "", 1s, [&](const Result<Message>&) {
    heard.push_back("first");
    REQUIRE(world.requests->request("b", "", 1s, [&](const Result<Message>&) {
      heard.push_back("second");
      world.requests.reset();
    }));
    REQUIRE(world.requests->request("c", "", 1s, [&](const Result<Message>&) { heard.push_back("never"); }));
  });
  REQUIRE(call);
  world.pass(1100ms);
  CHECK(heard == std::vector<std::string>{"first"});
  world.pass(1100ms);
  CHECK(heard == std::vector<std::string>{"first", "second"});
  world.pass(5s);
}
