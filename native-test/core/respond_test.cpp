// Requests that are answered here, against a broker that the test plays.
#include "request_world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Id = PropertyId;

TEST_CASE("respond 5: a request comes with its place for the answer; the reply carries the Correlation Data and no Response Topic "
          "[MQTT5-3.3.2-16]") {
  RequestWorld world(v5);
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
  CHECK(packet.requests[1].filter == "lamp/+/request/+/+/#");
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
    RequestWorld world(v3);
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
                                     "lamp/7/request/../" + id, std::string("lamp/7/request/x/y"), std::string("lamp/cancel")}) {
      world.broker.reply(publish_of(topic, "on?"));
      CHECK(world.requests->counts().ignored == ++ignored);
    }
    CHECK(topics.size() == 1);
    CHECK(world.broker.quiet());
  }
  RequestWorld all(v3);
  REQUIRE(all.requests->respond("#", [](const RequestResponse::Incoming&, const RequestResponse::Reply&) {}));
  all.connect();
  for (const char* topic : {"cancel", "/cancel", "a"}) all.broker.reply(publish_of(topic, "on?"));
  CHECK(all.requests->counts().ignored == 3);
}

TEST_CASE("respond: the application says which places are answered on") {
  RequestWorld world(v5, {.allow_response_topic = [](std::string_view topic) { return topic.starts_with("responses/"); }});
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
    MqttOptions options = request_options(v5);
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
