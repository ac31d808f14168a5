// The session's journal: records, compaction, restoring, damage, and the session after a crash.
#include "wasmqtt/journal.hpp"

#include <random>

#include "link.hpp"
#include "wasmqtt/session_store.hpp"
#include "world.hpp"

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

// ---- write ahead ----

TEST_CASE("write ahead: no QoS 1 or 2 PUBLISH before its record is durable; then it goes at once") {
  Link link(journaling());
  link.connect();
  link.durable = false;
  link.publish("a", "x", Qos::at_least_once);
  CHECK(link.quiet());
  const std::uint64_t position = link.client.journal_position();
  link.publish("a", "y", Qos::at_least_once);
  link.client.handle_journal_durable(position);
  link.drain();
  CHECK(as_text(link.expect<Publish>().payload) == "x");
  CHECK(link.quiet());
  link.client.handle_journal_durable(link.client.journal_position());
  link.client.handle_journal_durable(1);  // late answers change nothing
  link.drain();
  CHECK(as_text(link.expect<Publish>().payload) == "y");
}

TEST_CASE("write ahead: PUBREC, PUBREL and PUBCOMP wait for their records too, PUBACK for what was stored before [MQTT-4.3.3-2]") {
  Link link(journaling());
  link.connect();
  const PacketId mine = (link.publish("a", "x", Qos::exactly_once), link.expect<Publish>().packet_id);
  const auto waits = [&](const Packet& packet) {
    link.durable = false;
    link.receive(packet);
    const bool quiet = link.quiet();
    link.durable = true;
    link.drain();
    return quiet && !link.quiet();
  };
  CHECK(waits(Pubrec{mine}));
  link.expect<Pubrel>();
  CHECK(waits(Publish{"b", {}, 1, Qos::at_least_once, false, false}));
  link.expect<Puback>();
  CHECK(waits(Publish{"b", {}, 2, Qos::exactly_once, false, false}));
  link.expect<Pubrec>();
  CHECK(waits(Pubrel{2}));
  link.expect<Pubcomp>();
}

TEST_CASE("after a crash the session goes on from its journal: PUBREL, PUBLISH with DUP, queued, received ids [MQTT-4.1.0-1] [MQTT-4.4.0-1]") {
  ClientOptions options = journaling();
  options.in_flight_window = 3;
  std::vector<std::uint8_t> journal;
  std::vector<PacketId> ids;
  Delivery queued;
  {
    Link link(options);
    link.connect();
    for (const char* text : {"1", "2", "3"}) {
      link.publish("a", text, {.qos = text[0] == '2' ? Qos::exactly_once : Qos::at_least_once, .retain = text[0] == '3'});
      ids.push_back(link.expect<Publish>().packet_id);
    }
    queued = link.publish("a", "4", Qos::at_least_once);
    link.receive(Pubrec{ids[1]});
    link.receive(Publish{"b", {}, 9, Qos::exactly_once, false, false});
    journal = link.journal;
  }
  Link link(options);
  REQUIRE_FALSE(static_cast<bool>(link.client.handle_restore(journal, link.now)));
  CHECK(link.client.unfinished().size() == 4);
  CHECK(link.client.delivery_state(queued) == DeliveryState::queued);
  CHECK(as_text(link.client.outgoing(queued)->payload) == "4");
  CHECK_FALSE(link.client.outgoing(Delivery{12345}));
  link.connect(true);
  CHECK(link.expect<Pubrel>().packet_id == ids[1]);
  for (const std::size_t i : {0u, 2u}) {
    const Publish again = link.expect<Publish>();
    CHECK(again.packet_id == ids[i]);
    CHECK(again.dup);
    CHECK(again.retain == (i == 2));
  }
  CHECK(link.quiet());
  link.receive(Publish{"b", {}, 9, Qos::exactly_once, false, true});
  CHECK(link.messages.empty());
  link.expect<Pubrec>();
  link.receive(Puback{ids[0]});
  const Publish fourth = link.expect<Publish>();
  CHECK(as_text(fourth.payload) == "4");
  CHECK_FALSE(fourth.dup);
  link.receive(Puback{fourth.packet_id});
  CHECK(link.fate(queued) == "sent acknowledged");
}

TEST_CASE("after a crash, a broker without the session: told as lost, published anew with DUP 0 [MQTT-3.2.2-2]") {
  Link before(journaling());
  before.connect();
  before.publish("a", "x", Qos::exactly_once);
  Link link(journaling());
  REQUIRE_FALSE(static_cast<bool>(link.client.handle_restore(before.journal, link.now)));
  link.connect(false);
  CHECK(link.lost.size() == 1);
  CHECK_FALSE(link.expect<Publish>().dup);
}

TEST_CASE("what was published while the session was loading comes after it, and its handles stay good") {
  Link before(journaling());
  before.publish("old", "1", Qos::at_least_once);
  Link link(journaling());
  link.now += 1s;
  const Delivery mine = link.publish("new", "2", Qos::at_least_once);
  REQUIRE_FALSE(static_cast<bool>(link.client.handle_restore(before.journal, link.now)));
  CHECK(link.client.delivery_state(mine) == DeliveryState::queued);
  link.connect();
  CHECK(link.expect<Publish>().topic == "old");
  CHECK(link.expect<Publish>().topic == "new");
  CHECK(link.fate(mine) == "sent");
}

TEST_CASE("latest per topic reaches over a restart: what is loaded is superseded by what was published meanwhile") {
  const std::string large(5000, 'x');  // in a block of its own, so that a sanitizer sees it go
  const PublishOptions latest{.qos = Qos::at_least_once, .latest_per_topic = true};
  Link before(journaling());
  before.publish("t", large + "old", latest);
  Link link(journaling());
  link.now += 1s;
  link.publish("t", large + "new", latest);
  REQUIRE_FALSE(static_cast<bool>(link.client.handle_restore(before.journal, link.now)));
  link.drain();
  REQUIRE(link.deliveries.size() == 1);
  CHECK(link.deliveries[0].reason == FailureReason::superseded);
  link.publish("t", large + "newest", latest);
  link.connect();
  CHECK(as_text(link.expect<Publish>().payload).ends_with("newest"));
  CHECK(link.quiet());
}

// ---- stores ----

TEST_CASE("MemoryStore: a new client goes on with the session; another id gets none [MQTT-3.1.3-2]") {
  MemoryStore store;
  {
    World world(client_options(false), &store);
    world.connect();
    world.publish("a", "x", Qos::at_least_once);
    world.broker.expect<Publish>();
  }
  {
    World world(client_options(false), &store);
    world.connect(true);
    CHECK(world.broker.expect<Publish>().dup);
    CHECK(world.mqtt.driver().durable());
  }
  MqttOptions other = client_options(false);
  other.client.client_id = "bob";
  World world(std::move(other), &store);
  world.connect();
  CHECK(world.broker.quiet());
}

TEST_CASE("MemoryStore: stays small over 100,000 messages") {
  MemoryStore store;
  World world(client_options(false), &store);
  world.connect();
  std::size_t largest = 0;
  for (int i = 0; i < 20'000; ++i) {
    world.publish("a", "0123456789", Qos::at_least_once);
    world.broker.reply(Puback{world.broker.expect<Publish>().packet_id});
    largest = std::max(largest, store.records().size());
  }
  CHECK(largest < 256 * 1024);
}

namespace {

// Answers when the test says so, and as it says.
struct LateStore final : SessionStore {
  void load(const std::string&, Loaded loaded) override { loads.push_back(std::move(loaded)); }
  void append(Bytes records, Written written) override {
    bytes.insert(bytes.end(), records.begin(), records.end());
    writes.push_back(std::move(written));
  }
  void answer(bool ok = true) {
    auto all = std::move(writes);
    writes.clear();
    for (const Written& written : all) written(ok, ok ? "" : "the disk is full");
  }
  std::vector<Loaded> loads;
  std::vector<Written> writes;
  std::vector<std::uint8_t> bytes;
};

}  // namespace

TEST_CASE("a slow store: loading first, then connecting; PUBLISH leaves when the store has its record") {
  LateStore store;
  World world(client_options(false), &store);
  world.mqtt.connect();
  CHECK(world.mqtt.state() == ConnectionState::loading);
  CHECK(world.broker.opened() == 0);
  world.mqtt.connect();
  REQUIRE(store.loads.size() == 1);
  store.loads[0](true, {}, {});
  CHECK(world.mqtt.state() == ConnectionState::connecting);
  store.loads[0](true, {}, {});  // a second answer is ignored
  world.accept();
  world.publish("a", "x", Qos::at_least_once);
  CHECK(world.broker.quiet());
  CHECK(store.writes.size() == 1);
  store.answer();
  world.broker.expect<Publish>();
}

TEST_CASE("disconnect() while loading stops; connect() afterwards takes what was loaded") {
  LateStore store;
  World world(client_options(false), &store);
  world.mqtt.connect();
  world.mqtt.disconnect();
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  store.loads[0](true, {}, {});
  CHECK(world.broker.opened() == 0);
  world.mqtt.connect();
  CHECK(world.broker.opened() == 1);
}

TEST_CASE("a store that can't be read or written: told once, and the session goes on in memory") {
  LateStore store;
  World world(client_options(false), &store);
  std::vector<std::string> problems;
  world.mqtt.on_lifecycle = [&](const Lifecycle& event) {
    if (event.kind == Lifecycle::Kind::store_problem) problems.emplace_back(event.text);
  };
  world.mqtt.connect();
  SUBCASE("it can't be read") { store.loads[0](false, {}, "denied"); }
  SUBCASE("it is damaged") { store.loads[0](true, from_hex("ff"), {}); }
  SUBCASE("it can't be written") {
    store.loads[0](true, {}, {});
    world.accept();
    world.publish("a", "lost?", Qos::at_least_once);
    store.answer(false);
    CHECK(as_text(world.broker.expect<Publish>().payload) == "lost?");
    world.broker.cut();
    world.wait();
  }
  world.accept(true);
  CHECK(problems.size() == 1);
  CHECK_FALSE(world.mqtt.driver().durable());
  world.publish("a", "x", Qos::at_least_once);
  world.broker.expect<Publish>();
}

TEST_CASE("the store's answers after the client's end are ignored") {
  LateStore store;
  {
    World world(client_options(false), &store);
    world.mqtt.connect();
  }
  store.loads[0](true, {}, {});
  LateStore writing;
  {
    World world(client_options(false), &writing);
    world.mqtt.connect();
    writing.loads[0](true, {}, {});
    world.publish("a", "x", Qos::at_least_once);
  }
  writing.answer();
}
