// Each packet there and back, its words, and the ladder of malformed ones: empty, wrong flags, short, mismatched, long.
#include <doctest/doctest.h>

#include "support/hex.hpp"
#include "wasmqtt/decode.hpp"
#include "wasmqtt/describe.hpp"
#include "wasmqtt/encode.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;

namespace {

constexpr std::uint8_t codes[] = {0, 1, 2, 0x80};
constexpr std::uint8_t secret[] = {'p', 'w'};

struct Sample {
  Packet packet;
  Direction direction;
  const char* hex;
  const char* words;
};

std::vector<Sample> samples() {
  Connect connect{false, 60, "c", Will{"w", as_bytes("m"), Qos::at_least_once, true}, "u", Bytes(secret)};
  return {
      {connect, Direction::outbound, "101a00044d51545404ec003c" "000163" "000177" "00016d" "000175" "00027077",
       "CONNECT client_id=c keep_alive=60 will=w qos=1 user_name=u password=(masked)"},
      {Connect{true, 0, "c", {}, {}, {}}, Direction::outbound, "100d00044d515454040200000001" "63",
       "CONNECT client_id=c clean_session keep_alive=0"},
      {Connack{true}, Direction::inbound, "20020100", "CONNACK return_code=0 session_present"},
      {Connack{false, ConnectReturnCode::not_authorized}, Direction::inbound, "20020005", "CONNACK return_code=5"},
      {Publish{"a/b", as_bytes("hi"), 0, Qos::at_most_once, true, false}, Direction::inbound, "31070003612f626869",
       "PUBLISH topic=a/b qos=0 retain payload=2 bytes"},
      {Publish{"a", {}, 7, Qos::exactly_once, false, true}, Direction::outbound, "3c050001610007",
       "PUBLISH topic=a qos=2 id=7 dup payload=0 bytes"},
      {Puback{1}, Direction::inbound, "40020001", "PUBACK id=1"},
      {Pubrec{256}, Direction::inbound, "50020100", "PUBREC id=256"},
      {Pubrel{65'535}, Direction::outbound, "6202ffff", "PUBREL id=65535"},
      {Pubcomp{2}, Direction::outbound, "70020002", "PUBCOMP id=2"},
      {Subscribe{3, {{"a", Qos::at_least_once}, {"#", Qos::at_most_once}}}, Direction::outbound,
       "820a00030001610100012300", "SUBSCRIBE id=3 a qos=1 # qos=0"},
      {Suback{3, codes}, Direction::inbound, "9006000300010280", "SUBACK id=3 return_codes=0,1,2,128"},
      {Unsubscribe{4, {"a", "b"}}, Direction::outbound, "a20800040001610001" "62", "UNSUBSCRIBE id=4 a b"},
      {Unsuback{4}, Direction::inbound, "b0020004", "UNSUBACK id=4"},
      {Pingreq{}, Direction::outbound, "c000", "PINGREQ"},
      {Pingresp{}, Direction::inbound, "d000", "PINGRESP"},
      {Disconnect{}, Direction::outbound, "e000", "DISCONNECT"},
  };
}

Frame frame_of(Bytes bytes) {
  const std::size_t header = 2;
  return {bytes[0], bytes.subspan(header), bytes};
}

Error error_of(Bytes bytes, Direction direction) { return decode(frame_of(bytes), direction).error(); }

// The same first byte with this body.
Error with_body(const Sample& sample, Bytes body) {
  ByteBuffer bytes{from_hex(sample.hex)[0], static_cast<std::uint8_t>(body.size())};
  bytes.insert(bytes.end(), body.begin(), body.end());
  return error_of(bytes, sample.direction);
}

}  // namespace

TEST_CASE("codec: each packet encodes to its bytes, decodes to itself, and has its words [MQTT-3.3.2-1] [MQTT-3.10.3-1]") {
  for (const Sample& sample : samples()) {
    CAPTURE(sample.words);
    ByteBuffer out{0xaa};
    CHECK_FALSE(static_cast<bool>(encode(sample.packet, out)));
    CHECK(to_hex(Bytes(out).subspan(1)) == sample.hex);
    const auto decoded = decode(frame_of(Bytes(out).subspan(1)), sample.direction);
    REQUIRE(decoded.has_value());
    CHECK(*decoded == sample.packet);
    CHECK(describe(sample.packet) == sample.words);
    CHECK(type_of(sample.packet) == frame_of(Bytes(out).subspan(1)).type());
  }
}

TEST_CASE("codec: no two samples are equal, and a field makes the difference") {
  const auto all = samples();
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < all.size(); ++j) CHECK((all[i].packet == all[j].packet) == (i == j));
  }
  CHECK_FALSE(Connect{.client_id = "a", .password = Bytes(secret)} == Connect{.client_id = "a"});
  CHECK_FALSE(Suback{1, Bytes(codes)} == Suback{1, Bytes(codes).first(2)});
}

TEST_CASE("codec: every wrong flag nibble of every packet is refused [MQTT-2.2.2-2] [MQTT-2.2.2-1]") {
  for (const Sample& sample : samples()) {
    const auto right = from_hex(sample.hex);
    if (right[0] >> 4 == 3) continue;  // a PUBLISH uses them all
    for (unsigned flags = 0; flags < 16; ++flags) {
      auto bytes = right;
      bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0xf0) | flags);
      const Error error = error_of(bytes, sample.direction);
      CHECK(error == (bytes[0] == right[0] ? Error{} : peer_error(Errc::wrong_flags)));
    }
  }
}

TEST_CASE("codec: each packet cut at every length is refused, unless what is left is whole [MQTT-4.8.0-1]") {
  for (const Sample& sample : samples()) {
    CAPTURE(sample.words);
    const auto bytes = from_hex(sample.hex);
    const Bytes body = Bytes(bytes).subspan(2);
    const PacketType type = type_of(sample.packet);
    for (std::size_t size = 0; size < body.size(); ++size) {
      CAPTURE(size);
      const bool whole = (type == PacketType::publish && size >= (bytes[0] == 0x31 ? 5u : 3u) && bytes[0] == 0x31) ||
                         (type == PacketType::suback && size >= 3) || (type == PacketType::subscribe && size == 6) ||
                         (type == PacketType::unsubscribe && size == 5);
      const Error error = with_body(sample, body.first(size));
      CHECK(static_cast<bool>(error) == !whole);
      if (error) {
        CHECK(error.side() == Side::peer);
        CHECK(error.clause() != "");
      }
    }
  }
}

TEST_CASE("codec: each packet with one byte more is refused, unless the byte is payload [MQTT-4.8.0-1]") {
  for (const Sample& sample : samples()) {
    CAPTURE(sample.words);
    auto body = from_hex(sample.hex);
    body.erase(body.begin(), body.begin() + 2);
    body.push_back(0);
    const PacketType type = type_of(sample.packet);
    const bool takes_more = type == PacketType::publish || type == PacketType::suback;
    CHECK(static_cast<bool>(with_body(sample, body)) == !takes_more);
  }
}

TEST_CASE("codec: packets in the wrong direction, and reserved types, are refused [MQTT-4.8.0-1]") {
  for (const Sample& sample : samples()) {
    const PacketType type = type_of(sample.packet);
    const bool both = type >= PacketType::publish && type <= PacketType::pubcomp;
    const Direction other = sample.direction == Direction::inbound ? Direction::outbound : Direction::inbound;
    CHECK(error_of(from_hex(sample.hex), other) == (both ? Error{} : peer_error(Errc::wrong_direction)));
  }
  for (unsigned first = 0; first < 256; ++first) {
    if (first >> 4 != 0 && first >> 4 != 15) continue;
    const std::uint8_t bytes[] = {static_cast<std::uint8_t>(first), 0};
    for (const Direction direction : {Direction::inbound, Direction::outbound})
      CHECK(error_of(bytes, direction) == peer_error(Errc::reserved_packet_type));
  }
}

TEST_CASE("codec: ids of 0 are refused both ways [MQTT-2.3.1-1]") {
  for (const char* hex : {"40020000", "50020000", "62020000", "70020000", "b0020000", "9003000000"})
    CHECK(error_of(from_hex(hex), Direction::inbound) == peer_error(Errc::zero_packet_id));
  for (const char* hex : {"8206000000016100", "a2050000000161"})
    CHECK(error_of(from_hex(hex), Direction::outbound) == peer_error(Errc::zero_packet_id));
  ByteBuffer out;
  const std::uint8_t one[] = {0};
  for (const Packet& packet :
       {Packet{Puback{}}, Packet{Pubrec{}}, Packet{Pubrel{}}, Packet{Pubcomp{}}, Packet{Unsuback{}}, Packet{Suback{0, one}},
        Packet{Subscribe{0, {{"a", Qos::at_most_once}}}}, Packet{Unsubscribe{0, {"a"}}},
        Packet{Publish{"a", {}, 0, Qos::at_least_once, false, false}}})
    CHECK(encode(packet, out) == local_error(Errc::zero_packet_id));
  CHECK(out.empty());
}

TEST_CASE("codec: CONNECTs that may not be sent are refused as the broker would [MQTT-3.1.2-1] [MQTT-3.1.2-2] [MQTT-3.1.2-3]") {
  const auto code = [](const char* hex) { return error_of(from_hex(hex), Direction::outbound).code(); };
  CHECK(code("100d00044d5154540403000000" "0163") == Errc::reserved_bits);
  CHECK(code("100d00044d5154580402000000" "0163") == Errc::wrong_protocol_name);
  CHECK(code("100f00064d514973647003020000" "0001" "63") == Errc::wrong_protocol_name);
  CHECK(code("100d00044d5154540302000000" "0163") == Errc::unsupported_protocol_level);
  CHECK(code("100d00044d515454040a000000" "0163") == Errc::will_flags_without_will);
  CHECK(code("100d00044d5154540422000000" "0163") == Errc::will_flags_without_will);
  CHECK(code("101300044d515454041e000000" "0163" "000177" "00016d") == Errc::invalid_qos);
  CHECK(code("101000044d5154540442000000" "0163" "000170") == Errc::password_without_user_name);
  CHECK(code("100c00044d5154540400000000" "00") == Errc::empty_client_id);
  CHECK(code("101300044d5154540406000000" "0163" "000123" "00016d") == Errc::wildcard_in_topic_name);
}

TEST_CASE("encode: an error leaves the output as it was [MQTT-3.2.2-4]") {
  ByteBuffer out{1, 2, 3};
  CHECK(encode(Packet{Connack{true, ConnectReturnCode::not_authorized}}, out) ==
        local_error(Errc::session_present_on_refusal));
  CHECK(encode(Packet{Suback{1, {}}}, out) == local_error(Errc::no_topic_filter));
  CHECK(encode(Publish{"a", {}, 0, Qos::at_most_once, false, true}, out) == local_error(Errc::dup_on_qos0));
  CHECK(encode(Publish{"#", {}, 0, Qos::at_most_once, false, false}, out) == local_error(Errc::wildcard_in_topic_name));
  CHECK(out.size() == 3);
}

TEST_CASE("encode: the largest packet is 256 MB and five bytes; a larger one is refused before it is written") {
  const std::vector<std::uint8_t> huge(max_remaining_length);
  CHECK(check(Publish{"a", huge, 1, Qos::at_least_once, false, false}) == local_error(Errc::packet_too_large));
  CHECK_FALSE(static_cast<bool>(
      check(Publish{"a", Bytes(huge).first(max_remaining_length - 5), 1, Qos::at_least_once, false, false})));
  const std::string filter(65'535, 'f');
  Subscribe subscribe{1, std::vector<TopicRequest>(4097, TopicRequest{filter, Qos::at_most_once})};
  Unsubscribe unsubscribe{1, std::vector<std::string_view>(4097, filter)};
  ByteBuffer out;
  CHECK(encode(subscribe, out) == local_error(Errc::too_many_topic_filters));
  CHECK(encode(unsubscribe, out) == local_error(Errc::too_many_topic_filters));
  CHECK(out.empty());
}

TEST_CASE("errors: each has a sentence without a full stop, and a peer's error names a clause") {
  for (int i = 0; i <= static_cast<int>(Errc::refused_but_open); ++i) {
    const Error error = peer_error(static_cast<Errc>(i));
    CHECK_FALSE(error.message().empty());
    CHECK(error.message() != "unknown error");
    CHECK_FALSE(error.message().ends_with('.'));
  }
  CHECK(peer_error(static_cast<Errc>(255)).message() == "unknown error");
  CHECK(peer_error(static_cast<Errc>(255)).clause() == "");
}
