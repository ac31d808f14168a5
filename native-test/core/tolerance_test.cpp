// What brokers in the field do wrong, and we bear by default: faults that leaving would only repeat.
#include "link.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

TEST_CASE("reserved bits in a header that has no flags are ignored; strict_reserved closes [MQTT-2.2.2-2]") {
  const auto conversation = [](bool strict, std::uint8_t bits) {
    ClientOptions options = Link::defaults(false);
    options.strict_reserved = strict;
    Link link(options);
    REQUIRE_FALSE(static_cast<bool>(link.open()));
    const auto receive = [&](std::vector<std::uint8_t> packet, std::uint8_t legal = 0) {
      packet[0] = static_cast<std::uint8_t>((packet[0] & 0xf0) | (legal ^ bits));
      link.receive_bytes(packet);
    };
    receive({0x20, 2, 0, 0});
    link.wire.clear();
    const auto id = static_cast<std::uint8_t>(link.subscribe("a"));
    receive({0x90, 3, 0, id, 0});
    const Delivery one = link.publish("a", "x", Qos::at_least_once);
    receive({0x40, 2, 0, static_cast<std::uint8_t>(id + 1)});
    const Delivery two = link.publish("a", "x", Qos::exactly_once);
    receive({0x50, 2, 0, static_cast<std::uint8_t>(id + 2)});
    receive({0x70, 2, 0, static_cast<std::uint8_t>(id + 2)});
    link.receive(Publish{"b", {}, 9, Qos::exactly_once, false, false});
    receive({0x60, 2, 0, 9}, 2);
    link.client.probe(link.now);
    link.drain();
    receive({0xd0, 0});
    link.advance(11s);
    return link.client.connected() && link.fate(one) == "sent acknowledged" && link.fate(two) == "sent acknowledged";
  };
  for (std::uint8_t bits = 1; bits < 16; ++bits) CHECK(conversation(false, bits));
  CHECK(conversation(true, 0));
  Link strict([] {
    ClientOptions options = Link::defaults();
    options.strict_reserved = true;
    return options;
  }());
  strict.connect();
  strict.receive_hex("42020001");
  REQUIRE(strict.closed);
  CHECK(strict.closed->error.code() == Errc::wrong_flags);
}

TEST_CASE("CONNACK with a reserved return code is a refusal with its number [MQTT-3.2.2-5]") {
  for (const int code : {6, 128, 255}) {
    Link link;
    REQUIRE_FALSE(static_cast<bool>(link.open()));
    const std::uint8_t packet[] = {0x20, 2, 0, static_cast<std::uint8_t>(code)};
    link.receive_bytes(packet);
    REQUIRE(link.closed);
    CHECK(link.closed->cause == CloseRecord::Cause::refused);
    CHECK(static_cast<int>(link.closed->return_code) == code);
    CHECK(link.closed->sentence() == "The broker refused the connection with the return code " + std::to_string(code) +
                                         ", which MQTT 3.1.1 does not know.");
  }
}

TEST_CASE("Session Present although a clean session was asked for: taken as clean, nothing is resumed [MQTT-3.2.2-1]") {
  Link link(Link::defaults(true));
  link.connect();
  const Delivery delivery = link.publish("a", "x", Qos::at_least_once);
  link.receive(Publish{"b", {}, 5, Qos::exactly_once, false, false});
  link.cut();
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  link.expect<Connect>();
  link.receive_hex("20020100");
  REQUIRE(link.client.connected());
  CHECK_FALSE(link.connected.back().session_present);
  CHECK(link.client.counts().received_ids == 0);
  CHECK_FALSE(link.expect<Publish>().dup);  // anew, not as a redelivery
  CHECK(link.client.delivery_state(delivery) == DeliveryState::sent);
}

TEST_CASE("a repeated fault of the broker is counted, and named with its packet and its topic, escaped") {
  Link link;
  for (unsigned times = 1; times <= 3; ++times) {
    link.connect();
    link.receive_hex("36070003610962" "0001");  // QoS 3 on a topic with a tab: the topic is not known yet
    REQUIRE(link.closed);
    CHECK(link.closed->times == times);
    link.wire.clear();
  }
  CHECK(link.closed->sentence() ==
        "The broker broke the protocol: the QoS is not 0, 1 or 2 ([MQTT-3.3.1-4] [MQTT-3-8.3-4] [MQTT-3.1.2-14]), in "
        "PUBLISH, 3 times in a row.");
  link.connect();
  link.receive_hex("3207000361092b" "0001");  // + in the topic of a PUBLISH
  REQUIRE(link.closed);
  CHECK(link.closed->times == 1);
  CHECK(link.closed->sentence() ==
        "The broker broke the protocol: a topic to publish to can't contain + or # ([MQTT-3.3.2-2] [MQTT-4.7.1-1]), in "
        "PUBLISH on topic \"a\\u0009+\".");
}

TEST_CASE("disconnect() while a message is being handled: it is acknowledged, then DISCONNECT leaves [MQTT-3.14.4-2]") {
  for (const bool journal : {false, true}) {
    ClientOptions options = Link::defaults(false);
    options.journal = journal;
    Link link(options);
    link.connect();
    const auto packets = from_hex("3205000161" "0007" "3205000161" "0008");
    link.client.handle_bytes(packets, link.now);
    const Event* event = link.client.poll_event(link.now);
    REQUIRE(event != nullptr);
    REQUIRE(std::holds_alternative<Message>(*event));
    link.client.disconnect(link.now);
    CHECK_FALSE(link.client.should_close());
    link.drain();
    CHECK(link.expect<Puback>().packet_id == 7);
    link.expect<Disconnect>();
    CHECK(link.quiet());
    CHECK(link.closes == 1);
    CHECK(link.messages.empty());  // the second comes again
  }
}

TEST_CASE("disconnect() after more QoS 0 messages than the output holds: all leave, then DISCONNECT") {
  ClientOptions options = Link::defaults();
  options.output_bytes = 1000;
  Client client(options);
  const Time now{1'000s};
  (void)client.handle_transport_open(now);
  client.consume_output(client.pending_output().size(), now);
  const auto connack = from_hex("20020000");
  client.handle_bytes(connack, now);
  while (client.poll_event(now) != nullptr) {}
  const std::vector<std::uint8_t> payload(100);
  for (int i = 0; i < 1'000; ++i) REQUIRE(client.publish("a", payload, {}, now));
  client.disconnect(now);
  std::size_t publishes = 0;
  std::vector<std::uint8_t> wire;
  while (!client.should_close()) {
    const Bytes output = client.pending_output();
    REQUIRE_FALSE(output.empty());
    CHECK(output.size() <= 1'200);
    const std::size_t count = std::min<std::size_t>(output.size(), 300);
    wire.insert(wire.end(), output.begin(), output.begin() + static_cast<std::ptrdiff_t>(count));
    client.consume_output(count, now);
  }
  FrameReader reader(1 << 20);
  reader.feed(wire);
  Frame frame;
  PacketType last = PacketType::connect;
  while (reader.next(frame) == FrameReader::Status::frame) {
    last = frame.type();
    if (last == PacketType::publish) ++publishes;
  }
  CHECK(publishes == 1'000);
  CHECK(last == PacketType::disconnect);
}
