// The journal: records, compaction, damage, and clocks that were set back.
#include "wasmqtt/journal.hpp"

#include <random>

#include "link.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Kind = JournalRecord::Kind;

namespace {

ClientOptions journaling() {
  ClientOptions options = Link::defaults(false);
  options.journal = true;
  return options;
}

std::vector<JournalRecord> read(Bytes bytes) {
  std::vector<JournalRecord> records;
  JournalReader reader(bytes);
  JournalRecord record;
  JournalReader::Status status;
  while ((status = reader.next(record)) == JournalReader::Status::record) records.push_back(record);
  CHECK(status == JournalReader::Status::end);
  return records;
}

// What a client restored from `records` still has to do: its unfinished messages and the first packets it sends.
std::string future_of(Bytes records) {
  Link link(journaling());
  const Error error = link.client.handle_restore(records, link.now);
  REQUIRE_MESSAGE(!error, error.message());
  std::string text;
  for (const Delivery delivery : link.client.unfinished()) {
    const auto outgoing = link.client.outgoing(delivery);
    REQUIRE(outgoing);
    text += std::to_string(delivery.number) + std::string(describe(outgoing->state)) + " ";
  }
  text += "received=" + std::to_string(link.client.counts().received_ids) + " ";
  link.connect(true);
  text += to_hex(link.wire);
  for (PacketId id = 1; id <= 40; ++id) {  // which are held: no delivery
    link.receive(Publish{"probe", {}, id, Qos::exactly_once, false, false});
  }
  return text + " delivered=" + std::to_string(link.messages.size());
}

// A random but legal life of a session.
struct History {
  explicit History(unsigned seed) : random(seed), link(options()) { link.connect(); }
  static ClientOptions options() {
    ClientOptions options = journaling();
    options.in_flight_window = 5;
    return options;
  }
  void step() {
    link.now += 1s;
    switch (random() % 9) {
      case 0:
      case 1:
      case 2:
        link.publish("t/" + std::to_string(random() % 3), std::string(random() % 30, 'x'),
                     {.qos = random() % 2 == 0 ? Qos::at_least_once : Qos::exactly_once,
                      .retain = random() % 4 == 0,
                      .time_to_live = random() % 6 == 0 ? Duration{2s} : Duration{},
                      .latest_per_topic = random() % 3 == 0});
        break;
      case 3:
      case 4: answer(); break;
      case 5: link.receive(Publish{"in", {}, static_cast<PacketId>(1 + random() % 40), Qos::exactly_once, false, false}); break;
      case 6: link.receive(Pubrel{static_cast<PacketId>(1 + random() % 40)}); break;
      case 7:
        if (random() % 4 == 0) link.reconnect(random() % 3 != 0);
        break;
      case 8:
        for (const Delivery one : link.client.unfinished()) {
          if (random() % 8 == 0) (void)link.client.cancel(one, link.now);
        }
        link.drain();
        break;
    }
  }
  void answer() {
    while (!link.quiet()) {
      const Packet packet = link.next();
      if (random() % 2 == 0) continue;
      if (const auto* publish = std::get_if<Publish>(&packet)) {
        if (publish->qos == Qos::at_least_once) link.receive(Puback{publish->packet_id});
        if (publish->qos == Qos::exactly_once) link.receive(Pubrec{publish->packet_id});
      } else if (const auto* pubrel = std::get_if<Pubrel>(&packet)) {
        link.receive(Pubcomp{pubrel->packet_id});
      }
    }
  }
  std::mt19937 random;
  Link link;
};

}  // namespace

TEST_CASE("journal: each kind of record is read as it was written") {
  const std::vector<JournalRecord> records{
      {.kind = Kind::session, .text = "alice"},
      {.kind = Kind::put, .number = 1ull << 40, .qos = Qos::exactly_once, .retain = true, .latest_per_topic = true,
       .deadline = Time{123456789us}, .text = "a/b", .payload = as_bytes("payload")},
      {.kind = Kind::put, .number = ~0ull, .qos = Qos::at_least_once, .text = "a"},
      {.kind = Kind::sent, .number = 1, .packet_id = 65'535},
      {.kind = Kind::released, .number = 127, .packet_id = 1},
      {.kind = Kind::requeued, .number = 128},
      {.kind = Kind::removed, .number = 16'384},
      {.kind = Kind::received, .packet_id = 9},
      {.kind = Kind::received_done, .packet_id = 9},
      {.kind = Kind::forgot},
      {.kind = Kind::barrier},
      {.kind = Kind::numbers, .number = 3},
  };
  ByteBuffer out;
  for (const JournalRecord& record : records) write_record(record, out);
  const auto back = read(out);
  REQUIRE(back.size() == records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    CHECK(back[i].kind == records[i].kind);
    CHECK(back[i].number == records[i].number);
    CHECK(back[i].packet_id == records[i].packet_id);
    CHECK(back[i].qos == records[i].qos);
    CHECK(back[i].retain == records[i].retain);
    CHECK(back[i].latest_per_topic == records[i].latest_per_topic);
    CHECK(back[i].deadline == records[i].deadline);
    CHECK(back[i].text == records[i].text);
    CHECK(to_hex(back[i].payload) == to_hex(records[i].payload));
  }
}

TEST_CASE("journal: restoring from the compacted records is restoring from all, over random lives [MQTT-4.1.0-1]") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    History history(seed);
    for (int i = 0; i < 120; ++i) {
      history.step();
      if (i % 30 != 29) continue;
      auto& journal = history.link.journal;
      const auto compacted = compact(journal);
      REQUIRE(compacted);
      CHECK(compacted->size() <= journal.size() + 12);  // the highest number, and its kind
      CHECK(future_of(*compacted) == future_of(journal));
      const auto twice = compact(*compacted);
      REQUIRE(twice);
      CHECK(to_hex(*twice) == to_hex(*compacted));
      if (i % 60 == 29) journal = *compacted;  // and it goes on from there
    }
  }
}

TEST_CASE("journal: an empty session compacts to next to nothing; numbers are never used twice") {
  Link link(journaling());
  link.connect();
  for (int i = 0; i < 100; ++i) {
    link.publish("a", "x", Qos::at_least_once);
    link.receive(Puback{link.expect<Publish>().packet_id});
  }
  const Delivery last = link.publish("a", "x", Qos::at_least_once);
  link.receive(Puback{link.expect<Publish>().packet_id});
  const auto compacted = compact(link.journal);
  REQUIRE(compacted);
  CHECK(compacted->size() < 40);
  Link again(journaling());
  again.now -= 24h;  // even if the clock was set back
  REQUIRE_FALSE(static_cast<bool>(again.client.handle_restore(*compacted, again.now)));
  CHECK(again.publish("a", "x", Qos::at_least_once).number > last.number);
  CHECK(compact({})->empty());
}

TEST_CASE("journal: damaged at any byte, in any way, it is read or refused whole, and never crashes") {
  History history(3);
  for (int i = 0; i < 60; ++i) history.step();
  const auto good = history.link.journal;
  REQUIRE(good.size() > 200);
  const auto attempt = [](Bytes records) {
    (void)compact(records);
    Link link(journaling());
    link.publish("mine", "x", Qos::at_least_once);
    const Error error = link.client.handle_restore(records, link.now);
    if (error) {
      CHECK(link.client.unfinished().size() == 1);
      CHECK(link.client.counts().received_ids == 0);
    }
    link.connect(true);
  };
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const unsigned mask : {0x01u, 0x80u, 0xffu}) {
      auto bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ mask);
      attempt(bad);
    }
    attempt(Bytes(good).first(at));
    auto longer = good;
    longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(at), 0xff);
    attempt(longer);
  }
}

TEST_CASE("journal: records that contradict each other are refused") {
  const auto refused = [](const std::vector<JournalRecord>& records) {
    ByteBuffer bytes;
    for (const JournalRecord& record : records) write_record(record, bytes);
    Link link(journaling());
    return link.client.handle_restore(bytes, link.now).code();
  };
  const JournalRecord session{.kind = Kind::session, .text = "alice"};
  const auto put = [](std::uint64_t number, Qos qos = Qos::at_least_once) {
    return JournalRecord{.kind = Kind::put, .number = number, .qos = qos, .text = "a"};
  };
  const auto sent = [](std::uint64_t number, PacketId id) {
    return JournalRecord{.kind = Kind::sent, .number = number, .packet_id = id};
  };
  CHECK(refused({session, put(1), sent(1, 1), put(2), sent(2, 2)}) == Errc::ok);
  CHECK(refused({put(1)}) == Errc::damaged_record);                                 // no session first
  CHECK(refused({session, put(0)}) == Errc::damaged_record);                        // no number
  CHECK(refused({session, put(1), put(1)}) == Errc::damaged_record);                // twice
  CHECK(refused({session, put(1, Qos::at_most_once)}) == Errc::damaged_record);     // QoS 0
  CHECK(refused({session, put(1), sent(1, 1), put(2), sent(2, 1)}) == Errc::damaged_record);  // an id in use
  CHECK(refused({session, put(1), sent(1, 1), sent(1, 2)}) == Errc::damaged_record);  // two ids
  CHECK(refused({session, {.kind = Kind::put, .number = 1, .qos = Qos::at_least_once, .text = "a/#"}}) ==
        Errc::damaged_record);
  CHECK(refused({session, {.kind = Kind::session, .text = "bob"}}) == Errc::wrong_session);
  CHECK(refused({session, sent(7, 1), {.kind = Kind::removed, .number = 7}}) == Errc::ok);  // of a removed one
}

TEST_CASE("journal: compacting keeps the order of acceptance although a clock was set back [MQTT-4.6.0-1]") {
  Link before(journaling());
  before.publish("t", "1", Qos::at_least_once);
  before.publish("t", "2", Qos::exactly_once);
  Link link(journaling());
  link.now -= 24h;
  // While the session is being loaded: a smaller number.
  REQUIRE(link.client.publish("t", as_bytes("3"), {.qos = Qos::at_least_once}, link.now));
  REQUIRE_FALSE(static_cast<bool>(link.client.handle_restore(before.journal, link.now)));
  link.drain();
  link.publish("t", "4", Qos::at_least_once);
  std::vector<std::uint8_t> journal = before.journal;
  journal.insert(journal.end(), link.journal.begin(), link.journal.end());
  const auto compacted = compact(journal);
  REQUIRE(compacted);
  for (const Bytes records : {Bytes(journal), Bytes(*compacted)}) {
    Link after(journaling());
    REQUIRE_FALSE(static_cast<bool>(after.client.handle_restore(records, after.now)));
    after.connect(true);
    for (const char* payload : {"1", "2", "3", "4"}) CHECK(as_text(after.expect<Publish>().payload) == payload);
  }
}

TEST_CASE("journal: a clock set back to a number that is stored already damages nothing [MQTT-4.1.0-1]") {
  Link before(journaling());
  before.connect();
  const Delivery sent = before.publish("t", "sent", Qos::exactly_once);
  const PacketId id = before.expect<Publish>().packet_id;
  const Delivery released = before.publish("t", "released", Qos::exactly_once);
  before.receive(Pubrec{before.expect<Publish>().packet_id});
  before.expect<Pubrel>();
  before.cut();
  const Delivery queued = before.publish("t", "queued", Qos::at_least_once);
  Link link(journaling());
  std::vector<Delivery> mine;
  for (const Delivery same : {sent, released, queued}) {
    link.now = Time{Duration{static_cast<Duration::rep>(same.number)}};
    const auto one = link.client.publish("t", as_bytes("mine"), {.qos = Qos::at_least_once}, link.now);
    REQUIRE(one);
    REQUIRE(*one == same);
    mine.push_back(*one);
  }
  REQUIRE_FALSE(static_cast<bool>(link.client.handle_restore(before.journal, link.now)));
  link.drain();
  CHECK(link.client.unfinished().size() == 6);
  for (const Delivery one : mine) CHECK(as_text(link.client.outgoing(one)->payload) == "mine");
  std::vector<std::uint8_t> journal = before.journal;
  journal.insert(journal.end(), link.journal.begin(), link.journal.end());
  Link after(journaling());
  REQUIRE_FALSE(static_cast<bool>(after.client.handle_restore(journal, after.now)));
  CHECK(after.client.unfinished().size() == 6);
  after.connect(true);
  after.expect<Pubrel>();
  const Publish again = after.expect<Publish>();
  CHECK(again.packet_id == id);
  CHECK(again.dup);
}
