// The journal's bytes, which programs of other releases read and write: what these tests hold may be added to, never changed.
#include <string>
#include <vector>

#include "link.hpp"
#include "wasmqtt/journal.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using Kind = JournalRecord::Kind;

namespace {

struct Written {
  JournalRecord record;
  std::string_view hex;
};

std::vector<Written> written() {
  static const std::vector<std::uint8_t> expiry = from_hex("02" "0000003c");
  return {
      {{.kind = Kind::session, .text = "alice"}, "01" "05" "616c696365"},
      {{.kind = Kind::put, .number = 5, .qos = Qos::at_least_once, .retain = true, .text = "a", .payload = as_bytes("x")},
       "02" "05" "05" "00" "0161" "0178"},
      {{.kind = Kind::sent, .number = 5, .packet_id = 258}, "03" "05" "0102"},
      {{.kind = Kind::sent, .packet_id = 9}, "03" "00" "0009"},
      {{.kind = Kind::released, .number = 300, .packet_id = 2}, "04" "ac02" "0002"},
      {{.kind = Kind::requeued, .number = 5}, "05" "05"},
      {{.kind = Kind::removed, .number = 5}, "06" "05"},
      {{.kind = Kind::received, .packet_id = 9}, "07" "0009"},
      {{.kind = Kind::received_done, .packet_id = 9}, "08" "0009"},
      {{.kind = Kind::forgot}, "09"},
      {{.kind = Kind::barrier}, "0a"},
      {{.kind = Kind::numbers, .number = 3}, "0b" "03"},
      {{.kind = Kind::strike, .number = 5}, "0c" "05"},
      // Since MQTT 5.
      {{.kind = Kind::put, .number = 6, .qos = Qos::exactly_once, .latest_per_topic = true,
        .deadline = Time{std::chrono::microseconds{300}}, .text = "a", .properties = Properties(expiry)},
       "02" "06" "1a" "ac02" "0161" "00" "05" "020000003c"},
      {{.kind = Kind::ends, .deadline = Time{std::chrono::microseconds{300}}}, "0d" "ac02"},
      {{.kind = Kind::ends}, "0d" "00"},
      {{.kind = Kind::assigned, .text = "id"}, "0e" "02" "6964"},
      // Since several tabs share one session.
      {{.kind = Kind::origin, .number = 5, .source = 300, .sequence = 7}, "0f" "05" "ac02" "07"},
      {{.kind = Kind::note, .text = "f/a", .payload = as_bytes("x")}, "10" "03" "662f61" "0178"},
  };
}

constexpr auto latest = Kind::note;            // of this release
constexpr auto latest_of_3_1_1 = Kind::strike;  // of programs from before MQTT 5

ClientOptions journaling(ClientOptions options) {
  options.journal = true;
  return options;
}

// A life with all that a journal can tell: both QoS, both ways, a lost session.
std::vector<std::uint8_t> life(ClientOptions options) {
  Link link(journaling(std::move(options)));
  link.connect();
  link.publish("a", "1", Qos::at_least_once);
  link.publish("a", "2", Qos::exactly_once);
  link.receive(Puback{1});
  link.receive(Pubrec{2});
  link.receive(Publish{"b", as_bytes("x"), 7, Qos::exactly_once});
  link.reconnect(false);
  link.publish("a", "3", Qos::exactly_once);
  link.cut();
  return link.journal;
}

}  // namespace

TEST_CASE("journal: each record has the bytes that other releases know, and is read from them") {
  Kind seen = Kind::session;
  for (const Written& one : written()) {
    CAPTURE(one.hex);
    const JournalRecord& record = one.record;
    ByteBuffer out;
    write_record(record, out);
    CHECK(to_hex(out) == one.hex);
    JournalRecord back;
    JournalReader reader(out);
    REQUIRE(reader.next(back) == JournalReader::Status::record);
    CHECK(back.kind == record.kind);
    CHECK(back.number == record.number);
    CHECK(back.packet_id == record.packet_id);
    CHECK(back.deadline == record.deadline);
    CHECK(back.text == record.text);
    CHECK(back.source == record.source);
    CHECK(back.sequence == record.sequence);
    CHECK(to_hex(back.payload) == to_hex(record.payload));
    CHECK(to_hex(back.properties.wire()) == to_hex(record.properties.wire()));
    CHECK(reader.next(back) == JournalReader::Status::end);
    seen = std::max(seen, record.kind);
  }
  CHECK(seen == latest);
}

TEST_CASE("journal: what 3.1.1 leaves behind, programs from before MQTT 5 can read; what MQTT 5 leaves, they refuse whole") {
  for (const bool v5 : {false, true}) {
    const std::vector<std::uint8_t> records = life(v5 ? Link::mqtt5(false) : Link::defaults(false));
    REQUIRE(records.size() > 50);
    for (const auto& journal : {records, *compact(records)}) {
      JournalReader reader(journal);
      JournalRecord record;
      bool newer = false;
      while (reader.next(record) == JournalReader::Status::record)
        newer = newer || record.kind > latest_of_3_1_1 || !record.properties.empty();
      CHECK(newer == v5);
    }
  }
}

TEST_CASE("journal: a record of a release to come is taken for damage: nothing is restored, and what was published before stays") {
  std::vector<std::uint8_t> records = life(Link::mqtt5(false));
  records.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(latest) + 1));
  CHECK(compact(records).error() == local_error(Errc::damaged_record));
  Link link(journaling(Link::mqtt5(false)));
  link.publish("mine", "x", Qos::at_least_once);
  CHECK(link.client.handle_restore(records, link.now) == local_error(Errc::damaged_record));
  CHECK(link.client.unfinished().size() == 1);
  CHECK(link.client.counts().received_ids == 0);
}
