// What arrives: messages of each QoS, acknowledgements, order, and everything that closes the connection.
#include "link.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

Publish message(PacketId id, Qos qos, std::string_view payload = "x", bool dup = false) {
  return {"a", as_bytes(payload), id, qos, false, dup};
}

ClientOptions manual() {
  ClientOptions options = Link::defaults(false);
  options.manual_acknowledgement = true;
  return options;
}

Errc closed_by(std::string_view hex) {
  ClientOptions options = Link::defaults(false);
  options.strict_reserved = true;
  Link link(options);
  link.connect();
  link.receive_hex(hex);
  if (!link.closed) return Errc::ok;
  CHECK(link.messages.empty());
  CHECK(link.closes == 1);
  CHECK(link.closed->cause == CloseRecord::Cause::protocol_error);
  CHECK(link.quiet());  // nothing but the close
  return link.closed->error.code();
}

}  // namespace

TEST_CASE("a PUBLISH is answered by its QoS: nothing, PUBACK, PUBREC [MQTT-3.3.4-1]") {
  Link link;
  link.connect();
  link.receive(message(0, Qos::at_most_once));
  CHECK(link.quiet());
  link.receive(message(1, Qos::at_least_once));
  CHECK(link.expect<Puback>().packet_id == 1);
  link.receive(message(2, Qos::exactly_once));
  CHECK(link.expect<Pubrec>().packet_id == 2);
  CHECK(link.messages.size() == 3);
  CHECK(link.messages[0].token == 0);
}

TEST_CASE("a message is acknowledged when the application has had it, not before [MQTT-4.5.0-2]") {
  Link link;
  link.connect();
  const auto bytes = from_hex("32060001610007" "78");
  link.client.handle_bytes(bytes, link.now);
  const Event* event = link.client.poll_event(link.now);
  REQUIRE(event != nullptr);
  CHECK(link.client.pending_output().empty());
  CHECK(link.client.poll_event(link.now) == nullptr);
  CHECK(to_hex(link.client.pending_output()) == "40020007");
}

TEST_CASE("RETAIN and an empty payload reach the application unchanged [MQTT-3.3.1-8] [MQTT-3.3.1-10]") {
  Link link;
  link.connect();
  link.receive(Publish{"a", {}, 0, Qos::at_most_once, true, false});
  link.receive(Publish{"a", as_bytes("live"), 0, Qos::at_most_once, false, false});
  REQUIRE(link.messages.size() == 2);
  CHECK(link.messages[0].retain);
  CHECK(link.messages[0].payload == "");
  CHECK_FALSE(link.messages[1].retain);
}

TEST_CASE("QoS 1: after PUBACK the same id is a new message, whatever DUP says [MQTT-4.3.2-2]") {
  Link link;
  link.connect();
  link.receive(message(5, Qos::at_least_once));
  link.receive(message(5, Qos::at_least_once, "x", true));
  CHECK(link.messages.size() == 2);
  CHECK(link.messages[1].dup);
  link.expect<Puback>();
  link.expect<Puback>();
}

TEST_CASE("QoS 2: every copy is answered, one is delivered, then the id is new [MQTT-4.3.3-2]") {
  Link link(Link::defaults(false));
  link.connect();
  link.receive(message(7, Qos::exactly_once));
  link.receive(message(7, Qos::exactly_once, "x", true));
  link.expect<Pubrec>();
  link.expect<Pubrec>();
  link.reconnect();
  link.receive(message(7, Qos::exactly_once, "x", true));
  link.expect<Pubrec>();
  CHECK(link.messages.size() == 1);
  link.receive(Pubrel{7});
  link.receive(Pubrel{7});
  link.expect<Pubcomp>();
  link.expect<Pubcomp>();
  CHECK(link.client.counts().received_ids == 0);
  link.receive(message(7, Qos::exactly_once, "new"));
  CHECK(link.messages.back().payload == "new");
}

TEST_CASE("QoS 2: a PUBREL for an unknown id is answered [MQTT-4.3.3-2]") {
  Link link;
  link.connect();
  link.receive(Pubrel{4711});
  CHECK(link.expect<Pubcomp>().packet_id == 4711);
  CHECK_FALSE(link.closed);
}

TEST_CASE("overlapping subscriptions: two copies with different ids are two messages, each acknowledged [MQTT-3.3.5-1]") {
  Link link;
  link.connect();
  link.receive(message(1, Qos::at_least_once));
  link.receive(message(2, Qos::exactly_once));
  CHECK(link.messages.size() == 2);
  link.expect<Puback>();
  link.expect<Pubrec>();
}

TEST_CASE("PUBACKs and PUBRECs leave in the order of the PUBLISHes, of one read [MQTT-4.6.0-2] [MQTT-4.6.0-3]") {
  for (const Qos qos : {Qos::at_least_once, Qos::exactly_once}) {
    Link link;
    link.connect();
    ByteBuffer all;
    for (PacketId id = 20; id > 0; --id) REQUIRE_FALSE(static_cast<bool>(encode(message(id, qos), all)));
    link.receive_bytes(all);
    for (PacketId id = 20; id > 0; --id) {
      if (qos == Qos::at_least_once)
        CHECK(link.expect<Puback>().packet_id == id);
      else
        CHECK(link.expect<Pubrec>().packet_id == id);
    }
  }
}

TEST_CASE("manual acknowledgement: in any order by the application, in order of arrival on the wire [MQTT-4.6.0-2] [MQTT-4.6.0-3]") {
  Link link(manual());
  link.connect();
  for (PacketId id = 1; id <= 4; ++id) link.receive(message(id, id % 2 == 0 ? Qos::exactly_once : Qos::at_least_once));
  CHECK(link.quiet());
  CHECK(link.client.counts().unacknowledged == 4);
  for (const std::size_t i : {2u, 1u, 1u, 0u}) {
    link.client.acknowledge(link.messages[i].token, link.now);
    link.drain();
    if (i != 0) CHECK(link.quiet());
  }
  CHECK(link.expect<Puback>().packet_id == 1);
  CHECK(link.expect<Pubrec>().packet_id == 2);
  CHECK(link.expect<Puback>().packet_id == 3);
  CHECK(link.quiet());
  link.client.acknowledge(0, link.now);
  link.client.acknowledge(99, link.now);
  link.client.acknowledge(link.messages[3].token, link.now);
  link.drain();
  CHECK(link.expect<Pubrec>().packet_id == 4);
}

TEST_CASE("manual acknowledgement: a repeated QoS 2 PUBLISH waits for the application, also on the next connection [MQTT-4.3.3-2]") {
  Link link(manual());
  link.connect();
  link.receive(message(9, Qos::exactly_once));
  link.receive(message(9, Qos::exactly_once, "x", true));
  CHECK(link.quiet());
  link.reconnect();
  link.receive(message(9, Qos::exactly_once, "x", true));
  link.receive(message(9, Qos::exactly_once, "x", true));  // as brokers do that send again by a timer
  CHECK(link.messages.size() == 1);
  CHECK(link.quiet());
  link.client.acknowledge(link.messages[0].token, link.now);
  link.drain();
  CHECK(link.expect<Pubrec>().packet_id == 9);
  CHECK(link.expect<Pubrec>().packet_id == 9);
  link.receive(message(3, Qos::at_least_once));
  link.client.acknowledge(link.messages[1].token, link.now);
  link.drain();
  CHECK(link.expect<Puback>().packet_id == 3);
}

TEST_CASE("manual acknowledgement between two connections: the redelivery is answered at once [MQTT-4.3.3-2]") {
  Link link(manual());
  link.connect();
  link.receive(message(9, Qos::exactly_once));
  link.receive(message(3, Qos::at_least_once));
  link.cut();
  for (const Link::Heard& heard : link.messages) link.client.acknowledge(heard.token, link.now);
  link.connect(true);
  link.receive(message(9, Qos::exactly_once, "x", true));
  CHECK(link.expect<Pubrec>().packet_id == 9);
  CHECK(link.messages.size() == 2);
  link.receive(message(3, Qos::at_least_once, "x", true));  // QoS 1 may come twice
  CHECK(link.messages.size() == 3);
  CHECK(link.quiet());
}

TEST_CASE("a message for which there is no room, too many being unacknowledged, closes the connection [MQTT-4.8.0-2]") {
  ClientOptions options = manual();
  options.max_unacknowledged = 2;
  Link link(options);
  link.connect();
  for (PacketId id = 1; id <= 3; ++id) link.receive(message(id, Qos::at_least_once));
  REQUIRE(link.closed);
  CHECK(link.closed->error.code() == Errc::too_many_unacknowledged);
  CHECK(link.messages.size() == 2);
}

TEST_CASE("an acknowledged QoS 2 message is in the journal although its PUBREC could not go [MQTT-4.3.3-2] [MQTT-4.1.0-1]") {
  ClientOptions options = manual();
  options.journal = true;
  std::vector<std::uint8_t> journal;
  {
    Link link(options);
    link.connect();
    link.receive(message(9, Qos::exactly_once));
    link.cut();
    link.client.acknowledge(link.messages[0].token, link.now);
    link.drain();
    journal = link.journal;
  }
  Link again(options);
  REQUIRE_FALSE(static_cast<bool>(again.client.handle_restore(journal, again.now)));
  again.connect(true);
  again.receive(message(9, Qos::exactly_once, "x", true));
  CHECK(again.messages.empty());
  CHECK(again.expect<Pubrec>().packet_id == 9);
}

// ---- what closes the connection ----

TEST_CASE("each ill-formed UTF-8 topic closes the connection without a callback [MQTT-1.5.3-1] [MQTT-4.8.0-1]") {
  for (const char* topic : {"80", "bf", "c0 80", "c1 bf", "c2", "e0 80 80", "e0 9f bf", "ed a0 80", "ed bf bf", "e6 97",
                            "f0 80 80 80", "f0 8f bf bf", "f4 90 80 80", "f5 80 80 80", "f8 88 80 80 80",
                            "fc 84 80 80 80 80", "fe", "ff", "c2 41", "e6 41 a5", "f0 9f 41 80", "41 ed a0 80 41"}) {
    CAPTURE(topic);
    const auto bytes = from_hex(topic);
    ByteBuffer packet{0x30, static_cast<std::uint8_t>(bytes.size() + 3), 0, static_cast<std::uint8_t>(bytes.size())};
    packet.insert(packet.end(), bytes.begin(), bytes.end());
    packet.push_back('x');
    CHECK(closed_by(to_hex(packet)) == Errc::ill_formed_utf8);
  }
}

TEST_CASE("U+0000 in an incoming topic closes the connection [MQTT-1.5.3-2] [MQTT-4.7.3-2]") {
  CHECK(closed_by("30 05 00 03 61 00 62") == Errc::nul_in_string);
  CHECK(closed_by("30 03 00 01 00") == Errc::nul_in_string);
}

TEST_CASE("an incoming topic that is empty or has a wildcard closes the connection [MQTT-4.7.3-1] [MQTT-3.3.2-2] [MQTT-4.7.1-1]") {
  CHECK(closed_by("30 02 00 00") == Errc::empty_topic);
  CHECK(closed_by("30 05 00 03 61 2f 23") == Errc::wildcard_in_topic_name);
  CHECK(closed_by("30 05 00 03 2b 2f 61") == Errc::wildcard_in_topic_name);
}

TEST_CASE("PUBLISH with QoS 3, with DUP on QoS 0, with id 0 closes [MQTT-3.3.1-4] [MQTT-3.3.1-2] [MQTT-2.3.1-1]") {
  for (const char* first : {"36", "37", "3e", "3f"})
    CHECK(closed_by(std::string(first) + "05 00 01 61 00 01") == Errc::invalid_qos);
  for (const char* first : {"38", "39"}) CHECK(closed_by(std::string(first) + "03 00 01 61") == Errc::dup_on_qos0);
  for (const char* first : {"32", "3a", "34", "3d"})
    CHECK(closed_by(std::string(first) + "05 00 01 61 00 00") == Errc::zero_packet_id);
}

TEST_CASE("every server packet with every wrong flag nibble closes [MQTT-2.2.2-2] [MQTT-3.6.1-1] [MQTT-4.8.0-1]") {
  const std::vector<std::pair<int, std::string>> packets{{0x4, "020001"}, {0x5, "020001"}, {0x6, "020001"},
                                                         {0x7, "020001"}, {0x9, "03000100"}, {0xb, "020001"},
                                                         {0xd, "00"}};
  for (const auto& [type, rest] : packets) {
    const int right = type == 6 ? 2 : 0;
    for (int flags = 0; flags < 16; ++flags) {
      const std::uint8_t first = static_cast<std::uint8_t>(type << 4 | flags);
      CHECK(closed_by(to_hex({&first, 1}) + rest) == (flags == right ? Errc::ok : Errc::wrong_flags));
    }
  }
}

TEST_CASE("reserved types and packets that only clients send close the connection [MQTT-4.8.0-1]") {
  CHECK(closed_by("00 00") == Errc::reserved_packet_type);
  CHECK(closed_by("f0 00") == Errc::reserved_packet_type);
  for (const char* hex : {"10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 63 6c", "82 06 00 01 00 01 61 00",
                          "a2 05 00 01 00 01 61", "c0 00", "e0 00"})
    CHECK(closed_by(hex) == Errc::wrong_direction);
}

TEST_CASE("a remaining length of 5 bytes, a wrong one, one above the limit close the connection [MQTT-4.8.0-1]") {
  CHECK(closed_by("30 ff ff ff ff 01") == Errc::malformed_remaining_length);
  CHECK(closed_by("30 80 80 80 80") == Errc::malformed_remaining_length);
  CHECK(closed_by("30 ff ff ff 7f") == Errc::packet_too_large);
  for (const char* type : {"40", "50", "62", "70", "b0"}) {
    for (const char* rest : {"00", "01 00", "03 00 01 00"})
      CHECK(closed_by(std::string(type) + rest) == Errc::wrong_length);
  }
  CHECK(closed_by("d0 01 00") == Errc::wrong_length);
  CHECK(closed_by("30 00") == Errc::truncated);
  CHECK(closed_by("30 01 00") == Errc::truncated);
  CHECK(closed_by("30 03 00 05 61") == Errc::truncated);
  CHECK(closed_by("32 04 00 01 61 00") == Errc::truncated);
}

TEST_CASE("a second CONNACK closes the connection [MQTT-3.2.0-1] [MQTT-4.8.0-1]") {
  CHECK(closed_by("20 02 00 00") == Errc::second_connack);
}

TEST_CASE("packets and pieces need not align: one byte at a time, three in one, empty pieces [MQTT-6.0.0-2]") {
  ByteBuffer three;
  for (PacketId id = 1; id <= 3; ++id) REQUIRE_FALSE(static_cast<bool>(encode(message(id, Qos::at_least_once), three)));
  Link whole;
  whole.connect();
  whole.receive_bytes(three);
  Link dribble;
  dribble.connect();
  for (const std::uint8_t byte : three) {
    dribble.receive_bytes({&byte, 1});
    dribble.receive_bytes({});
  }
  CHECK(whole.messages.size() == 3);
  CHECK(dribble.messages.size() == 3);
  CHECK(to_hex(whole.wire) == to_hex(dribble.wire));
}

TEST_CASE("bytes after the end of a connection are not looked at") {
  Link link;
  link.connect();
  link.client.abort(link.now);
  link.client.handle_bytes(from_hex("30030001610a"), link.now);
  link.drain();
  CHECK(link.messages.empty());
  CHECK(link.closed->cause == CloseRecord::Cause::aborted);
}

TEST_CASE("a broker that goes on sending and reads no answer is left, within bounds; one that reads slowly is not") {
  ClientOptions options = Link::defaults(false);
  options.answer_bytes = 64 * 1024;
  Client client(options);
  const Time now{1'000s};
  std::optional<CloseRecord> closed;
  const auto receive = [&](const Packet& packet) {
    ByteBuffer bytes;
    REQUIRE_FALSE(static_cast<bool>(encode(packet, bytes)));
    client.handle_bytes(bytes, now);
    while (const Event* event = client.poll_event(now)) {
      if (const auto* end = std::get_if<Closed>(event)) closed = end->record;
    }
  };
  REQUIRE_FALSE(static_cast<bool>(client.handle_transport_open(now)));
  client.consume_output(client.pending_output().size(), now);
  receive(Connack{});
  const auto answered_by = [&](unsigned i) -> Packet {
    const PacketId id = static_cast<PacketId>(1 + i % 65'535);
    if (i % 4 == 0) return Publish{"a", as_bytes("x"), id, Qos::at_least_once, false, false};
    if (i % 4 == 1) return Publish{"a", as_bytes("x"), id, Qos::exactly_once, false, false};
    if (i % 4 == 2) return Pubrel{id};
    return Pubrec{id};
  };
  for (unsigned i = 0; i < 100'000; ++i) {
    receive(answered_by(i));
    if (client.counts().output_bytes > 16 * 1024) client.consume_output(8 * 1024, now);
  }
  REQUIRE(client.connected());
  std::size_t most = 0;
  for (unsigned i = 0; i < 100'000 && client.connected(); ++i) {
    receive(answered_by(i));
    most = std::max(most, client.counts().output_bytes);
  }
  CHECK(most <= 64 * 1024 + 8);
  REQUIRE(closed);
  CHECK(closed->cause == CloseRecord::Cause::protocol_error);
  CHECK(closed->sentence() ==
        "The broker broke the protocol: the broker keeps sending without reading our answers, in PUBREL.");
}
