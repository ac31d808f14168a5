// MQTT 5's enhanced authentication: its time, its size, and what shows of it.
#include "exchange5.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Id = PropertyId;

TEST_CASE("mqtt 5: one time limit covers a whole exchange, however many packets it has, and another one what comes later") {
  Exchange link;
  link.begin();
  link.advance(15s - 1us);
  CHECK_FALSE(link.closed);
  link.advance(1us);
  REQUIRE(link.closed);
  CHECK(link.closed->error == local_error(Errc::no_connack));
  link.wire.clear();

  link.begin();
  for (int i = 0; i < 14; ++i) {
    link.advance(1s);
    link.ask();
    CHECK_FALSE(static_cast<bool>(link.answer()));
    link.expect<Auth>();
  }
  link.advance(1s);
  REQUIRE(link.closed);
  CHECK(link.closed->error == local_error(Errc::no_authentication));
  CHECK(link.closed->sentence() == "The authentication was not finished in time.");

  // A question that is not answered here counts as well.
  link.begin();
  link.ask();
  link.advance(15s);
  CHECK(link.closed->error == local_error(Errc::no_authentication));

  Exchange live;
  live.establish();
  live.advance(1h);
  while (!live.quiet()) live.expect<Pingreq>();
}

TEST_CASE("mqtt 5: authenticating again has its time, whatever else goes on") {
  Exchange link;
  link.establish();
  link.advance(1s);
  CHECK_FALSE(static_cast<bool>(link.renew()));
  link.expect<Auth>();
  for (int i = 0; i < 14; ++i) {
    link.advance(1s);
    link.publish("a", "x", Qos::at_least_once);
    link.receive(Puback{link.expect<Publish>().packet_id});
  }
  CHECK_FALSE(link.closed);
  link.advance(1s);
  REQUIRE(link.closed);
  CHECK(link.closed->error == local_error(Errc::no_authentication));

  Exchange other;
  other.establish();
  CHECK_FALSE(static_cast<bool>(other.renew()));
  other.expect<Auth>();
  other.advance(14s);
  other.ask("", ReasonCode::success);
  other.advance(14s);
  CHECK(other.client.connected());
}

TEST_CASE("mqtt 5: AUTH that is too large for the broker loses its words, and is refused when that is not enough [MQTT5-3.15.2-2] "
          "[MQTT5-3.15.2-3]") {
  Exchange link;
  REQUIRE_FALSE(static_cast<bool>(link.connack_properties.add(Id::maximum_packet_size, 20)));
  link.establish();
  PropertyList words;
  REQUIRE_FALSE(static_cast<bool>(words.add(Id::reason_string, "r")));
  REQUIRE_FALSE(static_cast<bool>(words.add_user_property("k", "v")));
  CHECK_FALSE(static_cast<bool>(link.renew("5", words)));
  CHECK(describe(link.expect<Auth>()) ==
        "AUTH reason_code=25 (Re-authenticate) authentication_method=M authentication_data=(masked)");
  link.ask();
  CHECK(link.answer("0123456789") == local_error(Errc::above_server_limit));
  CHECK_FALSE(static_cast<bool>(link.answer("012345678")));
  link.expect<Auth>();
  CHECK(link.current.size() == 20);
  link.ask();
  CHECK_FALSE(static_cast<bool>(link.answer("", words)));
  CHECK(link.expect<Auth>().properties.text(Id::reason_string) == "r");
}

TEST_CASE("mqtt 5: what AUTH may not carry is refused, and the exchange stays where it is") {
  Exchange link;
  link.begin();
  link.ask();
  PropertyList expiry;
  REQUIRE_FALSE(static_cast<bool>(expiry.add(Id::session_expiry_interval, 1)));
  CHECK(link.answer("3", expiry) == local_error(Errc::property_not_allowed));
  CHECK(link.answer("3", named("M")) == local_error(Errc::repeated_property));
  CHECK(link.answer(std::string(65'536, 'x')) == local_error(Errc::string_too_long));
  CHECK(link.quiet());
  CHECK_FALSE(static_cast<bool>(link.answer()));
  link.expect<Auth>();

  for (const auto& spoil : {+[](ClientOptions& o) { o.authentication.method = "\xff"; },
                            +[](ClientOptions& o) { o.authentication.data.resize(65'536); },
                            +[](ClientOptions& o) { o.properties = named("N"); }}) {
    ClientOptions options = with_method();
    spoil(options);
    Link bad(options);
    CHECK(bad.open().side() == Side::local);
    CHECK(bad.quiet());
  }
}

TEST_CASE("mqtt 5: after disconnect() no AUTH follows, and CONNACK's data can still be answered by it [MQTT5-3.14.4-1]") {
  Exchange link;
  link.begin();
  link.ask();
  link.client.disconnect(link.now);
  CHECK(link.answer() == local_error(Errc::authentication_out_of_turn));
  link.expect<Disconnect>();
  CHECK(link.quiet());

  Exchange told;
  told.begin();
  ByteBuffer bytes;
  REQUIRE_FALSE(static_cast<bool>(encode(Packet{Connack{false, {}, {}, named("M")}}, bytes, ProtocolVersion::mqtt_5, Direction::inbound)));
  told.client.handle_bytes(bytes, told.now);
  REQUIRE(std::holds_alternative<Authentication>(*told.client.poll_event(told.now)));
  told.client.disconnect(told.now);
  told.drain();
  told.expect<Disconnect>();
  CHECK(told.connected.empty());
}

TEST_CASE("mqtt 5: AUTH does not wait for a store, but never goes before CONNECT; reasons we asked not to get are a fault in it, too "
          "[MQTT5-3.1.2-29]") {
  ClientOptions options = with_method();
  options.journal = true;
  REQUIRE_FALSE(static_cast<bool>(options.properties.add(Id::request_problem_information, 0)));
  Exchange link(options);
  link.establish();
  link.durable = false;
  link.publish("a", "x", Qos::at_least_once);
  CHECK(link.quiet());
  CHECK_FALSE(static_cast<bool>(link.renew()));
  link.expect<Auth>();
  CHECK(link.quiet());
  PropertyList words = named("M");
  REQUIRE_FALSE(static_cast<bool>(words.add(Id::reason_string, "r")));
  link.receive(Auth{more, words});
  REQUIRE(link.closed);
  CHECK(link.closed->error == peer_error(Errc::unexpected_reason));
}

TEST_CASE("mqtt 5: what authenticates is in no trace, no close record and no words") {
  ClientOptions options = with_method();
  options.authentication.data = {'S', 'E', 'C', 'R', 'E', 'T'};
  options.trace.max_packets = 100;
  Exchange link(options);
  link.begin();
  link.ask("SECRET");
  CHECK_FALSE(static_cast<bool>(link.answer("SECRET")));
  CHECK(describe(link.expect<Auth>()).find("SECRET") == std::string::npos);
  link.accept("SECRET");
  CHECK_FALSE(static_cast<bool>(link.renew("SECRET")));
  link.ask("SECRET", ReasonCode::success);
  link.client.refuse_authentication(link.now);
  link.drain();
  const PacketTrace& trace = link.client.trace();
  CHECK(trace.end() - trace.first() == 7);
  for (std::uint64_t number = trace.first(); number != trace.end(); ++number)
    CHECK(as_text(trace.bytes(trace[number])).find("SECRET") == std::string_view::npos);
  CHECK(link.closed->sentence().find("SECRET") == std::string::npos);
}
