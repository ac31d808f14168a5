// MQTT 5 over a restart: when the session has run out, and the client id that the broker gave to it.
#include "link.hpp"
#include "wasmqtt/journal.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Id = PropertyId;

namespace {

ClientOptions journaling(std::uint32_t expiry = 100) {
  ClientOptions options = Link::mqtt5(false);
  options.session_expiry = expiry;
  options.journal = true;
  return options;
}

// Another program with what the first one left, `gap` later.
struct Restarted : Link {
  Restarted(const Link& before, Duration gap, ClientOptions options = journaling(), bool compacted = false)
      : Link(std::move(options)) {
    now = before.now + gap;
    journal = before.journal;
    if (compacted) journal = *compact(journal);
    const Error error = client.handle_restore(std::vector<std::uint8_t>(journal), now);
    REQUIRE_MESSAGE(!error, error.message());
  }
};

bool starts_clean(Link& link) {
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  link.connect_packet = link.expect<Connect>();
  return link.connect_packet.clean_session;
}

std::string kinds(Bytes bytes) {
  std::string text;
  JournalReader reader(bytes);
  for (JournalRecord record; reader.next(record) == JournalReader::Status::record;) {
    if (record.kind == JournalRecord::Kind::ends) text += record.deadline == Time{} ? "ends:? " : "ends:+ ";
    if (record.kind == JournalRecord::Kind::assigned) text += "assigned:" + std::string(record.text) + " ";
  }
  return text;
}

}  // namespace

TEST_CASE("mqtt 5: after a restart a session that has run out is not resumed, and what is unfinished goes out as new [MQTT5-3.1.2-23] "
          "[MQTT5-3.2.2-4]") {
  for (const bool compacted : {false, true}) {
    Link link(journaling());
    link.connect();
    link.publish("a", "x", Qos::at_least_once);
    link.cut();
    Restarted in_time(link, 100s - 1us, journaling(), compacted);
    CHECK_FALSE(starts_clean(in_time));
    Restarted late(link, 100s, journaling(), compacted);
    CHECK(starts_clean(late));
    late.receive(Connack{});
    CHECK(late.lost.size() == 1);
    CHECK_FALSE(late.expect<Publish>().dup);
  }
}

TEST_CASE("mqtt 5: the end that is recorded is that of the broker's expiry, or of DISCONNECT's; one without end is none") {
  Link shorter(journaling());
  REQUIRE_FALSE(static_cast<bool>(shorter.connack_properties.add(Id::session_expiry_interval, 10)));
  shorter.connect();
  shorter.cut();
  CHECK(kinds(shorter.journal) == "ends:+ ");
  Restarted after_shorter(shorter, 10s);
  CHECK(starts_clean(after_shorter));

  Link longer(journaling());
  longer.connect();
  REQUIRE_FALSE(static_cast<bool>(longer.client.disconnect(longer.now, {.session_expiry = 200})));
  longer.drain();
  Restarted in_time(longer, 199s);
  CHECK_FALSE(starts_clean(in_time));
  Restarted late(longer, 200s);
  CHECK(starts_clean(late));

  Link ended(journaling());
  ended.connect();
  REQUIRE_FALSE(static_cast<bool>(ended.client.disconnect(ended.now, {.session_expiry = 0})));
  ended.drain();
  Restarted at_once(ended, 0s);
  CHECK(starts_clean(at_once));

  Link never(journaling(never_expires));
  never.connect();
  never.cut();
  CHECK(kinds(never.journal) == "");
  Restarted much_later(never, 24h * 1000, journaling(never_expires));
  CHECK_FALSE(starts_clean(much_later));
}

TEST_CASE("mqtt 5: a program that is killed while it is connected does not know when its session ends: the broker decides") {
  Link link(journaling());
  link.connect();
  link.cut();
  link.connect(true);
  CHECK(kinds(link.journal) == "ends:+ ends:? ");
  Restarted killed(link, 24h);
  CHECK_FALSE(starts_clean(killed));
}

TEST_CASE("mqtt 5: that the end is not known any more is durable before CONNECT leaves") {
  Link link(journaling());
  link.connect();
  link.cut();
  link.durable = false;
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  CHECK(link.quiet());
  CHECK(kinds(link.journal) == "ends:+ ends:? ");
  link.client.handle_journal_durable(link.client.journal_position());
  link.drain();
  link.expect<Connect>();
  // Killed before CONNACK: the broker may have taken it.
  Restarted killed(link, 24h);
  CHECK_FALSE(starts_clean(killed));
}

TEST_CASE("mqtt 5: a CONNECT without answer may have given the session new time; one that was refused has not") {
  const auto clean_after = [](bool refused) {
    Link link(journaling());
    link.connect();
    link.cut();
    link.now += 60s;
    REQUIRE_FALSE(static_cast<bool>(link.open()));
    link.expect<Connect>();
    if (refused) link.receive(Connack{false, {}, ReasonCode::server_busy});
    else link.cut();
    Restarted again(link, 60s);
    const bool clean = starts_clean(again);
    link.now += 60s;
    CHECK(starts_clean(link) == clean);
    return clean;
  };
  CHECK(clean_after(true));
  CHECK_FALSE(clean_after(false));

  Link for_ever(journaling(never_expires));
  for_ever.connect();
  REQUIRE_FALSE(static_cast<bool>(for_ever.client.disconnect(for_ever.now, {.session_expiry = 10})));
  for_ever.drain();
  for_ever.expect<Disconnect>();
  CHECK_FALSE(starts_clean(for_ever));
  for_ever.cut();
  for_ever.now += 24h;
  CHECK_FALSE(starts_clean(for_ever));
}

TEST_CASE("mqtt 5: a session that has run out stays so until a clean start was accepted, whatever ends the program before") {
  Link link(journaling());
  link.connect();
  link.cut();
  Restarted once(link, 100s);
  CHECK(starts_clean(once));
  Restarted killed(once, 1s);
  CHECK(starts_clean(killed));
  killed.receive(Connack{});
  REQUIRE(killed.client.connected());
  Restarted accepted(killed, 1s);
  CHECK_FALSE(starts_clean(accepted));
}

TEST_CASE("3.1.1: a session has no end, none is recorded, and one that ran out in MQTT 5 is no reason to ask for a clean one [MQTT-3.1.2-4]") {
  ClientOptions old = journaling();
  old.protocol = Protocol::mqtt_3_1_1;
  Link link(old);
  link.connect();
  link.cut();
  CHECK(kinds(link.journal) == "");
  Link newer(journaling());
  newer.connect();
  newer.cut();
  Restarted older(newer, 24h, old);
  CHECK_FALSE(starts_clean(older));
}

TEST_CASE("mqtt 5: an assigned client id is used by a later program with the same store, and nothing leaves before it is durable "
          "[MQTT5-3.1.3-7] [MQTT5-3.2.2-16] [MQTT5-3.1.3-2]") {
  ClientOptions options = journaling();
  options.client_id = "";
  for (const bool compacted : {false, true}) {
    Link link(options);
    REQUIRE_FALSE(static_cast<bool>(link.connack_properties.add(Id::assigned_client_identifier, "given")));
    link.publish("a", "x", Qos::at_least_once);
    REQUIRE_FALSE(static_cast<bool>(link.open()));
    CHECK(link.expect<Connect>().client_id == "");
    link.durable = false;
    link.receive(Connack{false, {}, {}, link.connack_properties});
    CHECK(link.quiet());
    CHECK(kinds(link.journal) == "assigned:given ");
    link.durable = true;
    link.drain();
    link.expect<Publish>();
    link.cut();
    Restarted again(link, 1s, options, compacted);
    CHECK(again.client.options().client_id == "given");
    CHECK_FALSE(starts_clean(again));
    CHECK(again.connect_packet.client_id == "given");
    again.receive(Connack{true});
    CHECK(again.expect<Publish>().dup);
  }
  // The journal is another's.
  Link own(journaling());
  CHECK(own.client.handle_restore(from_hex("0100" "0e05" "676976656e"), own.now) == local_error(Errc::wrong_session));
}

TEST_CASE("journal: what is older is read, what is newer or can't be is refused") {
  // Session, put, sent: as a program from before these records wrote them.
  Link link(journaling());
  CHECK_FALSE(static_cast<bool>(link.client.handle_restore(from_hex("0105616c696365" "0201010001610178" "03010001"), link.now)));
  CHECK(link.client.unfinished().size() == 1);
  CHECK_FALSE(starts_clean(link));
  for (const char* hex : {"0100" "0e00", "0100" "0e01ff", "0100" "0e", "0100" "0d", "0100" "0dffffffffffffffffffff", "0100" "0f"}) {
    ClientOptions options = journaling();
    options.client_id = "";
    Link damaged(options);
    CHECK(damaged.client.handle_restore(from_hex(hex), damaged.now) == local_error(Errc::damaged_record));
    CHECK(damaged.client.options().client_id == "");
  }
}
