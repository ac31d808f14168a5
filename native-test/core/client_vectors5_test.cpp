// The byte vectors of data/mqtt5_vectors.json against a whole client: set up as they say, then whole, byte by byte, and with
// more behind. What is accepted is answered as they say; what is refused ends the connection with one of their codes.
#include "link.hpp"
#include "vectors.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;

namespace {

const Json& data() {
  static const Json parsed = read_vectors(WASMQTT_VECTORS5);
  return parsed;
}

ClientOptions options_of(const Json& vector) {
  ClientOptions options = Link::mqtt5(true);
  options.client_id = "vec";
  options.strict_reserved = true;
  const auto number = [&](const char* key, std::uint32_t absent) {
    return vector.contains("options") && vector.at("options").contains(key) ? vector.at("options").at(key).get<std::uint32_t>()
                                                                            : absent;
  };
  options.topic_alias_maximum = static_cast<std::uint16_t>(number("alias_max", 0));
  options.receive_maximum = static_cast<std::uint16_t>(number("receive_max", 65'535));
  options.max_packet_bytes = number("max_packet", static_cast<std::uint32_t>(options.max_packet_bytes));
  if (number("problem_info", 1) == 0) (void)options.properties.add(PropertyId::request_problem_information, 0);
  if (vector.contains("options") && vector.at("options").contains("auth"))
    (void)options.properties.add(PropertyId::authentication_method, text_at(vector.at("options"), "auth"));
  return options;
}

struct Receiver {
  explicit Receiver(const Json& vector) : link(options_of(vector)) {
    const std::string setup = text_at(vector, "setup");
    REQUIRE_FALSE(static_cast<bool>(link.open()));
    link.expect<Connect>();
    if (setup == "connect" || setup == "auth") return;
    link.receive_hex(text_at(data(), "connack_hex"));
    REQUIRE(link.client.connected());
    if (setup == "publish-1") link.publish("test/publish", "message", Qos::at_least_once);
    if (setup == "publish-2" || setup == "released") link.publish("test/publish", "message", Qos::exactly_once);
    if (setup == "released") link.receive(Pubrec{1});
    if (setup == "received-2") link.receive(Publish{"topic", as_bytes("payload"), 1, Qos::exactly_once});
    if (setup == "subscribe") link.subscribe("test/subscribe", Qos::exactly_once);
    if (setup == "subscribe-3") {
      const TopicRequest requests[] = {{"a"}, {"b"}, {"c"}};
      REQUIRE(link.client.subscribe(requests, link.now));
    }
    if (setup == "unsubscribe") {
      const std::string_view filters[] = {"test/subscribe"};
      REQUIRE(link.client.unsubscribe(filters, link.now));
    }
    link.drain();
    link.wire.clear();
    link.messages.clear();
  }
  void receive(Bytes bytes, bool dribble) {
    if (!dribble) return link.receive_bytes(bytes);
    for (const std::uint8_t byte : bytes) {
      if (!link.closed) link.receive_bytes({&byte, 1});
    }
  }
  Link link;
};

// AUTH's exchange is not there yet.
bool needs_exchange(const Json& vector) { return text_at(vector, "setup") == "auth" && text_at(vector, "type") == "AUTH"; }

// The client's answers, one after the other, each in any of its spellings.
void check_answers(const Json& then, Link& link) {
  std::string wire = to_hex(link.wire);
  for (const Json& step : then) {
    if (!step.contains("client")) continue;
    bool found = false;
    for (const Json& spelling : step.at("client")) {
      const std::string hex = spelling.get<std::string>();
      if (found || !wire.starts_with(hex)) continue;
      wire.erase(0, hex.size());
      found = true;
    }
    CAPTURE(wire);
    CHECK(found);
  }
  CHECK(wire == "");
}

}  // namespace

TEST_CASE("client vectors 5: accepted ones are answered as they have to be, whole and byte by byte [MQTT5-6.0.0-2] [MQTT5-3.3.4-1] "
          "[MQTT5-4.3.3-4] [MQTT5-4.3.3-11]") {
  int count = 0;
  for (const Json& vector : data().at("vectors")) {
    if (!vector.at("valid").get<bool>() || needs_exchange(vector)) continue;
    CAPTURE(text_at(vector, "id"));
    CAPTURE(text_at(vector, "hex"));
    const auto bytes = from_hex(text_at(vector, "hex"));
    const Json then = vector.contains("then") ? vector.at("then") : Json::array();
    const bool closes = std::any_of(then.begin(), then.end(), [](const Json& step) { return step.contains("close"); });
    for (const bool dribble : {false, true}) {
      Receiver receiver(vector);
      receiver.receive(bytes, dribble);
      CHECK(receiver.link.closed.has_value() == closes);
      if (receiver.link.closed) CHECK(receiver.link.closed->cause != CloseRecord::Cause::protocol_error);
      check_answers(then, receiver.link);
      if (text_at(vector, "type") != "PUBLISH") continue;
      REQUIRE_FALSE(receiver.link.messages.empty());
      const Link::Heard& heard = receiver.link.messages.back();
      CHECK(heard.topic == text_at(vector.at("fields"), "topic"));
      CHECK(to_hex(as_bytes(heard.payload)) == text_at(vector.at("fields"), "payload_hex"));
    }
    ++count;
  }
  CHECK(count == 126);
}

TEST_CASE("client vectors 5: refused ones end the connection with one of their codes, and nothing of them is delivered "
          "[MQTT5-3.14.4-1] [MQTT5-3.2.0-1] [MQTT5-3.2.0-2]") {
  int count = 0;
  for (const Json& vector : data().at("vectors")) {
    if (vector.at("valid").get<bool>() || text_at(vector, "strength") == "MAY") continue;
    CAPTURE(text_at(vector, "id"));
    CAPTURE(text_at(vector, "hex"));
    CAPTURE(text_at(vector, "error"));
    const auto bytes = from_hex(text_at(vector, "hex"));
    std::vector<int> codes;
    for (const Json& code : vector.at("codes")) codes.push_back(std::stoi(code.get<std::string>(), nullptr, 16));
    for (const bool dribble : {false, true}) {
      Receiver receiver(vector);
      receiver.receive(bytes, dribble);
      REQUIRE(receiver.link.closed);
      CHECK(receiver.link.closed->cause == CloseRecord::Cause::protocol_error);
      CHECK(receiver.link.closed->error.clause(ProtocolVersion::mqtt_5) != "");
      // Packets before the one that is meant are answered.
      int told = -1;
      while (!receiver.link.quiet()) {
        const Packet packet = receiver.link.next();
        CHECK(told == -1);
        if (const Disconnect* disconnect = std::get_if<Disconnect>(&packet)) told = static_cast<int>(disconnect->reason_code);
      }
      CAPTURE(told);
      CHECK(std::find(codes.begin(), codes.end(), told) != codes.end());
    }
    ++count;
  }
  CHECK(count > 600);
}
