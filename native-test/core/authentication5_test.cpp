// MQTT 5's enhanced authentication: AUTH before CONNACK, and on a live connection.
#include "authentication.hpp"
#include "exchange5.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Id = PropertyId;
using S = AuthenticationState;
using E = AuthenticationEvent;

TEST_CASE("authentication: whose turn it is, for every state and event") {
  const auto is = [](S state, E event, S next) { return next_turn(state, event) == next; };
  int legal = 0;
  for (std::size_t state = 0; state < authentication_states; ++state) {
    for (std::size_t event = 0; event < authentication_events; ++event)
      legal += next_turn(static_cast<S>(state), static_cast<E>(event)).has_value();
  }
  CHECK(legal == 9);
  CHECK(is(S::none, E::connect, S::broker));
  CHECK(is(S::none, E::renew, S::renewal_broker));
  CHECK(is(S::broker, E::asked, S::us));
  CHECK(is(S::us, E::answered, S::broker));
  CHECK(is(S::broker, E::connack, S::accepted));
  CHECK(is(S::accepted, E::told, S::none));
  CHECK(is(S::renewal_broker, E::asked, S::renewal_us));
  CHECK(is(S::renewal_us, E::answered, S::renewal_broker));
  CHECK(is(S::renewal_broker, E::succeeded, S::none));
}

TEST_CASE("mqtt 5: an exchange: CONNECT with the method, AUTH to and fro, and what CONNACK shows is told before anything is sent "
          "[MQTT5-4.12.0-3] [MQTT5-4.12.0-5] [MQTT5-3.1.2-30]") {
  Exchange link;
  link.publish("a", "x", Qos::at_least_once);
  link.begin();
  CHECK(link.connect_packet.properties.text(Id::authentication_method) == "M");
  CHECK(link.connect_packet.properties.text(Id::authentication_data) == "1");
  link.ask("2");
  CHECK(link.told() == "asked 2 ");
  link.advance(1s);
  CHECK(link.quiet());  // the answer may take its time
  CHECK_FALSE(static_cast<bool>(link.answer("3")));
  link.expect<Auth>();
  CHECK(to_hex(link.current) == "f00a18081500014d16000133");
  link.ask("");
  CHECK_FALSE(static_cast<bool>(link.answer("")));
  CHECK(describe(link.expect<Auth>()) == "AUTH reason_code=24 (Continue authentication) authentication_method=M");
  CHECK(link.quiet());
  link.accept("4");
  CHECK(link.told() == "asked 2 asked  done 4 ");
  CHECK_FALSE(link.authentications.back().connected);
  CHECK(link.client.connected());
  CHECK_FALSE(link.client.authenticating());
  CHECK(link.client.server_properties().text(Id::authentication_data) == "4");
  link.expect<Publish>();
}

TEST_CASE("mqtt 5: a broker that needs no more than CONNECT accepts at once, and its data is told all the same") {
  Exchange link;
  link.begin();
  link.accept("shown");
  CHECK(link.told() == "done shown ");
  CHECK(link.client.connected());
}

TEST_CASE("mqtt 5: what CONNACK shows can be refused: nothing was sent but CONNECT and AUTH, and DISCONNECT says 0x80 "
          "[MQTT5-4.12.1-2]") {
  Exchange link;
  link.publish("a", "x", Qos::at_least_once);
  link.refuses = true;
  link.begin();
  link.accept("wrong");
  REQUIRE(link.closed);
  CHECK(link.closed->error == peer_error(Errc::authentication_refused));
  CHECK(link.closed->sentence() ==
        "The connection was closed: the authentication was refused on this side ([MQTT-4.12.1-2]), in CONNACK.");
  CHECK(link.connected.empty());
  CHECK(link.expect<Disconnect>().reason_code == ReasonCode::unspecified_error);
  CHECK(link.quiet());
  // The broker took CONNECT: what its session is, is not known.
  link.refuses = false;
  link.begin();
  link.receive(Connack{true, {}, {}, named("M")});
  REQUIRE(link.connected.size() == 1);
  CHECK(link.connected[0].session_in_doubt);
}

TEST_CASE("mqtt 5: the broker may stop at any point: with a CONNACK of 0x80 or more, or a close [MQTT5-4.12.0-4] [MQTT5-4.12.0-1]") {
  for (const int asked : {0, 1, 2}) {
    for (const bool said : {true, false}) {
      Exchange link;
      link.begin();
      for (int i = 0; i < asked; ++i) {
        if (i != 0) CHECK_FALSE(static_cast<bool>(link.answer()));
        link.ask();
      }
      link.wire.clear();
      if (said) link.receive(Connack{false, {}, ReasonCode::bad_authentication_method});
      else link.cut();
      REQUIRE(link.closed);
      CHECK(link.closed->cause == (said ? CloseRecord::Cause::refused : CloseRecord::Cause::transport));
      if (said) CHECK(link.closed->reason_code == ReasonCode::bad_authentication_method);
      CHECK(link.answer() == local_error(Errc::authentication_out_of_turn));
      CHECK(link.quiet());
      CHECK_FALSE(link.client.authenticating());
    }
  }
}

TEST_CASE("mqtt 5: AUTH out of turn, with another method or none, or of another code ends the connection [MQTT5-4.12.0-2] "
          "[MQTT5-4.12.0-5] [MQTT5-3.15.2-1]") {
  struct Fault {
    Errc error;
    void (*happens)(Exchange&);
  };
  const Fault faults[] = {
      {Errc::authentication_out_of_turn, [](Exchange& link) { link.ask("2", ReasonCode::success); }},
      {Errc::authentication_out_of_turn, [](Exchange& link) { link.ask(), link.ask(); }},
      {Errc::authentication_out_of_turn, [](Exchange& link) { link.ask(), link.accept(); }},
      {Errc::wrong_authentication_method, [](Exchange& link) { link.ask("2", more, "m"); }},
      {Errc::no_authentication_method, [](Exchange& link) { link.receive_hex("f000"); }},
      {Errc::reserved_reason_code, [](Exchange& link) { link.receive_hex("f006190415000" "14d"); }},
      {Errc::reserved_reason_code, [](Exchange& link) { link.receive_hex("f006800415000" "14d"); }},
      {Errc::wrong_authentication_method, [](Exchange& link) { link.receive(Connack{false, {}, {}, named("N")}); }},
      {Errc::first_packet_not_connack, [](Exchange& link) { link.ask(), link.receive(Pingresp{}); }},
      {Errc::authentication_out_of_turn, [](Exchange& link) { link.accept(), link.ask(); }},
      {Errc::authentication_out_of_turn, [](Exchange& link) { link.accept(), link.ask("2", ReasonCode::success); }},
      {Errc::second_connack, [](Exchange& link) { link.accept(), link.accept(); }},
  };
  for (const Fault& fault : faults) {
    Exchange link;
    link.begin();
    fault.happens(link);
    REQUIRE(link.closed);
    CHECK(link.closed->error == peer_error(fault.error));
    CHECK(link.expect<Disconnect>().reason_code == ReasonCode::protocol_error);
  }
}

TEST_CASE("mqtt 5: without a method there is no AUTH of ours, and in 3.1.1 neither side has any [MQTT5-4.12.0-7]") {
  Link plain(Link::mqtt5(false));
  plain.connect();
  CHECK(plain.client.authenticate({}, plain.now) == local_error(Errc::unexpected_authentication));
  CHECK(plain.client.reauthenticate({}, plain.now) == local_error(Errc::unexpected_authentication));
  CHECK(plain.client.connected());

  Link old;
  old.connect();
  CHECK(old.client.reauthenticate({}, old.now) == local_error(Errc::not_in_this_version));
  CHECK(old.client.authenticate({}, old.now) == local_error(Errc::unexpected_authentication));
  old.drain();
  CHECK(old.quiet());
  old.receive_hex("f006180415000" "14d");
  REQUIRE(old.closed);
  CHECK(old.closed->error == peer_error(Errc::reserved_packet_type));

  ClientOptions options = with_method();
  options.protocol = Protocol::mqtt_3_1_1;
  Link never(options);
  CHECK(never.open() == local_error(Errc::not_in_this_version));
  CHECK(never.quiet());

  options = Link::mqtt5(false);
  options.authentication.data = {'1'};
  Link nameless(options);
  CHECK(nameless.open() == local_error(Errc::authentication_data_without_method));
  CHECK(nameless.quiet());
}

TEST_CASE("mqtt 5: authenticating again: AUTH 0x19 with CONNECT's method, at any time after CONNACK, while all else goes on "
          "[MQTT5-4.12.1-1] [MQTT5-4.12.0-5]") {
  Exchange link;
  CHECK(link.renew() == local_error(Errc::not_connected));
  link.begin();
  CHECK(link.renew() == local_error(Errc::not_connected));
  link.accept();
  link.authentications.clear();
  CHECK_FALSE(static_cast<bool>(link.renew("5")));
  link.expect<Auth>();
  CHECK(to_hex(link.current) == "f00a19081500014d16000135");
  CHECK(link.client.authenticating());
  CHECK(link.renew() == local_error(Errc::authentication_out_of_turn));  // one at a time
  CHECK(link.answer() == local_error(Errc::authentication_out_of_turn));
  link.publish("a", "x", Qos::at_least_once);
  link.expect<Publish>();
  link.receive(Publish{"b", {}, 7, Qos::at_least_once});
  CHECK(link.expect<Puback>().packet_id == 7);
  link.ask("6");
  CHECK(link.renew() == local_error(Errc::authentication_out_of_turn));
  CHECK_FALSE(static_cast<bool>(link.answer("7")));
  CHECK(link.expect<Auth>().reason_code == more);
  link.ask("8", ReasonCode::success);
  CHECK(link.told() == "asked 6 done 8 ");
  CHECK(link.client.connected());
  CHECK_FALSE(static_cast<bool>(link.renew("9")));
  link.expect<Auth>();
  link.ask("", ReasonCode::success);
  CHECK(link.told() == "asked 6 done 8 done  ");
}

TEST_CASE("mqtt 5: when authenticating again fails, whoever notices ends the connection [MQTT5-4.12.1-2]") {
  Exchange theirs;
  theirs.establish();
  CHECK_FALSE(static_cast<bool>(theirs.renew()));
  theirs.expect<Auth>();
  theirs.receive(Disconnect{ReasonCode::not_authorized});
  REQUIRE(theirs.closed);
  CHECK(theirs.closed->reason_code == ReasonCode::not_authorized);
  CHECK(theirs.quiet());

  Exchange ours;
  ours.establish();
  CHECK_FALSE(static_cast<bool>(ours.renew()));
  ours.expect<Auth>();
  ours.refuses = true;
  ours.ask("wrong", ReasonCode::success);
  REQUIRE(ours.closed);
  CHECK(ours.closed->error == peer_error(Errc::authentication_refused));
  CHECK(ours.expect<Disconnect>().reason_code == ReasonCode::unspecified_error);

  for (const bool unasked : {true, false}) {
    Exchange faulty;
    faulty.establish();
    if (!unasked) {
      CHECK_FALSE(static_cast<bool>(faulty.renew()));
      faulty.expect<Auth>();
      faulty.ask();
    }
    faulty.ask("2", ReasonCode::success);
    REQUIRE(faulty.closed);
    CHECK(faulty.closed->error == peer_error(Errc::authentication_out_of_turn));
  }
}
