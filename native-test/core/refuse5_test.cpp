// MQTT 5: messages that the application refuses, by PUBACK and PUBREC with a reason.
#include <string>

#include "link.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;

namespace {

constexpr auto refusal = ReasonCode::not_authorized;

ClientOptions by_hand() {
  ClientOptions options = Link::mqtt5(false);
  options.manual_acknowledgement = true;
  return options;
}

struct Connection : Link {
  explicit Connection(ClientOptions options = by_hand()) : Link(std::move(options)) { connect(); }
  void incoming(Qos qos, PacketId id, bool dup = false) { receive(Publish{"a", as_bytes("x"), id, qos, false, dup}); }
  Error refuse(std::size_t message, ReasonCode reason_code = refusal) {
    const Error error = client.refuse(messages.at(message).token, reason_code, now);
    drain();
    return error;
  }
  void acknowledge(std::size_t message) {
    client.acknowledge(messages.at(message).token, now);
    drain();
  }
};

}  // namespace

TEST_CASE("mqtt 5: a message that the application refuses is answered with its reason, in the order of arrival [MQTT5-4.6.0-2] "
          "[MQTT5-4.6.0-3] [MQTT5-3.4.2-1] [MQTT5-3.5.2-1]") {
  Connection link;
  link.incoming(Qos::at_least_once, 1);
  link.incoming(Qos::exactly_once, 2);
  CHECK_FALSE(static_cast<bool>(link.refuse(1)));
  CHECK(link.quiet());
  CHECK_FALSE(static_cast<bool>(link.refuse(0, ReasonCode::quota_exceeded)));
  CHECK(to_hex(link.wire) == "4003000197" "5003000287");
  link.wire.clear();
  // Each is answered once.
  CHECK_FALSE(static_cast<bool>(link.refuse(0)));
  link.acknowledge(1);
  CHECK(link.quiet());
}

TEST_CASE("mqtt 5: after a refusing PUBREC the id is a new message, whatever DUP says, and its slot is free [MQTT5-4.3.3-9] "
          "[MQTT5-3.3.4-9]") {
  ClientOptions options = by_hand();
  options.receive_maximum = 1;
  Connection link(options);
  for (std::size_t round = 0; round < 3; ++round) {
    link.incoming(Qos::exactly_once, 1, round == 1);
    REQUIRE(link.messages.size() == round + 1);
    CHECK_FALSE(static_cast<bool>(link.refuse(round)));
    CHECK(link.expect<Pubrec>().reason_code == refusal);
    CHECK(link.client.counts().received_ids == 0);
  }
  CHECK(link.client.connected());
}

TEST_CASE("mqtt 5: a refusal that had no connection to go over answers the message that comes again, and is told to no store "
          "[MQTT5-4.3.3-10]") {
  ClientOptions options = by_hand();
  options.journal = true;
  Connection link(options);
  link.incoming(Qos::exactly_once, 1);
  link.cut();
  const std::size_t before = link.journal.size();
  CHECK_FALSE(static_cast<bool>(link.refuse(0)));
  CHECK(link.journal.size() == before);
  link.connect(true);
  link.incoming(Qos::exactly_once, 1, true);
  CHECK(link.expect<Pubrec>().reason_code == refusal);
  CHECK(link.messages.size() == 1);
  CHECK(link.client.counts().received_ids == 0);
}

TEST_CASE("mqtt 5: what is no refusal, or none that a client may send, is an error, and the message waits; 3.1.1 has none "
          "[MQTT5-3.4.2-1] [MQTT5-3.5.2-1]") {
  Connection link;
  link.incoming(Qos::at_least_once, 1);
  for (const ReasonCode code : {ReasonCode::success, ReasonCode::no_matching_subscribers, ReasonCode::server_busy})
    CHECK(link.refuse(0, code) == local_error(Errc::reserved_reason_code));
  CHECK(link.quiet());
  link.acknowledge(0);
  CHECK(link.expect<Puback>().reason_code == ReasonCode::success);

  ClientOptions options = Link::defaults(false);
  options.manual_acknowledgement = true;
  Connection old(options);
  old.incoming(Qos::at_least_once, 1);
  CHECK(old.refuse(0) == local_error(Errc::not_in_this_version));
  CHECK(old.quiet());
}
