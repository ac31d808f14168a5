// Requests with many answers: of several responders, and streams, whose end and whose cancelling are told on the wire.
#include "request_world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Id = PropertyId;

namespace {

struct StreamWorld : RequestWorld {
  using RequestWorld::RequestWorld;

  RequestResponse::Call ask_each(const RequestResponse::Expected& expected) {
    const auto call = requests->request_each("lamps", as_bytes("who?"), expected, [this](const RequestResponse::Answer& answer) {
      std::string line = answer.message == nullptr ? "-" : std::string(as_text(answer.message->payload));
      if (answer.last) line += answer.error ? ": " + std::string(answer.error.message()) : " (last)";
      answers.push_back(line);
      if (on_answer) on_answer();
    }, {.qos = Qos::at_least_once});
    REQUIRE(call);
    loop.run_turns();
    return *call;
  }
  // An answer in either version; `mark`: more, end or error.
  void say(const Asked& request, std::string_view payload, std::string_view mark = {}) {
    if (request.response_topic.empty()) {
      const std::string address = request.topic.substr(request.topic.find("/request/") + 9);
      std::string topic = "responses/" + address;
      if (!mark.empty()) topic.append("/").append(mark);
      return broker.reply(Publish{topic, as_bytes(payload), 0, Qos::at_most_once, false, false});
    }
    PropertyList properties;
    REQUIRE_FALSE(properties.add(Id::correlation_data, as_bytes(request.correlation)));
    if (!mark.empty()) REQUIRE_FALSE(properties.add_user_property("answer", mark));
    broker.reply(Publish{request.response_topic, as_bytes(payload), 0, Qos::at_most_once, false, false, properties});
  }
  Asked begin(const RequestResponse::Expected& expected) {
    connect();
    first = ask_each(expected);
    subscribed();
    Asked request = asked();
    broker.reply(Puback{request.packet_id});
    loop.run_turns();
    return request;
  }
  // What tells a responder that no more is wanted.
  bool has_cancelled(const Asked& request) {
    loop.run_turns();
    if (broker.quiet()) return false;
    const Publish packet = broker.expect<Publish>();
    if (request.response_topic.empty()) return packet.topic == request.topic + "/cancel";
    CHECK(packet.topic == request.topic);
    CHECK(packet.properties.text(Id::correlation_data) == request.correlation);
    for (const Property& property : packet.properties) {
      if (property.id == Id::user_property) return property.name == "request" && property.text == "cancel";
    }
    return false;
  }

  RequestResponse::Call first;
  std::function<void()> on_answer;
};

using Lines = std::vector<std::string>;
const std::string failed(local_error(Errc::responder_failed).message());

}  // namespace

TEST_CASE("request_each: several responders are heard until the time is over, which is no error") {
  for (const ProtocolVersion version : {v3, v5}) {
    StreamWorld world(version);
    const auto request = world.begin({.until = Until::time, .timeout = 1s});
    world.say(request, "a");
    world.say(request, "b");
    world.pass(900ms);
    world.say(request, "c", "more");
    CHECK(world.answers == Lines{"a", "b", "c"});
    world.pass(200ms);
    CHECK(world.answers == Lines{"a", "b", "c", "- (last)"});
    world.say(request, "late");
    CHECK(world.requests->counts().ignored == 1);
    CHECK_FALSE(world.has_cancelled(request));  // others than who streams would take it for a request
    CHECK_FALSE(world.timers.timer());
  }
}

TEST_CASE("request_each: it ends with the number of answers that was asked for; of one responder's end or failure others are not told") {
  for (const ProtocolVersion version : {v3, v5}) {
    StreamWorld world(version);
    const auto request = world.begin({.until = Until::time, .timeout = 1s, .most = 2});
    world.say(request, "", "end");
    world.say(request, "broken", "error");
    CHECK(world.requests->counts().ignored == 2);
    world.say(request, "a");
    world.say(request, "b");
    world.say(request, "c");
    CHECK(world.answers == Lines{"a", "b (last)"});
    CHECK(world.requests->counts().ignored == 3);
    CHECK(world.requests->counts().open == 0);
  }
}

TEST_CASE("request_each: a stream lasts until its end; its time is from one answer to the next") {
  for (const ProtocolVersion version : {v3, v5}) {
    StreamWorld world(version);
    const auto request = world.begin({.until = Until::end, .timeout = 1s});
    for (const char* one : {"a", "b", "c"}) {
      world.pass(900ms);
      world.say(request, one, "more");
    }
    CHECK(world.answers == Lines{"a", "b", "c"});
    world.say(request, "", "end");
    CHECK(world.answers.back() == "- (last)");
    CHECK(world.broker.quiet());

    const auto second = world.ask_each({.until = Until::end, .timeout = 1s});
    CHECK(second.number != 0);
    const auto again = world.asked();
    world.say(again, "x", "more");
    world.pass(1100ms);
    CHECK(world.answers.back() == "-: " + timed_out);
    CHECK(world.has_cancelled(again));
  }
}

TEST_CASE("request_each: who knows no streams, fails, or has nothing to say, ends one, too") {
  for (const ProtocolVersion version : {v3, v5}) {
    StreamWorld world(version);
    world.say(world.begin({.until = Until::end, .timeout = 1s}), "the only one");
    CHECK(world.answers == Lines{"the only one (last)"});
    world.ask_each({.until = Until::end, .timeout = 1s});
    world.say(world.asked(), "no such lamp", "error");
    CHECK(world.answers.back() == "no such lamp: " + failed);
    world.ask("lamp");
    world.say(world.asked(), "no such lamp", "error");
    CHECK(world.answers.back() == failed);
    world.ask("lamp");
    world.say(world.asked(), "", "end");
    CHECK(world.answers.back() == failed);
  }
}

TEST_CASE("request_each: a responder that streams is told when nothing more is wanted; one that only answered never is") {
  for (const ProtocolVersion version : {v3, v5}) {
    for (const bool streams : {true, false}) {
      StreamWorld world(version);
      const auto request = world.begin({.until = Until::end, .timeout = 1s});
      if (streams) world.say(request, "a", "more");
      world.requests->cancel(world.first);
      CHECK(world.has_cancelled(request) == streams);
      world.say(request, "b", "more");
      CHECK(world.answers.size() == (streams ? 1 : 0));
    }
    // After its number, or for who wanted one answer only.
    StreamWorld world(version);
    const auto request = world.begin({.until = Until::end, .timeout = 1s, .most = 1});
    world.say(request, "a", "more");
    CHECK(world.has_cancelled(request));
    world.ask("lamp");
    const auto single = world.asked();
    world.say(single, "b", "more");
    CHECK(world.answers.back() == "b");
    CHECK(world.has_cancelled(single));
  }
}

TEST_CASE("request_each: while an answer is told, its request may be cancelled, others be made, and what called be destroyed") {
  StreamWorld world(v5);
  const auto request = world.begin({.until = Until::end, .timeout = 1s});
  world.on_answer = [&] {
    for (int i = 0; i < 40; ++i) world.ask("another");
    world.requests->cancel(world.first);
  };
  world.say(request, "a", "more");
  CHECK(world.requests->counts().open == 40);
  world.say(request, "b", "more");
  CHECK(world.answers == Lines{"a"});

  StreamWorld other(v5);
  const auto last = other.begin({.until = Until::end, .timeout = 1s});
  other.on_answer = [&] { other.requests.reset(); };
  other.say(last, "a", "more");
  CHECK(other.answers == Lines{"a"});
}

TEST_CASE("request_each: answers whose topic only looks like one with a mark are ignored") {
  StreamWorld world(v3);
  const auto request = world.begin({.until = Until::end, .timeout = 1s});
  std::size_t ignored = 0;
  for (const char* mark : {"mores", "x", "more/more", "end/"}) {
    world.say(request, "forged", mark);
    CHECK(world.requests->counts().ignored == ++ignored);
  }
  CHECK(world.answers.empty());
}

TEST_CASE("respond: several answers, their end and a failure are marked, in either version; who is cancelled is told, once") {
  for (const ProtocolVersion version : {v3, v5}) {
    StreamWorld world(version);
    std::vector<RequestResponse::Reply> replies;
    int cancelled = 0;
    REQUIRE(world.requests->respond("lamp", [&](const RequestResponse::Incoming&, RequestResponse::Reply reply) {
      reply.on_cancel([&] { ++cancelled; });
      replies.push_back(std::move(reply));
    }));
    world.connect();
    const Subscribe packet = world.broker.expect<Subscribe>();
    CHECK(packet.requests[1].filter == "lamp/request/+/+/#");
    world.broker.reply(Suback{packet.packet_id, std::vector<std::uint8_t>(2, 1)});
    const std::string address = std::string(32, 'a') + "/" + std::string(16, '1');
    const auto comes = [&](bool cancels) {
      PropertyList properties;
      if (version == v3) {
        const std::string topic = "lamp/request/" + address + (cancels ? "/cancel" : "");
        return world.broker.reply(publish_of(topic, ""));
      }
      REQUIRE_FALSE(properties.add(Id::response_topic, "to/you"));
      REQUIRE_FALSE(properties.add(Id::correlation_data, as_bytes("7")));
      if (cancels) REQUIRE_FALSE(properties.add_user_property("request", "cancel"));
      world.broker.reply(Publish{"lamp", {}, 0, Qos::at_most_once, false, false, properties});
    };
    const auto said = [&] {
      world.loop.run_turns();
      const Publish answer = world.broker.expect<Publish>();
      std::string mark(answer.topic.substr(version == v3 ? ("responses/" + address).size() : 6));
      for (const Property& property : answer.properties) {
        if (property.id == Id::user_property) mark += "/" + std::string(property.text);
      }
      return std::string(as_text(answer.payload)) + mark;
    };
    comes(false);
    REQUIRE(replies.size() == 1);
    REQUIRE(replies[0].more(as_bytes("a"), {.qos = Qos::at_least_once}));
    CHECK(said() == "a/more");
    CHECK_FALSE(replies[0].end());
    CHECK(said() == "/end");
    comes(true);
    CHECK(cancelled == 0);
    CHECK(world.requests->counts().ignored == 1);
    comes(false);
    REQUIRE(replies.size() == 2);
    comes(true);
    comes(true);
    CHECK(cancelled == 1);
    CHECK(world.requests->counts().ignored == 2);
    CHECK(replies.size() == 2);
    CHECK_FALSE(replies[1].fail("no such lamp"));
    CHECK(said() == "no such lamp/error");
  }
}

TEST_CASE("request 5: answers come with the QoS that is wanted") {
  StreamWorld world(v5, {.answer_qos = Qos::at_most_once});
  world.connect();
  world.ask();
  CHECK(world.broker.expect<Subscribe>().requests.front().qos == Qos::at_most_once);
}

TEST_CASE("hold: one message waits for acknowledge(), later ones behind it [MQTT-4.6.0-2]; without hold() none does") {
  World world(client_options(false));
  std::vector<std::uint64_t> tokens;
  world.mqtt.on_message = [&](const Message& message) {
    tokens.push_back(message.token);
    if (as_text(message.payload) == "hold") world.mqtt.hold(message.token);
    world.mqtt.hold(message.token + 1);
    world.mqtt.hold(0);
  };
  world.connect();
  world.broker.reply(Publish{"a", as_bytes("free"), 1, Qos::at_least_once, false, false});
  CHECK(world.broker.expect<Puback>().packet_id == 1);
  world.broker.reply(Publish{"a", as_bytes("hold"), 2, Qos::at_least_once, false, false});
  world.broker.reply(Publish{"a", as_bytes("free"), 3, Qos::exactly_once, false, false});
  world.loop.run_turns();
  CHECK(world.broker.quiet());
  world.mqtt.acknowledge(tokens[1]);
  world.loop.run_turns();
  CHECK(world.broker.expect<Puback>().packet_id == 2);
  CHECK(world.broker.expect<Pubrec>().packet_id == 3);
}
