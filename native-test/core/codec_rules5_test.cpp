// MQTT 5 in the codec: reason codes, options, and what may not be sent.
#include <doctest/doctest.h>

#include "wasmqtt/describe.hpp"
#include "wasmqtt/topic.hpp"
#include "wasmqtt/trace.hpp"
#include "wire5.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using Id = PropertyId;

TEST_CASE("codec 5: every reason code in every packet: those of its own table and no others [MQTT5-3.4.2-1] [MQTT5-3.5.2-1] "
          "[MQTT5-3.6.2-1] [MQTT5-3.7.2-1] [MQTT5-3.9.3-2] [MQTT5-3.11.3-2] [MQTT5-3.14.2-1] [MQTT5-3.15.2-1] [MQTT5-3.2.2-8]") {
  struct Codes {
    PacketType type;
    Direction direction;
    const char* codes;
  };
  const Codes all[] = {
      {PacketType::connack, Direction::inbound, "00808182838485868788898a8c9095979 99a9b9c9d9f"},
      {PacketType::puback, Direction::outbound, "0080838790919799"},
      {PacketType::puback, Direction::inbound, "001080838790919799"},
      {PacketType::pubrec, Direction::outbound, "0080838790919799"},
      {PacketType::pubrec, Direction::inbound, "001080838790919799"},
      {PacketType::pubrel, Direction::outbound, "0092"},
      {PacketType::pubrel, Direction::inbound, "0092"},
      {PacketType::pubcomp, Direction::outbound, "0092"},
      {PacketType::pubcomp, Direction::inbound, "0092"},
      {PacketType::suback, Direction::inbound, "0001028083878f91979ea1a2"},
      {PacketType::unsuback, Direction::inbound, "0011808387 8f91"},
      {PacketType::disconnect, Direction::outbound, "0004808182839093949596979899 9b"},
      {PacketType::disconnect, Direction::inbound,
       "0080818283878 98b8c8d8e8f90939495969798999a9b9c9d9e9fa0a1a2"},
      {PacketType::auth, Direction::outbound, "1819"},
      {PacketType::auth, Direction::inbound, "0018"},
  };
  for (const Codes& one : all) {
    CAPTURE(name_of(one.type));
    const auto legal = from_hex(one.codes);
    for (unsigned number = 0; number < 256; ++number) {
      CAPTURE(number);
      const auto code = static_cast<std::uint8_t>(number);
      const bool expected = std::find(legal.begin(), legal.end(), code) != legal.end();
      CHECK(is_allowed(static_cast<ReasonCode>(code), one.type, one.direction) == expected);
      ByteBuffer bytes;
      const std::uint8_t first = static_cast<std::uint8_t>(static_cast<unsigned>(one.type) << 4 | required_flags(one.type));
      switch (one.type) {
        case PacketType::connack: bytes = {first, 3, 0, code, 0}; break;
        case PacketType::suback:
        case PacketType::unsuback: bytes = {first, 4, 0, 1, 0, code}; break;
        case PacketType::disconnect: bytes = {first, 1, code}; break;
        case PacketType::auth: bytes = {first, 6, code, 4, 0x15, 0, 1, 'M'}; break;
        default: bytes = {first, 3, 0, 1, code}; break;
      }
      CHECK(decode5(bytes, one.direction).error() == (expected ? Error{} : peer_error(Errc::reserved_reason_code)));
      if (expected) CHECK(describe(static_cast<ReasonCode>(code)) != "Unknown reason");
    }
  }
  CHECK(describe(static_cast<ReasonCode>(3)) == "Unknown reason");
  CHECK(from_return_code(ConnectReturnCode::accepted) == ReasonCode::success);
  CHECK(from_return_code(ConnectReturnCode::not_authorized) == ReasonCode::not_authorized);
  CHECK(from_return_code(static_cast<ConnectReturnCode>(6)) == ReasonCode::unspecified_error);
}

TEST_CASE("codec 5: a code that a packet does not know leaves id and code, so that the message can be settled [MQTT5-4.4.0-2]") {
  const auto bytes = from_hex("4003000795");
  Acknowledgement packet;
  CHECK(decode_acknowledgement({bytes[0], Bytes(bytes).subspan(2), bytes}, packet, v5) == peer_error(Errc::reserved_reason_code));
  CHECK(packet.packet_id == 7);
  CHECK(packet.reason_code == ReasonCode::packet_too_large);
  const auto bad_property = from_hex("400600078702" "0501");
  CHECK(decode_acknowledgement({bad_property[0], Bytes(bad_property).subspan(2), bad_property}, packet, v5) ==
        peer_error(Errc::unknown_property));
  CHECK(packet.reason_code == ReasonCode::not_authorized);
}

TEST_CASE("codec 5: the short and the long spelling of an answer mean the same, and the short one is written") {
  for (const char* hex : {"40020001", "4003000100", "400400010000"}) {
    const auto packet = decode5(from_hex(hex), Direction::inbound);
    REQUIRE(packet.has_value());
    CHECK(*packet == Packet{Puback{1}});
  }
  for (const char* hex : {"e000", "e00100", "e0020000"}) {
    const auto packet = decode5(from_hex(hex), Direction::inbound);
    REQUIRE(packet.has_value());
    CHECK(*packet == Packet{Disconnect{}});
  }
  CHECK(decode5(from_hex("4005000100" "0000"), Direction::inbound).error() == peer_error(Errc::trailing_bytes));
  CHECK(decode5(from_hex("f000"), Direction::inbound).error() == peer_error(Errc::no_authentication_method));
  CHECK(decode5(from_hex("f00100"), Direction::inbound).error() == peer_error(Errc::no_authentication_method));
  CHECK(decode5(from_hex("f0020000"), Direction::inbound).error() == peer_error(Errc::no_authentication_method));
}

TEST_CASE("codec 5: SUBSCRIBE's options, and shared subscriptions [MQTT5-3.8.3-5] [MQTT5-3.8.3-4] [MQTT5-4.8.2-1] [MQTT5-4.8.2-2]") {
  for (unsigned options = 0; options < 256; ++options) {
    ByteBuffer bytes = from_hex("8207000100" "000161");
    bytes.push_back(static_cast<std::uint8_t>(options));
    const bool legal = options < 0x30 && (options & 3) != 3;
    CHECK(decode5(bytes, Direction::outbound).has_value() == legal);
  }
  struct Filter {
    const char* filter;
    Errc error;
    const char* rest;
  };
  for (const Filter& one : {Filter{"$share/g/t", Errc::ok, "t"}, Filter{"$share/g//t", Errc::ok, "/t"},
                            Filter{"$share/g/#", Errc::ok, "#"}, Filter{"$share/g/$share/h/t", Errc::ok, "$share/h/t"},
                            Filter{"$share", Errc::ok, "$share"}, Filter{"a/$share/g/t", Errc::ok, "a/$share/g/t"},
                            Filter{"$share/", Errc::bad_shared_subscription, ""}, Filter{"$share/g", Errc::bad_shared_subscription, ""},
                            Filter{"$share//t", Errc::bad_shared_subscription, ""}, Filter{"$share/g/", Errc::bad_shared_subscription, ""},
                            Filter{"$share/+/t", Errc::bad_shared_subscription, ""}, Filter{"$share/#", Errc::bad_shared_subscription, ""},
                            Filter{"$share/g+/t", Errc::bad_wildcard, ""}, Filter{"$share/g/a+", Errc::bad_wildcard, ""}}) {
    CAPTURE(one.filter);
    CHECK(check_subscription(one.filter).code() == one.error);
    ByteBuffer out;
    const Subscribe packet{1, {{one.filter, Qos::at_most_once}}};
    CHECK(encode(packet, out, v5).code() == one.error);
    if (one.error == Errc::ok) CHECK(without_share(one.filter) == one.rest);
    // In 3.1.1 the name is a convention of some brokers, and such a filter one like any other.
    if (one.error == Errc::bad_shared_subscription) CHECK_FALSE(static_cast<bool>(encode(packet, out)));
  }
  ByteBuffer out;
  CHECK(encode(Subscribe{1, {{"$share/g/t", Qos::at_most_once, true}}}, out, v5) ==
        local_error(Errc::no_local_on_shared_subscription));
  CHECK(decode5(from_hex("8210000100" "000a2473686172652f672f74" "04"), Direction::outbound).error() ==
        peer_error(Errc::no_local_on_shared_subscription));
  CHECK(out.empty());
}

TEST_CASE("codec 5: what 3.1.1 has no place for is refused there, and nothing is written") {
  ByteBuffer out;
  for (const Packet& packet :
       {Packet{Auth{}}, Packet{Puback{1, ReasonCode::not_authorized}}, Packet{Pubrec{1, ReasonCode::success, reason()}},
        Packet{Disconnect{ReasonCode::disconnect_with_will_message}}, Packet{Unsuback{1, ended}},
        Packet{Connack{false, {}, ReasonCode::banned}}, Packet{Suback{1, granted, reason()}},
        Packet{Publish{"a", {}, 0, Qos::at_most_once, false, false, reason()}},
        Packet{Subscribe{1, {{"a", Qos::at_most_once, true}}}}, Packet{Unsubscribe{1, {"a"}, reason()}},
        Packet{Connect{.client_id = "c", .properties = reason()}},
        Packet{Connect{.client_id = "c", .will = Will{.topic = "w", .properties = reason()}}}})
    CHECK(encode(packet, out) == local_error(Errc::not_in_this_version));
  CHECK(out.empty());
  encode_acknowledgement(PacketType::puback, {1, ReasonCode::not_authorized, reason()}, out);
  CHECK(to_hex(out) == "40020001");
  const auto auth = from_hex("f000");
  CHECK(check_header({auth[0], {}, auth}, Direction::inbound) == peer_error(Errc::reserved_packet_type));
  const auto disconnect = from_hex("e000");
  CHECK(check_header({disconnect[0], {}, disconnect}, Direction::inbound) == peer_error(Errc::wrong_direction));
}

TEST_CASE("codec 5: what may not be sent is refused, and nothing is written [MQTT5-3.3.4-6] [MQTT5-3.3.2-8] [MQTT5-3.6.2-1]") {
  ByteBuffer out;
  const PropertyList& identifier = one(Id::subscription_identifier, 1u);
  CHECK(encode(Publish{"a", {}, 0, Qos::at_most_once, false, false, identifier}, out, v5) ==
        local_error(Errc::property_not_allowed));
  CHECK(encode(Publish{"", {}, 0, Qos::at_most_once, false, false}, out, v5) == local_error(Errc::empty_topic));
  CHECK(encode(Packet{Pubrel{1, ReasonCode::unspecified_error}}, out, v5) == local_error(Errc::reserved_reason_code));
  CHECK(encode(Packet{Puback{1, ReasonCode::no_matching_subscribers}}, out, v5) == local_error(Errc::reserved_reason_code));
  CHECK(encode(Packet{Disconnect{ReasonCode::session_taken_over}}, out, v5) == local_error(Errc::reserved_reason_code));
  CHECK(encode(Packet{Auth{ReasonCode::continue_authentication, {}}}, out, v5) == local_error(Errc::no_authentication_method));
  CHECK(encode(Packet{Connack{true, {}, ReasonCode::banned}}, out, v5) == local_error(Errc::session_present_on_refusal));
  CHECK(encode(Packet{Connack{false, ConnectReturnCode::not_authorized}}, out, v5) == local_error(Errc::reserved_reason_code));
  CHECK(encode(Packet{Unsuback{1}}, out, v5) == local_error(Errc::no_topic_filter));
  CHECK(out.empty());
  const std::vector<std::uint8_t> huge(max_remaining_length);
  CHECK(check(Publish{"a", Bytes(huge).first(max_remaining_length - 5), 1, Qos::at_least_once, false, false}, v5) ==
        local_error(Errc::packet_too_large));
  CHECK_FALSE(static_cast<bool>(
      check(Publish{"a", Bytes(huge).first(max_remaining_length - 6), 1, Qos::at_least_once, false, false}, v5)));
}

TEST_CASE("codec 5: CONNECT: a password without user name, an empty id without a clean start, another version [MQTT5-3.1.2-2] "
          "[MQTT5-3.1.2-19] [MQTT5-3.1.3-3]") {
  ByteBuffer out;
  CHECK_FALSE(static_cast<bool>(encode(Connect{.clean_session = false, .password = as_bytes("pw")}, out, v5)));
  CHECK(to_hex(out) == "101100044d5154540540000000" "0000" "00027077");
  CHECK(decode5(from_hex("100d00044d515454040200000001" "63"), Direction::outbound).error() ==
        peer_error(Errc::unsupported_protocol_level));
  CHECK(decode5(from_hex("100e00044d5154540503003c00000163"), Direction::outbound).error() == peer_error(Errc::reserved_bits));
}

TEST_CASE("frames 5: a remaining length longer than needed is refused; 3.1.1 takes it [MQTT5-1.5.5-1]") {
  for (const char* hex : {"d08000", "d0808000", "d080808000", "208300000000", "20ff00"}) {
    const auto bytes = from_hex(hex);
    FrameReader reader(1000);
    reader.reset(v5);
    Frame frame;
    for (const std::uint8_t byte : bytes) {
      reader.feed({&byte, 1});
      if (reader.next(frame) == FrameReader::Status::error) break;
    }
    CHECK(reader.error() == peer_error(Errc::malformed_variable_integer));
    reader.reset();
    reader.feed(bytes);
    CHECK_FALSE(reader.next(frame) == FrameReader::Status::error);
  }
}

TEST_CASE("trace: MQTT 5's passwords and authentication data are masked, wherever the properties push them") {
  PropertyList login;
  REQUIRE_FALSE(static_cast<bool>(login.add(Id::authentication_method, "M")));
  REQUIRE_FALSE(static_cast<bool>(login.add(Id::authentication_data, as_bytes("SECRET"))));
  REQUIRE_FALSE(static_cast<bool>(login.add_user_property("k", "v")));
  const PropertyList& delay = one(Id::will_delay_interval, 1u);
  const PropertyList& method = login;
  PacketTrace trace({10, 10'000, 1000});
  const auto shown = [&](const Packet& packet, Direction direction) {
    ByteBuffer bytes;
    REQUIRE_FALSE(static_cast<bool>(encode(packet, bytes, v5, direction)));
    trace.record({}, direction, bytes);
    const TraceEntry& entry = trace[trace.end() - 1];
    CHECK(entry.packet_id == 0);
    CHECK(entry.size == bytes.size());
    return std::string(as_text(trace.bytes(entry)));
  };
  const Will will{"w", as_bytes("MESSAGE"), Qos::at_most_once, false, delay};
  for (const bool with_will : {false, true}) {
    for (const bool with_user : {false, true}) {
      Connect packet{.client_id = "client", .password = as_bytes("PASSWORD"), .properties = method};
      if (with_will) packet.will = will;
      if (with_user) packet.user_name = "user";
      const std::string text = shown(packet, Direction::outbound);
      CHECK(text.find("PASSWORD") == std::string::npos);
      CHECK(text.ends_with("********"));
      CHECK(text.find("SECRET") == std::string::npos);
      CHECK(text.find("client") != std::string::npos);
      CHECK((text.find("MESSAGE") != std::string::npos) == with_will);
      CHECK((text.find("user") != std::string::npos) == with_user);
    }
  }
  for (const Direction direction : {Direction::outbound, Direction::inbound})
    CHECK(shown(Auth{ReasonCode::continue_authentication, method}, direction).find("SECRET") == std::string::npos);
  CHECK(shown(Connack{false, {}, {}, method}, Direction::inbound).find("SECRET") == std::string::npos);
  CHECK(describe(Auth{ReasonCode::continue_authentication, method}).find("SECRET") == std::string::npos);
}
