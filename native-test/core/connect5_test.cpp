// MQTT 5: what CONNECT says, and what CONNACK does to a session.
#include "connection5.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Id = PropertyId;

TEST_CASE("mqtt 5: CONNECT is version 5 with property lengths, and says nothing that was not asked for [MQTT5-3.1.0-1] "
          "[MQTT5-3.1.2-1] [MQTT5-3.1.2-2] [MQTT5-2.2.2-1]") {
  Link link(Link::mqtt5());
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  CHECK(to_hex(link.wire) == "101200044d5154540502003c00" "0005616c696365");
  CHECK(link.client.version() == ProtocolVersion::mqtt_5);
}

TEST_CASE("mqtt 5: CONNECT carries expiry, limits, the application's own properties and those of the will [MQTT5-3.1.2-9] "
          "[MQTT5-3.1.3-1]") {
  ClientOptions options = Link::mqtt5(false);
  options.session_expiry = never_expires;
  options.receive_maximum = 10;
  options.max_packet_bytes = 1000;
  options.topic_alias_maximum = 5;
  REQUIRE_FALSE(static_cast<bool>(options.properties.add_user_property("k", "v")));
  options.will = WillOptions{"w", {}, Qos::at_least_once, true, list_of({{Id::will_delay_interval, 30}})};
  options.password = std::vector<std::uint8_t>{1};  // without a user name
  Link link(options);
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  const Connect packet = link.expect<Connect>();
  CHECK(describe(packet) == "CONNECT client_id=alice keep_alive=60 will=w qos=1 will_delay_interval=30 password=(masked) "
                            "session_expiry_interval=4294967295 receive_maximum=10 maximum_packet_size=1000 "
                            "topic_alias_maximum=5 user_property=k:v");
}

TEST_CASE("mqtt 5: options that can't be sent are refused before anything is: no window, a property twice or at the wrong place") {
  for (const auto& spoil : {+[](ClientOptions& o) { o.receive_maximum = 0; },
                            +[](ClientOptions& o) { o.properties = list_of({{Id::session_expiry_interval, 1}}); },
                            +[](ClientOptions& o) { o.properties = list_of({{Id::topic_alias, 1}}); },
                            +[](ClientOptions& o) { o.will = WillOptions{"w", {}, {}, false, list_of({{Id::topic_alias, 1}})}; }}) {
    ClientOptions options = Link::mqtt5(false);
    spoil(options);
    Link link(options);
    CHECK(link.open().side() == Side::local);
    CHECK(static_cast<bool>(link.open()));
    CHECK(link.quiet());
    // None of it matters to 3.1.1.
    options.protocol = Protocol::mqtt_3_1_1;
    Link old(options);
    CHECK_FALSE(static_cast<bool>(old.open()));
    CHECK(old.expect<Connect>().properties.empty());
  }
}

TEST_CASE("mqtt 5: a refusal is told with its code, its words and where the broker has gone [MQTT5-3.2.2-7] [MQTT5-3.1.3-8]") {
  Link link(Link::mqtt5());
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  PropertyList list;
  REQUIRE_FALSE(static_cast<bool>(list.add(Id::reason_string, "not \x1b here")));
  REQUIRE_FALSE(static_cast<bool>(list.add(Id::server_reference, "b.example")));
  link.receive(Connack{false, {}, ReasonCode::server_moved, list});
  REQUIRE(link.closed);
  CHECK(link.closed->cause == CloseRecord::Cause::refused);
  CHECK(link.closed->reason_code == ReasonCode::server_moved);
  CHECK(link.closed->return_code == ConnectReturnCode::server_unavailable);
  CHECK(link.closed->server_reference == "b.example");
  CHECK(link.closed->sentence() ==
        "The broker refused the connection: Server moved (code 157: not \\u001b here). It names another address: b.example.");
}

TEST_CASE("mqtt 5: an assigned client id is adopted for every later attempt; one's own is kept [MQTT5-3.1.3-7] [MQTT5-3.2.2-16]") {
  for (const bool own : {false, true}) {
    ClientOptions options = Link::mqtt5(false);
    options.client_id = own ? "mine" : "";
    Link link(options);
    REQUIRE_FALSE(static_cast<bool>(link.connack_properties.add(Id::assigned_client_identifier, "given")));
    link.connect();
    CHECK(link.client.options().client_id == (own ? "mine" : "given"));
    link.cut();
    REQUIRE_FALSE(static_cast<bool>(link.open()));
    CHECK(link.expect<Connect>().client_id == (own ? "mine" : "given"));
  }
}

TEST_CASE("mqtt 5: the server's keep-alive replaces ours for this connection, 0 turns it off [MQTT5-3.1.2-21] [MQTT5-3.2.2-21] "
          "[MQTT5-3.1.2-20]") {
  Connection shorter({{Id::server_keep_alive, 5}});
  shorter.advance(6s);
  shorter.expect<Pingreq>();
  Connection longer({{Id::server_keep_alive, 100}});
  longer.advance(70s);
  CHECK(longer.quiet());
  longer.advance(35s);
  longer.expect<Pingreq>();
  Connection none({{Id::server_keep_alive, 0}});
  none.advance(1h);
  CHECK(none.quiet());
  // The next CONNECT asks for our own again.
  shorter.cut();
  REQUIRE_FALSE(static_cast<bool>(shorter.open()));
  CHECK(shorter.expect<Connect>().keep_alive == 60);
}

TEST_CASE("mqtt 5: Session Present after a clean start ends the connection, for its session can't be ours [MQTT5-3.2.2-2] [MQTT5-3.2.2-4]") {
  Link link(Link::mqtt5(true));
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  link.expect<Connect>();
  link.receive(Connack{true});
  REQUIRE(link.closed);
  CHECK(link.closed->error == peer_error(Errc::unexpected_session_present));
  CHECK(link.closed->sentence().find("[MQTT-3.2.2-4]") != std::string::npos);
  CHECK(link.expect<Disconnect>().reason_code == ReasonCode::protocol_error);
}

TEST_CASE("mqtt 5: a state that has run out is not resumed: the next CONNECT asks for a clean start [MQTT5-3.1.2-23] [MQTT5-3.2.2-4]") {
  const auto next_is_clean = [](std::uint32_t ours, std::optional<std::uint32_t> theirs, Duration gap) {
    ClientOptions options = Link::mqtt5(false);
    options.session_expiry = ours;
    Link link(options);
    if (theirs) link.connack_properties = list_of({{Id::session_expiry_interval, *theirs}});
    link.connect();
    link.cut();
    link.advance(gap);
    REQUIRE_FALSE(static_cast<bool>(link.open()));
    return link.expect<Connect>().clean_session;
  };
  CHECK_FALSE(next_is_clean(100, {}, 99s));
  CHECK(next_is_clean(100, {}, 100s));
  CHECK(next_is_clean(100, 10, 11s));
  CHECK_FALSE(next_is_clean(10, 100, 11s));
  CHECK_FALSE(next_is_clean(never_expires, {}, 24h * 1000));
  CHECK(next_is_clean(0, {}, 0s));
}

TEST_CASE("mqtt 5: when the state has run out, what is unfinished goes out as new messages [MQTT5-3.2.2-5] [MQTT5-3.1.2-4]") {
  ClientOptions options = Link::mqtt5(false);
  options.session_expiry = 10;
  Link link(options);
  link.connect();
  const Delivery delivery = link.publish("a", "x", Qos::at_least_once);
  link.expect<Publish>();
  link.cut();
  link.advance(1min);
  link.connect(false);
  CHECK_FALSE(link.expect<Publish>().dup);
  CHECK(link.lost.size() == 1);
  CHECK(link.fate(delivery) == "sent sent");
}

TEST_CASE("mqtt 5: an authentication method that was not asked for, or is another one, ends the connection [MQTT5-4.12.0-5] "
          "[MQTT5-4.12.0-6]") {
  const auto outcome = [](const char* ours, const char* theirs) {
    ClientOptions options = Link::mqtt5(false);
    if (ours != nullptr) REQUIRE_FALSE(static_cast<bool>(options.properties.add(Id::authentication_method, ours)));
    Link link(options);
    REQUIRE_FALSE(static_cast<bool>(link.open()));
    link.expect<Connect>();
    PropertyList list;
    if (theirs != nullptr) REQUIRE_FALSE(static_cast<bool>(list.add(Id::authentication_method, theirs)));
    link.receive(Connack{false, {}, {}, list});
    return link.closed ? link.closed->error.code() : Errc::ok;
  };
  CHECK(outcome(nullptr, nullptr) == Errc::ok);
  CHECK(outcome("M", "M") == Errc::ok);
  CHECK(outcome("M", nullptr) == Errc::wrong_authentication_method);
  CHECK(outcome("M", "N") == Errc::wrong_authentication_method);
  CHECK(outcome(nullptr, "M") == Errc::unexpected_authentication);
}
