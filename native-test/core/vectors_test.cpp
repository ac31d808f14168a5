// The byte vectors of data/mqtt311_vectors.json: whole, byte by byte, coalesced; decoded, refused, encoded again.
//
// c2s is what a client sends: valid ones must come out of encode() byte for byte, invalid ones must be refused by
// decode() as the broker would. s2c is what a client receives: valid ones are decoded to their fields, invalid ones close
// the connection with an error that names a clause.
#include <map>

#include "link.hpp"
#include "vectors.hpp"
#include "wasmqtt/topic.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;

namespace {

const Json& data() {
  static const Json parsed = read_vectors(WASMQTT_VECTORS);
  return parsed;
}
std::vector<std::uint8_t> bytes_of(const Json& json) { return from_hex(json.get<std::string>()); }

// A packet made of a vector's fields, with the memory that its views need.
struct Fields {
  explicit Fields(const Json& vector) : json(vector.at("fields")), packet(make(text_at(vector, "type"))) {}
  Fields(const Fields&) = delete;

  Json json;
  std::vector<std::vector<std::uint8_t>> blocks;
  std::vector<std::string> strings;
  Packet packet;

 private:
  std::string_view text(const Json& value) {
    if (strings.capacity() == 0) strings.reserve(64);
    return strings.emplace_back(value.get<std::string>());
  }
  Bytes block(const Json& value) {
    if (blocks.capacity() == 0) blocks.reserve(64);
    return blocks.emplace_back(bytes_of(value));
  }
  static Qos qos(const Json& value) { return static_cast<Qos>(value.get<int>()); }
  PacketId id() const { return json.at("packet_id").get<PacketId>(); }

  Connect connect() {
    Connect p;
    p.clean_session = json.at("clean_session").get<bool>();
    p.keep_alive = json.at("keep_alive").get<std::uint16_t>();
    p.client_id = text(json.at("client_id"));
    if (json.contains("will")) {
      const Json& will = json.at("will");
      p.will = Will{text(will.at("topic")), block(will.at("message_hex")), qos(will.at("qos")),
                    will.at("retain").get<bool>()};
    }
    if (json.contains("user_name")) p.user_name = text(json.at("user_name"));
    if (json.contains("password_hex")) p.password = block(json.at("password_hex"));
    return p;
  }
  Publish publish() {
    return {text(json.at("topic")),  block(json.at("payload_hex")), json.contains("packet_id") ? id() : PacketId{0},
            qos(json.at("qos")), json.at("retain").get<bool>(), json.at("dup").get<bool>()};
  }
  Subscribe subscribe() {
    Subscribe p{id(), {}};
    for (const Json& one : json.at("subscriptions"))
      p.requests.push_back({text(one.at("filter")), qos(one.at("qos"))});
    return p;
  }
  Unsubscribe unsubscribe() {
    Unsubscribe p{id(), {}};
    for (const Json& one : json.at("filters")) p.filters.push_back(text(one));
    return p;
  }
  Suback suback() {
    const auto codes = json.at("return_codes").get<std::vector<std::uint8_t>>();
    blocks.push_back(codes);
    return {id(), blocks.back()};
  }
  Packet make(const std::string& type) {
    if (type == "CONNECT") return connect();
    if (type == "CONNACK")
      return Connack{json.at("session_present").get<bool>(),
                     static_cast<ConnectReturnCode>(json.at("return_code").get<int>())};
    if (type == "PUBLISH") return publish();
    if (type == "PUBACK") return Puback{id()};
    if (type == "PUBREC") return Pubrec{id()};
    if (type == "PUBREL") return Pubrel{id()};
    if (type == "PUBCOMP") return Pubcomp{id()};
    if (type == "SUBSCRIBE") return subscribe();
    if (type == "SUBACK") return suback();
    if (type == "UNSUBSCRIBE") return unsubscribe();
    if (type == "UNSUBACK") return Unsuback{id()};
    if (type == "PINGREQ") return Pingreq{};
    if (type == "PINGRESP") return Pingresp{};
    REQUIRE(type == "DISCONNECT");
    return Disconnect{};
  }
};

// Reads one whole frame; an error in the framing is an error of the vector.
Result<Packet> decode_whole(Bytes bytes, Direction direction) {
  FrameReader reader(max_remaining_length);
  reader.feed(bytes);
  Frame frame;
  switch (reader.next(frame)) {
    case FrameReader::Status::error: return reader.error();
    case FrameReader::Status::need_more: return peer_error(Errc::truncated);
    case FrameReader::Status::frame: break;
  }
  CHECK(frame.whole.size() == bytes.size());
  return decode(frame, direction);
}

// U+0001 and the like: only advised against, so only strict_text refuses them.
bool is_policy(const Json& vector) { return text_at(vector, "level") == "policy"; }
bool is_overlong(const Json& vector) { return text_at(vector, "id") == "rl-overlong-pingresp"; }

// A client that has sent CONNECT with CleanSession 0, and has had its CONNACK unless the vector is one.
struct Receiver {
  explicit Receiver(const Json& vector, bool strict_text = false) : link(options(strict_text)) {
    const bool first = text_at(vector, "type") == "CONNACK" || text_at(vector, "id") == "state-publish-before-connack";
    if (first) {
      REQUIRE_FALSE(static_cast<bool>(link.open()));
      link.expect<Connect>();
    } else {
      link.connect();
    }
  }
  static ClientOptions options(bool strict_text) {
    ClientOptions options = Link::defaults(false);
    options.strict_text = strict_text;
    options.strict_reserved = options.strict_session_present = true;
    return options;
  }
  Link link;
};

void check_closed_with_clause(const Link& link) {
  REQUIRE(link.closed);
  CHECK(link.closed->cause == CloseRecord::Cause::protocol_error);
  CHECK(link.closed->error.side() == Side::peer);
  CHECK(link.closed->error.clause() != "");
  CHECK(link.messages.empty());
  CHECK(link.closes == 1);
}

template <class Use>
void for_each_vector(const char* direction, bool valid, Use use) {
  int count = 0;
  for (const Json& vector : data().at("vectors")) {
    if (text_at(vector, "direction") != direction || vector.at("valid").get<bool>() != valid) continue;
    CAPTURE(text_at(vector, "id"));
    use(vector, bytes_of(vector.at("hex")));
    ++count;
  }
  CHECK(count > 20);
}

}  // namespace

TEST_CASE("vectors: valid ones decode to their fields and encode to their bytes, in both directions [MQTT-2.2.2-1]") {
  for (const char* direction : {"c2s", "s2c"}) {
    for_each_vector(direction, true, [&](const Json& vector, Bytes bytes) {
      const Fields expected(vector);
      const auto decoded =
          decode_whole(bytes, direction[0] == 'c' ? Direction::outbound : Direction::inbound);
      REQUIRE(decoded.has_value());
      CHECK(*decoded == expected.packet);
      ByteBuffer out;
      CHECK_FALSE(static_cast<bool>(encode(expected.packet, out)));
      CHECK(to_hex(out) == to_hex(bytes));
    });
  }
}

TEST_CASE("vectors: valid s2c ones reach the client whole and byte by byte alike [MQTT-6.0.0-2]") {
  for_each_vector("s2c", true, [](const Json& vector, Bytes bytes) {
    Receiver whole(vector);
    Receiver dribble(vector);
    whole.link.receive_bytes(bytes);
    for (const std::uint8_t byte : bytes) dribble.link.receive_bytes({&byte, 1});
    CHECK(to_hex(whole.link.wire) == to_hex(dribble.link.wire));
    CHECK(whole.link.messages.size() == dribble.link.messages.size());
    CHECK(whole.link.closed.has_value() == dribble.link.closed.has_value());
    const bool refusal = text_at(vector, "type") == "CONNACK" && vector.at("fields").at("return_code") != 0;
    CHECK(whole.link.closed.has_value() == refusal);
    if (text_at(vector, "type") != "PUBLISH") return;
    const Fields fields(vector);
    const Publish& expected = *std::get_if<Publish>(&fields.packet);
    REQUIRE(dribble.link.messages.size() == 1);
    const Link::Heard& heard = dribble.link.messages[0];
    CHECK(heard.topic == expected.topic);
    CHECK(to_hex(as_bytes(heard.payload)) == to_hex(expected.payload));
    CHECK(heard.qos == expected.qos);
    CHECK(heard.retain == expected.retain);
    CHECK(heard.dup == expected.dup);
    CHECK(heard.packet_id == expected.packet_id);
  });
}

TEST_CASE("vectors: all valid s2c ones coalesced, in pieces of every size, arrive in order [MQTT-6.0.0-2]") {
  ByteBuffer stream;
  std::vector<std::string> topics;
  for_each_vector("s2c", true, [&](const Json& vector, Bytes bytes) {
    if (text_at(vector, "type") == "CONNACK") return;
    stream.insert(stream.end(), bytes.begin(), bytes.end());
    if (text_at(vector, "type") == "PUBLISH") topics.push_back(text_at(vector.at("fields"), "topic"));
  });
  for (std::size_t piece = 1; piece <= 300; piece += piece < 20 ? 1 : 37) {
    CAPTURE(piece);
    Link link(Link::defaults(false));
    link.connect();
    for (std::size_t at = 0; at < stream.size(); at += piece)
      link.receive_bytes(Bytes(stream).subspan(at, std::min(piece, stream.size() - at)));
    CHECK_FALSE(link.closed);
    REQUIRE(link.messages.size() == topics.size());
    for (std::size_t i = 0; i < topics.size(); ++i) CHECK(link.messages[i].topic == topics[i]);
  }
}

TEST_CASE("vectors: every invalid s2c one closes the connection it came on and names a clause [MQTT-4.8.0-1]") {
  for_each_vector("s2c", false, [](const Json& vector, Bytes bytes) {
    if (is_policy(vector)) return;
    Receiver whole(vector);
    whole.link.receive_bytes(bytes);
    check_closed_with_clause(whole.link);
    Receiver dribble(vector);
    for (const std::uint8_t byte : bytes) {
      if (!dribble.link.closed) dribble.link.receive_bytes({&byte, 1});
    }
    check_closed_with_clause(dribble.link);
    // What comes behind it in the same read is not looked at any more.
    Receiver coalesced(vector);
    ByteBuffer more(bytes.begin(), bytes.end());
    REQUIRE_FALSE(static_cast<bool>(encode(Publish{"after", as_bytes("x"), 0, Qos::at_most_once, false, false}, more)));
    coalesced.link.receive_bytes(more);
    check_closed_with_clause(coalesced.link);
  });
}

TEST_CASE("vectors: what 1.5.3 only advises against is accepted, and refused under strict_text [MQTT-1.5.3-1]") {
  for_each_vector("s2c", false, [](const Json& vector, Bytes bytes) {
    if (!is_policy(vector) || is_overlong(vector)) return;
    Receiver lenient(vector);
    lenient.link.receive_bytes(bytes);
    CHECK_FALSE(lenient.link.closed);
    CHECK(lenient.link.messages.size() == 1);
    Receiver strict(vector, true);
    strict.link.receive_bytes(bytes);
    check_closed_with_clause(strict.link);
  });
}

TEST_CASE("vectors: a remaining length longer than needed is accepted, since 2.2.3 does not forbid it [MQTT-7.0.0-2]") {
  for_each_vector("s2c", false, [](const Json& vector, Bytes bytes) {
    if (!is_overlong(vector)) return;
    Receiver receiver(vector);
    receiver.link.receive_bytes(bytes);
    CHECK_FALSE(receiver.link.closed);
  });
}

TEST_CASE("vectors: invalid c2s ones can't be decoded as something a client may send [MQTT-2.2.2-2]") {
  for_each_vector("c2s", false, [](const Json& vector, Bytes bytes) {
    const std::string level = text_at(vector, "level");
    if (level == "state" || level == "policy") return;  // each packet by itself is legal
    const auto decoded = decode_whole(bytes, Direction::outbound);
    CHECK_FALSE(decoded.has_value());
    CHECK(decoded.error().clause() != "");
  });
}

TEST_CASE("vectors: remaining lengths encode to their bytes, and more than 4 bytes are an error") {
  for (const Json& one : data().at("remaining_length")) {
    const auto value = one.at("value").get<std::size_t>();
    CHECK(remaining_length_size(value) == bytes_of(one.at("hex")).size());
    ByteBuffer stream{0x30};
    for (const std::uint8_t byte : bytes_of(one.at("hex"))) stream.push_back(byte);
    FrameReader reader(max_remaining_length + 5);
    reader.feed(stream);
    Frame frame;
    CHECK(reader.next(frame) == (value == 0 ? FrameReader::Status::frame : FrameReader::Status::need_more));
  }
  for (const Json& one : data().at("remaining_length_invalid")) {
    ByteBuffer stream{0x30};
    for (const std::uint8_t byte : bytes_of(one.at("hex"))) stream.push_back(byte);
    FrameReader reader(max_remaining_length + 5);
    reader.feed(stream);
    Frame frame;
    const bool incomplete = text_at(one, "why") == "incomplete";
    CHECK(reader.next(frame) == (incomplete ? FrameReader::Status::need_more : FrameReader::Status::error));
  }
}

TEST_CASE("vectors: a part of a packet is no packet and no error") {
  for (const Json& one : data().at("partial")) {
    const auto bytes = bytes_of(one.at("hex"));
    FrameReader reader(1000);
    reader.feed(bytes);
    Frame frame;
    CHECK(reader.next(frame) == FrameReader::Status::need_more);
    CHECK_FALSE(static_cast<bool>(reader.error()));
    Link link;
    if (bytes[0] == 0x20) {
      REQUIRE_FALSE(static_cast<bool>(link.open()));
      link.expect<Connect>();
    } else {
      link.connect();
    }
    link.receive_bytes(bytes);
    CHECK_FALSE(link.closed);
    CHECK(link.messages.empty());
  }
}

TEST_CASE("vectors: what must not be encoded is refused by the API and changes nothing") {
  const std::map<std::string, std::function<Error(Link&)>> attempts{
      {"publish topic \"\"", [](Link& l) { return l.client.publish("", {}, {}, l.now).error(); }},
      {"publish topic \"a/+\"", [](Link& l) { return l.client.publish("a/+", {}, {}, l.now).error(); }},
      {"publish topic with U+0000",
       [](Link& l) { return l.client.publish(std::string_view("a\0b", 3), {}, {}, l.now).error(); }},
      {"publish qos 3", [](Link& l) { return l.client.publish("a", {}, {.qos = static_cast<Qos>(3)}, l.now).error(); }},
      {"subscribe []", [](Link& l) { return l.client.subscribe({}, l.now).error(); }},
      {"subscribe \"a+\"",
       [](Link& l) {
         const TopicRequest request{"a+", Qos::at_most_once};
         return l.client.subscribe({&request, 1}, l.now).error();
       }},
      {"unsubscribe []", [](Link& l) { return l.client.unsubscribe({}, l.now).error(); }},
      {"connect password without user name",
       [](Link&) {
         ClientOptions options = Link::defaults();
         options.password = std::vector<std::uint8_t>{1};
         return Link(options).open();
       }},
      {"connect will topic with wildcard",
       [](Link&) {
         ClientOptions options = Link::defaults();
         options.will = WillOptions{"a/#", {}, Qos::at_most_once, false};
         return Link(options).open();
       }},
  };
  for (const Json& one : data().at("encode_must_refuse")) {
    CAPTURE(text_at(one, "api"));
    const auto attempt = attempts.find(text_at(one, "api"));
    REQUIRE(attempt != attempts.end());
    Link link;
    link.connect();
    const Error error = attempt->second(link);
    CHECK(error.side() == Side::local);
    CHECK(error.clause().find(text_at(one, "clause")) != std::string_view::npos);
    link.drain();
    CHECK(link.quiet());
    CHECK(link.client.counts().requests == 0);
    CHECK(link.client.counts().queued == 0);
  }
}

TEST_CASE("vectors: the topic matching table [MQTT-4.7.2-1]") {
  for (const Json& one : data().at("topic_match")) {
    const std::string filter = text_at(one, "filter");
    const std::string topic = text_at(one, "topic");
    CAPTURE(filter);
    CAPTURE(topic);
    REQUIRE_FALSE(static_cast<bool>(check_topic_filter(filter)));
    CHECK(topic_matches(filter, topic) == one.at("match").get<bool>());
  }
}
