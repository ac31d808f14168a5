// CONNECT, CONNACK, DISCONNECT, and the session across connections.
#include "link.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

std::vector<std::uint8_t> binary(std::string_view hex) { return from_hex(hex); }

std::string connect_bytes(const ClientOptions& options) {
  Link link(options);
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  link.expect<Connect>();
  CHECK(link.quiet());
  return to_hex(link.current);
}

Errc refused_locally(const ClientOptions& options) {
  Link link(options);
  const Error error = link.open();
  CHECK(error.side() == Side::local);
  CHECK(link.quiet());
  return error.code();
}

ClientOptions strict(bool clean = false) {
  ClientOptions options = Link::defaults(clean);
  options.strict_reserved = options.strict_session_present = true;
  return options;
}

Errc connack_closes(std::string_view hex, const ClientOptions& options = Link::defaults(false)) {
  Link link(options);
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  link.receive_hex(hex);
  CHECK(link.connected.empty());
  REQUIRE(link.closed);
  CHECK(link.closed->cause == CloseRecord::Cause::protocol_error);
  CHECK(link.closes == 1);
  return link.closed->error.code();
}

}  // namespace

// ---- CONNECT ----

TEST_CASE("CONNECT is the first packet, says MQTT, level 4, and the client id comes first [MQTT-3.1.0-1] [MQTT-3.1.2-1] [MQTT-3.1.2-2] [MQTT-3.1.3-3]") {
  CHECK(connect_bytes(Link::defaults()) == "101100044d5154540402003c0005616c696365");
}

TEST_CASE("CONNECT without will, user and password: their flags are 0 and their fields absent [MQTT-3.1.2-3] [MQTT-3.1.2-11] [MQTT-3.1.2-13] [MQTT-3.1.2-15] [MQTT-3.1.2-18] [MQTT-3.1.2-20]") {
  ClientOptions options;
  options.client_id = "c";
  options.clean_session = false;
  options.keep_alive = 0s;
  CHECK(connect_bytes(options) == "100d00044d5154540400000000" "0163");
}

TEST_CASE("CONNECT with all: id, will topic, will message, user, password, in this order [MQTT-3.1.3-1] [MQTT-3.1.2-9] [MQTT-3.1.2-19] [MQTT-3.1.2-21]") {
  ClientOptions options;
  options.client_id = "c";
  options.keep_alive = 65'535s;
  options.will = WillOptions{"w", binary("00ff"), Qos::exactly_once, true};
  options.user_name = "u";
  options.password = binary("00ff80");
  CHECK(connect_bytes(options) == "101c00044d51545404f6ffff" "000163" "000177" "000200ff" "000175" "000300ff80");
}

TEST_CASE("CONNECT: an empty user name and an empty password are present, two bytes each [MQTT-3.1.2-19] [MQTT-3.1.2-21]") {
  ClientOptions options;
  options.client_id = "c";
  options.user_name = "";
  CHECK(connect_bytes(options) == "100f00044d5154540482003c" "000163" "0000");
  options.password.emplace();
  CHECK(connect_bytes(options) == "101100044d51545404c2003c" "000163" "0000" "0000");
}

TEST_CASE("CONNECT: the reserved flag is 0 in every combination of options [MQTT-3.1.2-3] [MQTT-3.1.2-14]") {
  for (unsigned bits = 0; bits < 128; ++bits) {
    ClientOptions options = Link::defaults((bits & 1) != 0);
    if ((bits & 2) != 0) options.will = WillOptions{"w", {}, static_cast<Qos>(bits >> 2 & 3), (bits & 16) != 0};
    if ((bits & 32) != 0) options.user_name = "u";
    if ((bits & 64) != 0) options.password = binary("01");
    Link link(options);
    const Error error = link.open();
    const bool bad_will = options.will && (bits >> 2 & 3) == 3;
    const bool bad_password = options.password && !options.user_name;
    CHECK(static_cast<bool>(error) == (bad_will || bad_password));
    if (error) continue;
    const std::uint8_t flags = link.wire.at(9);
    CHECK((flags & 1) == 0);
    CHECK(((flags & 2) != 0) == options.clean_session);
    CHECK(((flags & 4) != 0) == options.will.has_value());
    CHECK((flags >> 3 & 3) == (options.will ? static_cast<int>(options.will->qos) : 0));
    CHECK(((flags & 32) != 0) == (options.will && options.will->retain));
    CHECK(((flags & 64) != 0) == options.password.has_value());
    CHECK(((flags & 128) != 0) == options.user_name.has_value());
  }
}

TEST_CASE("CONNECT: an empty client id only with a clean session [MQTT-3.1.3-7]") {
  ClientOptions options;
  CHECK(connect_bytes(options) == "100c00044d5154540402003c0000");
  options.clean_session = false;
  CHECK(refused_locally(options) == Errc::empty_client_id);
}

TEST_CASE("CONNECT: ill-formed text is refused in every string field [MQTT-3.1.3-4] [MQTT-3.1.3-10] [MQTT-3.1.3-11] [MQTT-1.5.3-1] [MQTT-1.5.3-2]") {
  const std::string bad = "a\xc3\x28";
  const std::string nul("a\0b", 3);
  ClientOptions options = Link::defaults();
  options.client_id = bad;
  CHECK(refused_locally(options) == Errc::ill_formed_utf8);
  options.client_id = nul;
  CHECK(refused_locally(options) == Errc::nul_in_string);
  options = Link::defaults();
  options.will = WillOptions{bad, {}, Qos::at_most_once, false};
  CHECK(refused_locally(options) == Errc::ill_formed_utf8);
  options.will->topic = nul;
  CHECK(refused_locally(options) == Errc::nul_in_string);
  options = Link::defaults();
  options.user_name = bad;
  CHECK(refused_locally(options) == Errc::ill_formed_utf8);
  options.user_name = nul;
  CHECK(refused_locally(options) == Errc::nul_in_string);
}

TEST_CASE("CONNECT: what can't be encoded is refused [MQTT-3.1.2-22] [MQTT-3.1.2-14] [MQTT-4.7.3-3] [MQTT-4.7.1-1]") {
  ClientOptions options = Link::defaults();
  options.password = binary("01");
  CHECK(refused_locally(options) == Errc::password_without_user_name);
  options.user_name = "u";
  options.password = std::vector<std::uint8_t>(65'536);
  CHECK(refused_locally(options) == Errc::string_too_long);
  options = Link::defaults();
  options.keep_alive = 65'536s;
  CHECK(refused_locally(options) == Errc::keep_alive_too_long);
  options.keep_alive = -1s;
  CHECK(refused_locally(options) == Errc::keep_alive_too_long);
  options = Link::defaults();
  options.client_id = std::string(65'536, 'c');
  CHECK(refused_locally(options) == Errc::string_too_long);
  options = Link::defaults();
  options.will = WillOptions{"w", {}, static_cast<Qos>(3), false};
  CHECK(refused_locally(options) == Errc::invalid_qos);
  options.will = WillOptions{"", {}, Qos::at_most_once, false};
  CHECK(refused_locally(options) == Errc::empty_topic);
  options.will = WillOptions{"w", std::vector<std::uint8_t>(65'536), Qos::at_most_once, false};
  CHECK(refused_locally(options) == Errc::string_too_long);
}

TEST_CASE("a second transport-open puts no second CONNECT on the connection [MQTT-3.1.0-2]") {
  Link link;
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  link.expect<Connect>();
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  CHECK(link.quiet());
  link.receive(Connack{});
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  CHECK(link.quiet());
}

TEST_CASE("credentials, will and clean session can be changed for the next CONNECT only") {
  Link link(Link::defaults(false));
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  link.expect<Connect>();
  link.client.set_clean_session(true);
  link.client.set_credentials("bob", binary("01"));
  link.client.set_will(WillOptions{"w", {}, Qos::at_most_once, false});
  link.receive(Connack{true});  // legal: this CONNECT asked for a session
  CHECK(link.client.connected());
  link.cut();
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  const auto next = link.expect<Connect>();
  CHECK(next.clean_session);
  CHECK(next.user_name == "bob");
  CHECK(next.will->topic == "w");
}

// ---- CONNACK ----

TEST_CASE("the first packet has to be CONNACK [MQTT-3.2.0-1]") {
  for (const char* hex : {"30 03 00 01 61", "90 03 00 01 00", "d0 00", "40 02 00 01", "62 02 00 01"}) {
    CHECK(connack_closes(hex) == Errc::first_packet_not_connack);
  }
}

TEST_CASE("CONNACK: reserved flags, a refusal with a session, a wrong length close [MQTT-3.2.2-4] [MQTT-4.8.0-1]") {
  for (const char* hex : {"20 02 02 00", "20 02 80 00", "20 02 ff 00"}) CHECK(connack_closes(hex) == Errc::reserved_bits);
  for (const char* hex : {"20 02 00 06", "20 02 00 ff"})
    CHECK(connack_closes(hex, strict()) == Errc::reserved_return_code);
  for (const char* hex : {"20 02 01 01", "20 02 01 05"}) CHECK(connack_closes(hex) == Errc::session_present_on_refusal);
  for (const char* hex : {"20 00", "20 01 00", "20 03 00 00 00"}) CHECK(connack_closes(hex) == Errc::wrong_length);
  for (const char* hex : {"21 02 00 00", "2f 02 00 00"}) CHECK(connack_closes(hex, strict()) == Errc::wrong_flags);
}

TEST_CASE("CONNACK: a session although a clean one was asked for closes, under strict_session_present [MQTT-3.2.2-1]") {
  CHECK(connack_closes("20 02 01 00", strict(true)) == Errc::unexpected_session_present);
}

TEST_CASE("CONNACK: each refusal is told, and we close although the broker does not [MQTT-3.2.2-5] [MQTT-3.1.3-8] [MQTT-3.1.2-2]") {
  for (std::uint8_t code = 1; code <= 5; ++code) {
    Link link;
    REQUIRE_FALSE(static_cast<bool>(link.open()));
    const std::uint8_t connack[] = {0x20, 2, 0, code};
    link.receive_bytes(connack);
    REQUIRE(link.closed);
    CHECK(link.closed->cause == CloseRecord::Cause::refused);
    CHECK(static_cast<int>(link.closed->return_code) == code);
    CHECK(link.closes == 1);
    CHECK(link.connected.empty());
    CHECK(link.closed->sentence() == std::string(describe(link.closed->return_code)) + ".");
  }
}

TEST_CASE("what was published before a refusing CONNACK counts as not delivered [MQTT-3.1.4-5]") {
  Link link(Link::defaults(false));
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  link.expect<Connect>();
  const Delivery delivery = link.publish("a", "x", Qos::at_least_once);
  CHECK(link.quiet());  // it waits for CONNACK
  link.receive(Connack{false, ConnectReturnCode::server_unavailable});
  CHECK(link.client.delivery_state(delivery) == DeliveryState::queued);
  link.connect(false);
  const Publish sent = link.expect<Publish>();
  CHECK_FALSE(sent.dup);
  link.receive(Puback{sent.packet_id});
  CHECK(link.fate(delivery) == "sent acknowledged");
}

// ---- the session ----

TEST_CASE("session kept: in-flight state of both directions survives a reconnect [MQTT-3.1.2-4] [MQTT-4.1.0-1] [MQTT-3.2.2-2]") {
  Link link(Link::defaults(false));
  link.connect();
  link.publish("a", "1", Qos::at_least_once);
  link.publish("a", "2", Qos::exactly_once);
  link.publish("a", "3", Qos::exactly_once);
  const PacketId one = link.expect<Publish>().packet_id;
  const PacketId two = link.expect<Publish>().packet_id;
  const PacketId three = link.expect<Publish>().packet_id;
  link.receive(Pubrec{two});
  link.expect<Pubrel>();
  link.receive(Publish{"b", {}, 8, Qos::exactly_once, false, false});
  link.expect<Pubrec>();
  link.reconnect(true);
  CHECK(link.connected.back().session_present);
  CHECK(link.expect<Pubrel>().packet_id == two);
  CHECK(link.expect<Publish>().packet_id == one);
  CHECK(link.expect<Publish>().packet_id == three);
  link.receive(Publish{"b", {}, 8, Qos::exactly_once, false, true});
  CHECK(link.messages.size() == 1);
  CHECK(link.lost.empty());
}

TEST_CASE("session lost: the application is told; what it wants goes out anew with DUP 0; PUBRECed ones fail [MQTT-3.2.2-2] [MQTT-4.3.3-1]") {
  Link link(Link::defaults(false));
  link.connect();
  std::vector<Delivery> all;
  for (const char* text : {"1", "2", "3", "4"})
    all.push_back(link.publish("a", text, text[0] % 2 == 0 ? Qos::exactly_once : Qos::at_least_once));
  std::vector<PacketId> ids;
  for (int i = 0; i < 4; ++i) ids.push_back(link.expect<Publish>().packet_id);
  link.receive(Pubrec{ids[1]});
  link.expect<Pubrel>();
  link.receive(Publish{"b", {}, 8, Qos::exactly_once, false, false});
  link.expect<Pubrec>();
  link.reconnect(false);
  REQUIRE(link.lost.size() == 1);
  CHECK(link.lost[0].republished == 3);
  CHECK(link.lost[0].failed == 1);
  for (const char* text : {"1", "3", "4"}) {
    const Publish again = link.expect<Publish>();
    CHECK(as_text(again.payload) == text);
    CHECK_FALSE(again.dup);
  }
  CHECK(link.quiet());
  CHECK(link.fate(all[1]) == "sent failed: the broker lost the session; delivery is uncertain");
  link.receive(Publish{"b", {}, 8, Qos::exactly_once, false, false});  // the id is free again
  CHECK(link.messages.size() == 2);
}

TEST_CASE("clean session: nothing of the old one is re-sent as a redelivery; received ids are free [MQTT-3.1.2-6]") {
  Link link(Link::defaults(true));
  link.connect();
  link.publish("a", "1", Qos::at_least_once);
  link.publish("a", "2", Qos::exactly_once);
  link.expect<Publish>();
  link.receive(Pubrec{link.expect<Publish>().packet_id});
  link.expect<Pubrel>();
  link.receive(Publish{"b", {}, 8, Qos::exactly_once, false, false});
  link.expect<Pubrec>();
  link.reconnect(false);
  const Publish anew = link.expect<Publish>();
  CHECK_FALSE(anew.dup);
  CHECK(as_text(anew.payload) == "1");
  CHECK(link.quiet());  // no PUBREL of the old session
  link.receive(Publish{"b", {}, 8, Qos::exactly_once, false, false});
  CHECK(link.messages.size() == 2);
}

TEST_CASE("a first connection without a session is not a lost one [MQTT-3.2.2-2]") {
  Link link(Link::defaults(false));
  link.connect(false);
  CHECK(link.lost.empty());
  link.reconnect(false);
  CHECK(link.lost.size() == 1);
}

TEST_CASE("no state is dropped while connected, however long [MQTT-4.1.0-2]") {
  ClientOptions options = Link::defaults(true);
  options.keep_alive = 0s;
  options.acknowledgement_timeout = 0us;
  Link link(options);
  link.connect();
  const Delivery delivery = link.publish("a", "x", Qos::exactly_once);
  const PacketId id = link.expect<Publish>().packet_id;
  link.receive(Publish{"b", {}, 8, Qos::exactly_once, false, false});
  link.expect<Pubrec>();
  link.advance(1000h);
  link.receive(Publish{"b", {}, 8, Qos::exactly_once, false, true});
  CHECK(link.messages.size() == 1);
  link.expect<Pubrec>();
  link.receive(Pubrec{id});
  link.receive(Pubcomp{id});
  CHECK(link.fate(delivery) == "sent acknowledged");
}

TEST_CASE("clients with different ids never share a session [MQTT-3.1.3-2]") {
  ClientOptions options = Link::defaults(false);
  options.journal = true;
  Link alice(options);
  alice.publish("a", "x", Qos::at_least_once);
  options.client_id = "bob";
  Link bob(options);
  CHECK(bob.client.handle_restore(alice.journal, bob.now) == local_error(Errc::wrong_session));
  CHECK(bob.client.unfinished().empty());
}
