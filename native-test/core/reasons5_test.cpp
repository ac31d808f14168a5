// MQTT 5: reason codes of every operation, both ways.
#include "link.hpp"
#include "wasmqtt/describe.hpp"
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Id = PropertyId;

namespace {

PropertyList words(std::string_view text) {
  PropertyList list;
  REQUIRE_FALSE(static_cast<bool>(list.add(Id::reason_string, text)));
  return list;
}

}  // namespace

TEST_CASE("mqtt 5: a refusing PUBACK or PUBREC is final: the delivery fails with its code and words, no PUBREL, the id free "
          "[MQTT5-4.4.0-2] [MQTT5-4.3.3-4]") {
  Link link(Link::mqtt5(false));
  link.connect();
  const Delivery one = link.publish("a", "1", Qos::at_least_once);
  const Delivery two = link.publish("a", "2", Qos::exactly_once);
  link.wire.clear();
  const PropertyList why = words("no rights");
  link.receive(Puback{1, ReasonCode::not_authorized, why});
  CHECK(link.fate(one) == "sent failed: refused by the broker");
  CHECK(link.deliveries.back().reason_code == ReasonCode::not_authorized);
  CHECK(link.words == "no rights");
  link.receive(Pubrec{2, ReasonCode::topic_name_invalid});
  CHECK(link.fate(two) == "sent failed: refused by the broker");
  CHECK(link.deliveries.back().reason_code == ReasonCode::topic_name_invalid);
  CHECK(link.words == "");
  CHECK(link.quiet());
  CHECK(link.client.counts().in_flight == 0);
  link.reconnect();
  CHECK(link.quiet());  // and nothing is sent again
}

TEST_CASE("mqtt 5: what is no failure is told too: no matching subscribers; PUBCOMP 0x92 ends the exchange [MQTT5-3.7.2-1]") {
  Link link(Link::mqtt5(false));
  link.connect();
  const Delivery one = link.publish("a", "1", Qos::at_least_once);
  const Delivery two = link.publish("a", "2", Qos::exactly_once);
  link.receive(Puback{1, ReasonCode::no_matching_subscribers});
  CHECK(link.fate(one) == "sent acknowledged");
  CHECK(link.deliveries.back().reason_code == ReasonCode::no_matching_subscribers);
  link.receive(Pubrec{2, ReasonCode::no_matching_subscribers});
  link.receive(Pubcomp{2, ReasonCode::packet_identifier_not_found});
  CHECK(link.fate(two) == "sent acknowledged");
  CHECK_FALSE(link.closed);
}

TEST_CASE("mqtt 5: a code that the packet does not know settles the message before it ends the connection [MQTT5-3.4.2-1] [MQTT5-4.4.0-2]") {
  for (const bool strict : {false, true}) {
    ClientOptions options = Link::mqtt5(false);
    options.strict_reserved = strict;
    for (const int code : {0x82, 0x95, 0xff, 0x01}) {
      Link link(options);
      link.connect();
      const Delivery delivery = link.publish("a", "1", Qos::at_least_once);
      link.wire.clear();
      link.receive_bytes(ByteBuffer{0x40, 3, 0, 1, static_cast<std::uint8_t>(code)});
      CHECK(link.fate(delivery) == (code < 0x80 ? "sent acknowledged" : "sent failed: refused by the broker"));
      // Mosquitto's answer to what is above its size limit is lived with.
      const bool stays = code == 0x95 && !strict;
      CHECK(link.closed.has_value() == !stays);
      if (stays) continue;
      CHECK(link.closed->error == peer_error(Errc::reserved_reason_code));
      CHECK(link.expect<Disconnect>().reason_code == ReasonCode::protocol_error);
      link.connect(true);
      CHECK(link.quiet());
    }
  }
}

TEST_CASE("mqtt 5: acknowledgements for unknown ids: PUBREL and PUBCOMP say so, a refusing PUBREC needs none [MQTT5-4.3.3-11] [MQTT5-2.2.1-5]") {
  Link link(Link::mqtt5(false));
  link.connect();
  link.receive(Pubrec{9});
  CHECK(link.expect<Pubrel>().reason_code == ReasonCode::packet_identifier_not_found);
  link.receive(Pubrec{9, ReasonCode::unspecified_error});
  CHECK(link.quiet());
  link.receive(Pubrel{9});
  CHECK(link.expect<Pubcomp>().reason_code == ReasonCode::packet_identifier_not_found);
  link.receive(Puback{9});
  link.receive(Pubcomp{9});
  CHECK(link.quiet());
  CHECK_FALSE(link.closed);
  link.receive(Publish{"a", {}, 9, Qos::exactly_once});
  CHECK(link.expect<Pubrec>().reason_code == ReasonCode::success);
  link.receive(Pubrel{9});
  CHECK(link.expect<Pubcomp>().reason_code == ReasonCode::success);
  Link old(Link::defaults(false));
  old.connect();
  old.receive(Pubrec{9});
  CHECK(to_hex(old.wire) == "62020009");
}

TEST_CASE("mqtt 5: SUBACK and UNSUBACK have a code per filter, in order; another count ends the connection [MQTT5-3.8.4-6] "
          "[MQTT5-3.9.3-1] [MQTT5-3.10.4-5] [MQTT5-3.10.4-6] [MQTT5-3.11.3-1] [MQTT5-3.11.3-2]") {
  Link link(Link::mqtt5(false));
  link.connect();
  const TopicRequest requests[] = {{"a", Qos::exactly_once}, {"b"}, {"c"}};
  const std::string_view filters[] = {"a", "b", "c"};
  REQUIRE(link.client.subscribe(requests, link.now));
  REQUIRE(link.client.unsubscribe(filters, link.now));
  link.drain();
  const std::uint8_t granted[] = {1, 0x87, 0x8f};
  const std::uint8_t ended[] = {0, 0x11, 0x87};
  const PropertyList why = words("why");
  link.receive(Unsuback{2, ended, why});  // in whatever order the answers come
  link.receive(Suback{1, granted, why});
  REQUIRE(link.subscribed.size() == 1);
  CHECK(link.subscribed[0].codes == std::vector<int>{1, 0x87, 0x8f});
  CHECK(to_hex(link.subscribed[0].properties) == to_hex(why.view().wire()));
  REQUIRE(link.unsubscribed.size() == 1);
  CHECK(link.unsubscribed[0].packet_id == 2);
  CHECK(link.reason_codes == std::vector<int>{0, 0x11, 0x87});
  REQUIRE(link.client.unsubscribe(filters, link.now));
  link.drain();
  link.wire.clear();
  link.receive(Unsuback{3, Bytes(ended).first(2)});
  REQUIRE(link.closed);
  CHECK(link.unsubscribed.back().error == peer_error(Errc::suback_count_mismatch));
  CHECK(link.expect<Disconnect>().reason_code == ReasonCode::protocol_error);
}

TEST_CASE("mqtt 5: the broker's DISCONNECT is in the close record, in words, and nothing is answered [MQTT5-4.13.2-1] [MQTT5-3.14.2-1]") {
  Link link(Link::mqtt5(false));
  link.connect();
  link.advance(5s);
  link.receive(Disconnect{ReasonCode::server_shutting_down, words("maintenance")});
  REQUIRE(link.closed);
  CHECK(link.closed->cause == CloseRecord::Cause::ended_by_broker);
  CHECK(link.closed->reason_code == ReasonCode::server_shutting_down);
  CHECK(link.closed->sentence() == "The broker ended the connection after 5000 ms: Server shutting down (code 139: maintenance).");
  CHECK(link.quiet());
  CHECK(link.closes == 1);
}

TEST_CASE("mqtt 5: a DISCONNECT before CONNACK, with reserved flags, or with an expiry is the broker's fault [MQTT5-3.14.0-1] "
          "[MQTT5-3.14.1-1] [MQTT5-3.14.2-2]") {
  Link early(Link::mqtt5(false));
  REQUIRE_FALSE(static_cast<bool>(early.open()));
  early.expect<Connect>();
  early.receive_hex("e0018b");
  CHECK(early.closed->error == peer_error(Errc::first_packet_not_connack));
  for (const char* hex : {"e1018b", "e2018b", "e4018b", "e8018b", "e007000511000000" "05"}) {
    Link link(Link::mqtt5(false));
    link.connect();
    link.receive_hex(hex);
    REQUIRE(link.closed);
    CHECK(link.closed->cause == CloseRecord::Cause::protocol_error);
    CHECK(link.expect<Disconnect>().reason_code == ReasonCode::malformed_packet);
  }
}

TEST_CASE("mqtt 5: each fault of the broker is answered by the DISCONNECT that fits, and nothing follows it [MQTT5-3.14.4-1] [MQTT5-3.14.4-2]") {
  struct Fault {
    const char* hex;
    ReasonCode code;
  };
  for (const Fault& fault : {Fault{"0000", ReasonCode::malformed_packet}, Fault{"2003000000", ReasonCode::protocol_error},
                             Fault{"3006000161020501", ReasonCode::malformed_packet},
                             Fault{"300800016104" "01010101", ReasonCode::protocol_error},
                             Fault{"3006000123" "00" "7878", ReasonCode::topic_name_invalid},
                             Fault{"3006000080" "0078" "78", ReasonCode::malformed_packet},
                             Fault{"3006000300" "0000" "78", ReasonCode::malformed_packet},
                             Fault{"c000", ReasonCode::protocol_error}, Fault{"d08000", ReasonCode::malformed_packet},
                             Fault{"3206000161" "000000", ReasonCode::protocol_error}}) {
    CAPTURE(fault.hex);
    Link link(Link::mqtt5(false));
    link.connect();
    link.receive(Publish{"a", {}, 1, Qos::at_least_once});
    link.expect<Puback>();
    link.publish("a", "x", Qos::at_least_once);
    link.expect<Publish>();
    link.receive_hex(fault.hex);
    REQUIRE(link.closed);
    CHECK(link.closed->cause == CloseRecord::Cause::protocol_error);
    CHECK(link.expect<Disconnect>().reason_code == fault.code);
    link.publish("a", "y", Qos::at_least_once);
    CHECK(link.quiet());
    // 3.1.1 just closes.
    Link old(Link::defaults(false));
    old.connect();
    old.receive_hex("0000");
    REQUIRE(old.closed);
    CHECK(old.quiet());
  }
}

TEST_CASE("mqtt 5: the DISCONNECT for a fault waits for no journal, and never begins in the middle of another packet") {
  ClientOptions options = Link::mqtt5(false);
  options.journal = true;
  Link link(options);
  link.connect();
  link.durable = false;
  link.publish("a", "x", Qos::at_least_once);
  link.wire.clear();
  link.receive_hex("0000");
  CHECK(to_hex(link.wire) == "e00181");

  Client client(Link::mqtt5(false));
  const Time now{std::chrono::seconds{1'700'000'000}};
  REQUIRE_FALSE(static_cast<bool>(client.handle_transport_open(now)));
  client.consume_output(client.pending_output().size(), now);
  const auto connack = from_hex("2003000000");
  client.handle_bytes(connack, now);
  while (client.poll_event(now) != nullptr) {}
  REQUIRE(client.publish("a", as_bytes("0123456789"), {}, now));
  client.consume_output(5, now);
  const auto bad = from_hex("0000");
  client.handle_bytes(bad, now);
  while (client.poll_event(now) != nullptr) {}
  CHECK(client.should_close());
  CHECK(client.pending_output().empty());
}

TEST_CASE("driver 5: a DISCONNECT for a fault that found no room is not written to the next connection [MQTT5-3.1.0-1]") {
  MqttOptions options = client_options(false);
  options.client.protocol = Protocol::mqtt_5;
  World world(std::move(options));
  world.broker.version = ProtocolVersion::mqtt_5;
  world.connect();
  world.broker.limit_writes(0);
  world.broker.reply_hex("d001");  // PINGRESP with a length
  world.broker.reply_hex("00");
  CHECK(world.mqtt.close_record().cause == CloseRecord::Cause::protocol_error);
  world.broker.limit_writes(1000);
  world.wait();
  REQUIRE(world.broker.is_opening());
  CHECK(world.mqtt.publish("a", "x", {.qos = Qos::at_least_once}));
  world.loop.run_turns();
  CHECK(world.broker.quiet());
  world.accept();
}

TEST_CASE("mqtt 5: AUTH that nobody asked for ends the connection, before CONNACK too [MQTT5-4.12.0-6]") {
  for (const bool connected : {false, true}) {
    Link link(Link::mqtt5(false));
    if (connected) {
      link.connect();
    } else {
      REQUIRE_FALSE(static_cast<bool>(link.open()));
      link.expect<Connect>();
    }
    link.receive_hex("f0061804150001" "4d");
    REQUIRE(link.closed);
    CHECK(link.expect<Disconnect>().reason_code == ReasonCode::protocol_error);
  }
}

TEST_CASE("mqtt 5: reasons that we asked not to get are the broker's fault; where they are allowed they are not [MQTT5-3.1.2-29]") {
  ClientOptions options = Link::mqtt5(false);
  REQUIRE_FALSE(static_cast<bool>(options.properties.add(Id::request_problem_information, 0)));
  Link link(options);
  link.connack_properties = words("fine here");
  link.connect();
  PropertyList user;
  REQUIRE_FALSE(static_cast<bool>(user.add_user_property("k", "v")));
  link.receive(Publish{"a", {}, 0, Qos::at_most_once, false, false, user});
  CHECK_FALSE(link.closed);
  link.subscribe("a");
  link.wire.clear();
  const std::uint8_t granted[] = {0};
  link.receive(Suback{1, granted, user});
  REQUIRE(link.closed);
  CHECK(link.closed->error == peer_error(Errc::unexpected_reason));
  CHECK(link.expect<Disconnect>().reason_code == ReasonCode::protocol_error);
}

namespace {

MqttOptions options5(TakeoverPolicy policy = TakeoverPolicy::report) {
  MqttOptions options = client_options(false);
  options.client.protocol = Protocol::mqtt_5;
  options.driver.takeover.policy = policy;
  return options;
}

struct World5 : World {
  explicit World5(MqttOptions options = options5()) : World(std::move(options)) {
    broker.version = ProtocolVersion::mqtt_5;
    mqtt.on_event = [this](const MqttEvent& event) {
      if (const auto* suspected = std::get_if<TakeoverSuspected>(&event)) suspicions.push_back(suspected->likelihood);
      if (const auto* answer = std::get_if<SubscriptionAnswered>(&event)) {
        answers.push_back(answer->reason_code);
        granted = answer->granted.has_value();
      }
    };
  }
  std::vector<TakeoverSuspected::Likelihood> suspicions;
  std::vector<ReasonCode> answers;
  bool granted = false;
};

}  // namespace

TEST_CASE("driver 5: refusals that can heal are tried again, the others stop, with the reason [MQTT5-3.1.4-2] [MQTT5-3.2.2-12] "
          "[MQTT5-3.2.2-13] [MQTT5-4.12.0-1]") {
  for (const auto& [code, state] : {std::pair{ReasonCode::server_busy, ConnectionState::waiting},
                                    std::pair{ReasonCode::quota_exceeded, ConnectionState::waiting},
                                    std::pair{ReasonCode::server_moved, ConnectionState::waiting},
                                    std::pair{ReasonCode::not_authorized, ConnectionState::stopped},
                                    std::pair{ReasonCode::bad_authentication_method, ConnectionState::stopped},
                                    std::pair{ReasonCode::qos_not_supported, ConnectionState::stopped},
                                    std::pair{ReasonCode::retain_not_supported, ConnectionState::stopped}}) {
    World5 world;
    world.mqtt.connect();
    world.broker.accept();
    world.broker.expect<Connect>();
    world.broker.reply(Connack{false, {}, code});
    CHECK(world.mqtt.state() == state);
    CHECK(world.mqtt.close_record().reason_code == code);
    if (state == ConnectionState::stopped) CHECK(world.mqtt.stop_reason() == StopReason::refused);
  }
}

TEST_CASE("driver 5: 0x8E is a takeover at once, 0x98 is none; others wait for the next attempt or stop [MQTT5-3.1.4-3]") {
  for (const TakeoverPolicy policy : {TakeoverPolicy::report, TakeoverPolicy::stop}) {
    World5 world(options5(policy));
    world.connect();
    world.broker.reply(Disconnect{ReasonCode::session_taken_over});
    REQUIRE(world.suspicions.size() == 1);
    CHECK(world.suspicions[0] == TakeoverSuspected::Likelihood::certain);
    const bool stops = policy == TakeoverPolicy::stop;
    CHECK(world.mqtt.state() == (stops ? ConnectionState::stopped : ConnectionState::waiting));
    if (stops) CHECK(world.mqtt.stop_reason() == StopReason::taken_over);
    CHECK(world.broker.quiet());
    CHECK(world.broker.closed_by_client() == 1);
  }
  for (const auto& [code, state] : {std::pair{ReasonCode::administrative_action, ConnectionState::waiting},
                                    std::pair{ReasonCode::server_shutting_down, ConnectionState::waiting},
                                    std::pair{ReasonCode::shared_subscriptions_not_supported, ConnectionState::stopped}}) {
    World5 world(options5(TakeoverPolicy::stop));
    world.connect();
    world.broker.reply(Disconnect{code});
    CHECK(world.mqtt.state() == state);
    CHECK(world.suspicions.empty());
  }
}

TEST_CASE("MqttClient 5: a refused subscription is told with its code, and is not taken for a grant [MQTT5-3.8.4-7]") {
  World5 world;
  world.connect();
  REQUIRE(world.mqtt.subscribe("a", Qos::exactly_once));
  world.loop.run_turns();
  const PacketId id = world.broker.expect<Subscribe>().packet_id;
  const std::uint8_t refused[] = {0x87};
  world.broker.reply(Suback{id, refused});
  CHECK(world.answers == std::vector<ReasonCode>{ReasonCode::not_authorized});
  CHECK_FALSE(world.granted);
}

TEST_CASE("MqttClient 5: on_delivery_changed has the broker's code and words") {
  World5 world;
  std::string told;
  world.mqtt.on_delivery_changed = [&](const DeliveryChanged& change) {
    told += std::string(describe(change.state)) + " " + std::string(describe(change.reason_code)) + " " +
            std::string(change.reason_string) + "; ";
  };
  world.connect();
  world.publish("a", "x", Qos::at_least_once);
  world.broker.expect<Publish>();
  const PropertyList why = words("no rights");
  world.broker.reply(Puback{1, ReasonCode::not_authorized, why});
  CHECK(told == "sent Success ; failed Not authorized no rights; ");
}

TEST_CASE("reason codes: which are tried again after CONNACK, and which after DISCONNECT") {
  for (unsigned code = 0x80; code <= 0xa2; ++code) {
    CAPTURE(code);
    const auto reason = static_cast<ReasonCode>(code);
    const bool refusal = code == 0x88 || code == 0x89 || code == 0x97 || code == 0x9c || code == 0x9d || code == 0x9f;
    CHECK(can_heal(reason, PacketType::connack) == refusal);
    const bool lasting = code == 0x87 || code == 0x8c || code == 0x8e || code == 0x9a || code == 0x9b || code == 0x9e ||
                         code == 0xa1 || code == 0xa2;
    CHECK(can_heal(reason, PacketType::disconnect) == !lasting);
  }
}
