// Requests and answers, both sides, against a broker that the test plays.
#include "wasmqtt/request_response.hpp"

#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Id = PropertyId;

namespace {

MqttOptions options_of(ProtocolVersion version) {
  MqttOptions options = client_options(false);
  options.client.protocol = version == ProtocolVersion::mqtt_5 ? Protocol::mqtt_5 : Protocol::mqtt_3_1_1;
  options.client.session_expiry = 3600;
  options.driver.backoff.first = 100ms;
  return options;
}

struct Heard {
  std::string topic;
  std::string payload;
  std::string reply_to;
};

struct Fixture : World {
  explicit Fixture(ProtocolVersion version, RequestResponseOptions with = {})
      : World(options_of(version)), requests(std::make_unique<RequestResponse>(mqtt, timers, std::move(with))) {
    broker.version = version;
  }
  // Both clocks, in step.
  void pass(Duration duration) {
    for (Duration step = 50ms; duration > Duration{}; duration -= step) {
      timers.advance(step);
      loop.advance(step);
    }
  }
  void accept_with(const PropertyList& properties, bool session_present = false) {
    broker.accept();
    broker.expect<Connect>();
    broker.reply(Connack{.session_present = session_present, .properties = properties});
    REQUIRE(mqtt.connected());
    loop.run_turns();
  }
  void connect(bool session_present = false) {
    mqtt.connect();
    accept_with({}, session_present);
  }
  void reconnect(bool session_present = true, const PropertyList& properties = {}) {
    broker.cut();
    wait();
    accept_with(properties, session_present);
  }
  RequestResponse::Call ask(std::string_view topic = "lamp", Duration timeout = 5s) {
    const auto call = requests->request(topic, "on?", timeout, [this](const Result<Message>& answer) {
      answers.push_back(answer ? std::string(as_text(answer->payload)) : std::string(answer.error().message()));
    });
    REQUIRE(call);
    loop.run_turns();
    return *call;
  }
  // What the client sent as a request, and as its SUBSCRIBE before the first.
  std::string subscribed() {
    const Subscribe packet = broker.expect<Subscribe>();
    broker.reply(Suback{packet.packet_id, std::vector<std::uint8_t>(packet.requests.size(), 1)});
    return std::string(packet.requests.front().filter);
  }
  struct Asked {
    std::string topic, response_topic, correlation;
    PacketId packet_id;
    std::uint32_t expiry;
    bool dup;
  };
  Asked asked() {
    const Publish packet = broker.expect<Publish>();
    const Asked all{std::string(packet.topic), std::string(packet.properties.text(Id::response_topic)),
                    std::string(packet.properties.text(Id::correlation_data)), packet.packet_id,
                    packet.properties.number(Id::message_expiry_interval, 0), packet.dup};
    return all;
  }
  void answer(const Asked& request, std::string_view payload) {
    PropertyList properties;
    (void)properties.add(Id::correlation_data, as_bytes(request.correlation));
    broker.reply(Publish{request.response_topic, as_bytes(payload), 0, Qos::at_most_once, false, false, properties});
  }

  VirtualLoop timers;
  std::unique_ptr<RequestResponse> requests;
  std::vector<std::string> answers;
};

constexpr auto v3 = ProtocolVersion::mqtt_3_1_1;
constexpr auto v5 = ProtocolVersion::mqtt_5;
const std::string timed_out(local_error(Errc::timed_out).message());
const std::string not_delivered(local_error(Errc::not_delivered).message());

}  // namespace

TEST_CASE("request 5: subscribes, then publishes with Response Topic, Correlation Data and what is left of its time; the answer that "
          "bears them comes back, once [MQTT5 4.10]") {
  Fixture world(v5);
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
    Fixture world(version, {.always_in_topic = true});
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
    Fixture world(version);
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
  Fixture world(v5);
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
  Fixture world(v5);
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
    Fixture world(v5);
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
  Fixture world(v5);
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
    Fixture world(v5);
    world.connect();
    world.ask();
    world.subscribed();
    world.broker.reply(Puback{world.asked().packet_id, code});
    world.loop.run_turns();
    CHECK(world.answers == (code == ReasonCode::success ? std::vector<std::string>{} : std::vector<std::string>{not_delivered}));
  }
}

TEST_CASE("request: where the broker does not let the answers through, requests end at once") {
  Fixture world(v3);
  world.connect();
  world.ask();
  const Subscribe packet = world.broker.expect<Subscribe>();
  world.broker.reply(Suback{packet.packet_id, std::vector<std::uint8_t>{0x80}});
  CHECK(world.answers == std::vector<std::string>{not_delivered});
}

TEST_CASE("request: bounded in number and bytes; what is wrong is said at the call, and changes nothing") {
  Fixture world(v5, {.max_open = 2, .max_waiting_bytes = 20});
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
  Fixture world(v5);
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

TEST_CASE("respond 5: a request comes with its place for the answer; the reply carries the Correlation Data and no Response Topic "
          "[MQTT5-3.3.2-16]") {
  Fixture world(v5);
  std::vector<Heard> heard;
  std::vector<RequestResponse::Reply> later;
  REQUIRE(world.requests->respond("lamp/+", [&](const RequestResponse::Incoming& request, RequestResponse::Reply reply) {
    heard.push_back({std::string(request.topic), std::string(as_text(request.message.payload)), reply.response_topic()});
    later.push_back(std::move(reply));
  }));
  world.connect();
  const Subscribe packet = world.broker.expect<Subscribe>();
  CHECK(packet.requests.size() == 2);
  CHECK(packet.requests[0].filter == "lamp/+");
  CHECK(packet.requests[1].filter == "lamp/+/request/+/+");
  world.broker.reply(Suback{packet.packet_id, std::vector<std::uint8_t>{1, 1}});
  PropertyList properties;
  REQUIRE_FALSE(static_cast<bool>(properties.add(Id::response_topic, "to/you")));
  REQUIRE_FALSE(static_cast<bool>(properties.add(Id::correlation_data, as_bytes(std::string_view("\0\xff", 2)))));
  world.broker.reply(Publish{"lamp/7", as_bytes("on?"), 5, Qos::at_least_once, false, false, properties});
  CHECK(world.broker.expect<Puback>().packet_id == 5);
  world.broker.reply(Publish{"lamp/7", as_bytes("hello"), 0, Qos::at_most_once, false, false});
  CHECK(world.requests->counts().ignored == 1);
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].topic == "lamp/7");
  CHECK(heard[0].payload == "on?");
  CHECK(heard[0].reply_to == "to/you");
  CHECK_FALSE(static_cast<bool>(later[0]("yes")));
  world.loop.run_turns();
  const Publish reply = world.broker.expect<Publish>();
  CHECK(reply.topic == "to/you");
  CHECK(reply.qos == Qos::at_least_once);
  CHECK(reply.properties.text(Id::correlation_data) == std::string_view("\0\xff", 2));
  CHECK_FALSE(reply.properties.has(Id::response_topic));
  world.requests.reset();
  CHECK(later[0]("too late") == local_error(Errc::subscription_ended));
}

TEST_CASE("respond 3.1.1: the topic names the place for the answer; what only looks like that is ignored") {
  const std::string client(32, 'a');
  const std::string id(16, '0');
  for (const char* filter : {"lamp/+", "lamp/#"}) {
    Fixture world(v3);
    std::vector<std::string> topics;
    REQUIRE(world.requests->respond(filter, [&](const RequestResponse::Incoming& request, RequestResponse::Reply reply) {
      topics.emplace_back(request.topic);
      CHECK_FALSE(static_cast<bool>(reply("yes")));
    }));
    world.connect();
    const Subscribe packet = world.broker.expect<Subscribe>();
    world.broker.reply(Suback{packet.packet_id, std::vector<std::uint8_t>(packet.requests.size(), 1)});
    world.broker.reply(publish_of("lamp/7/request/" + client + "/" + id, "on?"));
    world.loop.run_turns();
    CHECK(topics == std::vector<std::string>{"lamp/7"});
    CHECK(world.broker.expect<Publish>().topic == "responses/" + client + "/" + id);
    std::size_t ignored = 0;
    for (const std::string& topic : {"lamp/7/request/" + client + "/" + id.substr(1), "lamp/7/request/" + client + "/" + std::string(16, 'G'),
                                     "lamp/7/request/../" + id, std::string("lamp/7/request/x/y")}) {
      world.broker.reply(publish_of(topic, "on?"));
      CHECK(world.requests->counts().ignored == ++ignored);
    }
    CHECK(topics.size() == 1);
    CHECK(world.broker.quiet());
  }
}

TEST_CASE("respond: the application says which places are answered on") {
  Fixture world(v5, {.allow_response_topic = [](std::string_view topic) { return topic.starts_with("responses/"); }});
  int heard = 0;
  const auto responding = world.requests->respond("lamp", [&](const RequestResponse::Incoming&, const RequestResponse::Reply&) { ++heard; });
  REQUIRE(responding);
  world.connect();
  const Subscribe packet = world.broker.expect<Subscribe>();
  world.broker.reply(Suback{packet.packet_id, std::vector<std::uint8_t>{1, 1}});
  for (const char* topic : {"responses/x", "door/open"}) {
    PropertyList properties;
    REQUIRE_FALSE(static_cast<bool>(properties.add(Id::response_topic, topic)));
    world.broker.reply(Publish{"lamp", {}, 0, Qos::at_most_once, false, false, properties});
  }
  CHECK(heard == 1);
  CHECK(world.requests->counts().ignored == 1);
  world.requests->stop_responding(*responding);
  world.loop.run_turns();
  CHECK(world.broker.expect<Unsubscribe>().filters.size() == 2);
}

TEST_CASE("request and respond under manual acknowledgement: both acknowledge if asked to") {
  for (const bool acknowledge : {true, false}) {
    MqttOptions options = options_of(v5);
    options.client.manual_acknowledgement = true;
    World world(std::move(options));
    VirtualLoop timers;
    world.broker.version = v5;
    RequestResponse requests(world.mqtt, timers, {.acknowledge = acknowledge});
    REQUIRE(requests.respond("lamp", [](const RequestResponse::Incoming&, const RequestResponse::Reply&) {}));
    world.connect();
    world.loop.run_turns();
    world.broker.expect<Subscribe>();
    PropertyList properties;
    REQUIRE_FALSE(static_cast<bool>(properties.add(Id::response_topic, "r")));
    world.broker.reply(Publish{"lamp", {}, 5, Qos::at_least_once, false, false, properties});
    world.loop.run_turns();
    CHECK(world.broker.quiet() == !acknowledge);
  }
}
