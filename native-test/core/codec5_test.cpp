// MQTT 5 in the codec: each packet there and back with its words, and the ladder of malformed ones, for every property in
// every packet made from the table of properties.
#include <doctest/doctest.h>

#include "wasmqtt/describe.hpp"
#include "wasmqtt/topic.hpp"
#include "wasmqtt/trace.hpp"
#include "wire5.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using Id = PropertyId;

namespace {

struct Sample {
  Packet packet;
  Direction direction;
  const char* hex;
  const char* words;
};

std::vector<Sample> samples() {
  const Direction out = Direction::outbound;
  const Direction in = Direction::inbound;
  Will will{"w", as_bytes("m"), Qos::at_least_once, true, one(Id::will_delay_interval, 9u)};
  return {
      {Connect{true, 60, "c", {}, {}, {}, {}}, out, "100e00044d5154540502003c00000163", "CONNECT client_id=c clean_session keep_alive=60"},
      {Connect{false, 0, "", will, {}, as_bytes("pw"), one(Id::session_expiry_interval, 5u)}, out,
       "102200044d515454056c0000051100000005" "0000" "051800000009" "000177" "00016d" "00027077",
       "CONNECT client_id= keep_alive=0 will=w qos=1 will_delay_interval=9 password=(masked) session_expiry_interval=5"},
      {Connack{true}, in, "2003010000", "CONNACK return_code=0 session_present"},
      {Connack{false, {}, ReasonCode::banned, reason()}, in, "200f008a0c1f00026e6f2600016b000176",
       "CONNACK reason_code=138 (Banned) reason_string=no user_property=k:v"},
      {Publish{"a", as_bytes("hi"), 0, Qos::at_most_once, true, false}, in, "31060001610068" "69",
       "PUBLISH topic=a qos=0 retain payload=2 bytes"},
      {Publish{"", as_bytes("hi"), 7, Qos::at_least_once, false, true, one(Id::topic_alias, 3u)}, out,
       "3a0a0000000703230003" "6869", "PUBLISH topic= qos=1 id=7 dup topic_alias=3 payload=2 bytes"},
      {Puback{1}, out, "40020001", "PUBACK id=1"},
      {Puback{1, ReasonCode::quota_exceeded}, in, "4003000197", "PUBACK id=1 reason_code=151 (Quota exceeded)"},
      {Pubrec{256, ReasonCode::no_matching_subscribers, reason()}, in, "50100100100c1f00026e6f2600016b000176",
       "PUBREC id=256 reason_code=16 (No matching subscribers) reason_string=no user_property=k:v"},
      {Pubrel{65'535, ReasonCode::packet_identifier_not_found}, out, "6203ffff92",
       "PUBREL id=65535 reason_code=146 (Packet Identifier not found)"},
      {Pubcomp{2, ReasonCode::success, one(Id::reason_string, "x")}, out, "70080002" "00041f000178",
       "PUBCOMP id=2 reason_string=x"},
      {Subscribe{3,
                 {{"a", Qos::at_least_once, true, true, RetainHandling::do_not_send}, {"$share/g/#", Qos::at_most_once}},
                 one(Id::subscription_identifier, 200u)},
       out, "8217000303" "0bc801" "0001612d" "000a2473686172652f672f2300",
       "SUBSCRIBE id=3 a qos=1 no_local retain_as_published retain_handling=2 $share/g/# qos=0 subscription_identifier=200"},
      {Suback{3, granted}, in, "9009000300" "000102" "8087a2", "SUBACK id=3 return_codes=0,1,2,128,135,162"},
      {Unsubscribe{4, {"a", "b"}}, out, "a2090004000001610001" "62", "UNSUBSCRIBE id=4 a b"},
      {Unsuback{4, ended}, in, "b006000400" "00118f", "UNSUBACK id=4 reason_codes=0,17,143"},
      {Pingreq{}, out, "c000", "PINGREQ"},
      {Pingresp{}, in, "d000", "PINGRESP"},
      {Disconnect{}, out, "e000", "DISCONNECT"},
      {Disconnect{ReasonCode::disconnect_with_will_message}, out, "e00104",
       "DISCONNECT reason_code=4 (Disconnected with the will message)"},
      {Disconnect{ReasonCode::server_moved, one(Id::server_reference, "h")}, in, "e0069d041c000168",
       "DISCONNECT reason_code=157 (Server moved) server_reference=h"},
      {Auth{ReasonCode::success, one(Id::authentication_method, "M")}, in, "f006000415000" "14d", "AUTH authentication_method=M"},
      {Auth{ReasonCode::re_authenticate, one(Id::authentication_method, "M")}, out, "f006190415000" "14d",
       "AUTH reason_code=25 (Re-authenticate) authentication_method=M"},
  };
}

}  // namespace

TEST_CASE("codec 5: each packet encodes to its bytes, decodes to itself, and has its words [MQTT5-2.2.2-1] [MQTT5-2.1.3-1]") {
  for (const Sample& sample : samples()) {
    CAPTURE(sample.words);
    ByteBuffer out{0xaa};
    const Error error = encode(sample.packet, out, v5, sample.direction);
    CHECK(error.message() == "no error");
    CHECK(to_hex(Bytes(out).subspan(1)) == sample.hex);
    const auto decoded = decode5(Bytes(out).subspan(1), sample.direction);
    CHECK(decoded.error().message() == "no error");
    REQUIRE(decoded.has_value());
    CHECK(*decoded == sample.packet);
    CHECK(describe(sample.packet) == sample.words);
    if (const Publish* publish = std::get_if<Publish>(&sample.packet)) CHECK(encoded_size(*publish, v5) == out.size() - 1);
  }
}

TEST_CASE("codec 5: no two samples are equal") {
  const auto all = samples();
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < all.size(); ++j) CHECK((all[i].packet == all[j].packet) == (i == j));
  }
}

TEST_CASE("codec 5: wrong flags, cut ends and bytes too many are refused in every packet [MQTT5-2.1.3-1] [MQTT5-3.15.1-1]") {
  for (const Sample& sample : samples()) {
    CAPTURE(sample.words);
    const auto right = from_hex(sample.hex);
    const PacketType type = type_of(sample.packet);
    for (unsigned flags = 0; flags < 16 && type != PacketType::publish; ++flags) {
      auto bytes = right;
      bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0xf0) | flags);
      CHECK(decode5(bytes, sample.direction).error() == (bytes == right ? Error{} : peer_error(Errc::wrong_flags)));
    }
    for (std::size_t size = 0; size + 2 < right.size(); ++size) {
      CAPTURE(size);
      ByteBuffer cut(right.begin(), right.begin() + 2 + static_cast<std::ptrdiff_t>(size));
      cut[1] = static_cast<std::uint8_t>(size);
      const auto decoded = decode5(cut, sample.direction);
      // Short forms, fewer filters or codes, and less payload are packets too.
      if (decoded.has_value()) CHECK_FALSE(*decoded == sample.packet);
      else CHECK(decoded.error().side() == Side::peer);
    }
    auto longer = right;
    ++longer[1];
    longer.push_back(0);
    const bool takes_more = type == PacketType::publish || type == PacketType::suback || type == PacketType::unsuback;
    const bool short_form = right.size() == 4 || (type == PacketType::disconnect && right.size() <= 3) ||
                            (right.size() == 5 && type != PacketType::connack);
    if (!takes_more && !short_form) CHECK(static_cast<bool>(decode5(longer, sample.direction).error()));
  }
}

TEST_CASE("codec 5: every property in every packet: legal, at the wrong place, twice, cut, out of range, no text [MQTT5-1.5.4-1] [MQTT5-1.5.4-2]") {
  int legal = 0;
  for (const Place& place : places) {
    CAPTURE(place.name);
    for (unsigned number = 0; number < 0x80; ++number) {
      CAPTURE(number);
      const auto id = static_cast<std::uint8_t>(number);
      const auto error = [&](const ByteBuffer& properties) {
        return decode5(packet_at(place, with_method(place.host, properties)), place.direction).error();
      };
      const ByteBuffer sample = sample_of(id);
      const PropertyRule* rule = find_rule(id);
      if (rule == nullptr) {
        CHECK(error(sample) == peer_error(Errc::unknown_property));
        CHECK(error({id}) == peer_error(Errc::unknown_property));
        continue;
      }
      if (!rule->allowed_in(place.host, place.direction)) {
        CHECK(error(sample) == peer_error(Errc::property_not_allowed));
        CHECK(decode5(packet_at(place, ByteBuffer{id}), place.direction).error() == peer_error(Errc::property_not_allowed));
        continue;
      }
      ++legal;
      // Legal, and the same again when it was encoded.
      const ByteBuffer bytes = packet_at(place, with_method(place.host, sample));
      const auto decoded = decode5(bytes, place.direction);
      REQUIRE(decoded.has_value());
      ByteBuffer again;
      CHECK_FALSE(static_cast<bool>(encode(*decoded, again, v5, place.direction)));
      CHECK(to_hex(again) == to_hex(bytes));
      // Twice.
      ByteBuffer twice = sample;
      append(twice, sample);
      const bool many = rule->may_repeat(place.host, place.direction);
      CHECK(error(twice) == (many ? Error{} : peer_error(Errc::repeated_property)));
      // Cut at every place, with the property length as it then is, and as it was.
      for (std::size_t size = 1; size < sample.size(); ++size) {
        const Bytes cut = Bytes(sample).first(size);
        CHECK(decode5(packet_at(place, cut), place.direction).error() == peer_error(Errc::truncated));
        const Error overrun = decode5(packet_at(place, cut, sample.size() + 300), place.direction).error();
        CHECK(overrun == peer_error(Errc::truncated));
      }
      // Its identifier, and the length of all, longer than needed.
      ByteBuffer padded{static_cast<std::uint8_t>(id | 0x80), 0};
      append(padded, Bytes(sample).subspan(1));
      CHECK(error(padded) == peer_error(Errc::malformed_variable_integer));
      // What its type and range forbid.
      switch (rule->range) {
        case PropertyRange::any: break;
        case PropertyRange::flag: CHECK(error({id, 2}) == peer_error(Errc::property_out_of_range)); break;
        case PropertyRange::not_zero: {
          ByteBuffer zero = rule->type == PropertyType::variable ? ByteBuffer{id, 0} : sample;
          std::fill(zero.begin() + 1, zero.end(), std::uint8_t{0});
          CHECK(error(zero) == peer_error(id == static_cast<std::uint8_t>(Id::topic_alias) ? Errc::zero_topic_alias
                                                                                         : Errc::property_out_of_range));
        }
      }
      if (rule->type < PropertyType::text) continue;
      for (const auto& [byte, expected] : {std::pair{0xff, Errc::ill_formed_utf8}, std::pair{0, Errc::nul_in_string}}) {
        for (const std::size_t at : {std::size_t{3}, sample.size() - 1}) {
          ByteBuffer bad = sample;
          bad[at] = static_cast<std::uint8_t>(byte);
          CHECK(error(bad) == (rule->type == PropertyType::binary ? Error{} : peer_error(expected)));
        }
      }
    }
    // A property length that lies, and one that is longer than needed.
    CHECK(decode5(packet_at(place, {}, 200), place.direction).error() == peer_error(Errc::truncated));
    ByteBuffer padded = from_hex(place.before);
    padded.insert(padded.begin() + 1, 0);
    append(padded, from_hex("8000"));
    append(padded, from_hex(place.behind));
    padded[1] = static_cast<std::uint8_t>(padded.size() - 2);
    CHECK(decode5(padded, place.direction).error() == peer_error(Errc::malformed_variable_integer));
  }
  CHECK(legal == 85);
}
