// The inspector's model: fields with their bytes, filters, bounds; over a trace, without a connection.
#include <doctest/doctest.h>

#include "chat/packet_export.hpp"
#include "chat/packet_fields.hpp"
#include "chat/packet_list.hpp"
#include "support/hex.hpp"
#include "wasmqtt/encode.hpp"

using namespace chat;
using namespace wasmqtt;
using wasmqtt::test::from_hex;

namespace {

struct Recorder {
  explicit Recorder(std::size_t packets = 100) : trace({.max_packets = packets}) {}

  void add(Direction direction, const Packet& packet) {
    ByteBuffer bytes;
    REQUIRE_FALSE(static_cast<bool>(encode(packet, bytes)));
    trace.record(now += std::chrono::milliseconds{10}, direction, bytes);
  }
  std::vector<PacketField> fields(std::uint64_t number) const {
    return packet_fields(trace[number], trace.bytes(trace[number]));
  }
  std::string bytes_of(std::uint64_t number, std::string_view name) const {
    for (const PacketField& field : fields(number))
      if (field.name == name)
        return wasmqtt::test::to_hex(trace.bytes(trace[number]).subspan(field.begin, field.end - field.begin));
    return "no such field";
  }
  std::string value_of(std::uint64_t number, std::string_view name) const {
    for (const PacketField& field : fields(number))
      if (field.name == name) return field.value;
    return "no such field";
  }

  PacketTrace trace;
  Time now{};
};

std::string shown(const PacketList& list) {
  std::string numbers;
  for (std::size_t i = 0; i < list.size(); ++i) numbers += std::to_string(list[i]) + " ";
  return numbers;
}

}  // namespace

TEST_CASE("every field of a CONNECT has a name, a value and its bytes; the password has no value") {
  Recorder recorder;
  Connect connect;
  connect.clean_session = false;
  connect.keep_alive = 60;
  connect.client_id = "ab";
  connect.will = Will{"w", as_bytes("{\"a\":1}"), Qos::at_least_once, true};
  connect.user_name = "u";
  connect.password = as_bytes("pw");
  recorder.add(Direction::outbound, connect);
  CHECK(recorder.value_of(1, "Protocol") == "MQTT");
  CHECK(recorder.bytes_of(1, "Protocol") == "00044d515454");
  CHECK(recorder.value_of(1, "Protocol level") == "4 (MQTT 3.1.1)");
  CHECK(recorder.value_of(1, "Clean session") == "no");
  CHECK(recorder.bytes_of(1, "Keep alive") == "003c");
  CHECK(recorder.bytes_of(1, "Client id") == "00026162");
  CHECK(recorder.value_of(1, "Will topic") == "w");
  CHECK(recorder.value_of(1, "Will payload") == "{\"a\":1}");
  CHECK(recorder.value_of(1, "Will QoS") == "1, at least once");
  CHECK(recorder.value_of(1, "Will retain") == "yes");
  CHECK(recorder.value_of(1, "User name") == "u");
  CHECK(recorder.value_of(1, "Password") == "••••");
  CHECK(recorder.bytes_of(1, "Password") == "00022a2a");
  CHECK(packet_json(recorder.fields(1)).find("\"a\": 1") != std::string::npos);
  CHECK(export_json_lines(recorder.trace).find("pw") == std::string::npos);
}

TEST_CASE("a publish, its acknowledgements of every QoS, subscriptions and their answers") {
  Recorder recorder;
  recorder.add(Direction::outbound, Publish{"a/b", as_bytes("hi"), 7, Qos::exactly_once, true, true});
  recorder.add(Direction::inbound, Pubrec{7});
  recorder.add(Direction::outbound, Pubrel{7});
  recorder.add(Direction::inbound, Pubcomp{7});
  recorder.add(Direction::outbound, Subscribe{9, {{"a/#", Qos::at_least_once}, {"b", Qos::at_most_once}}});
  const std::uint8_t codes[] = {1, suback_failure};
  recorder.add(Direction::inbound, Suback{9, codes});
  CHECK(recorder.value_of(1, "QoS") == "2, exactly once");
  CHECK(recorder.value_of(1, "DUP") == "yes");
  CHECK(recorder.value_of(1, "Retain") == "yes");
  CHECK(recorder.bytes_of(1, "Topic") == "0003612f62");
  CHECK(recorder.bytes_of(1, "Packet id") == "0007");
  CHECK(recorder.bytes_of(1, "Payload") == "6869");
  for (std::uint64_t n : {2u, 3u, 4u}) CHECK(recorder.value_of(n, "Packet id") == "7");
  CHECK(recorder.value_of(5, "Topic filter 2") == "b");
  CHECK(recorder.value_of(5, "Requested QoS 1") == "1, at least once");
  CHECK(recorder.value_of(6, "Return code 2") == "128, refused");
  CHECK(packet_topic(recorder.trace[5], recorder.trace.bytes(recorder.trace[5])) == "a/#, …");
}

TEST_CASE("any bytes at all give fields within the bytes, never a crash") {
  std::uint64_t seed = 1;
  const auto random = [&] { return seed = seed * 6364136223846793005u + 1442695040888963407u, static_cast<std::uint8_t>(seed >> 56); };
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::uint8_t> bytes(random() % 40u);
    for (std::uint8_t& byte : bytes) byte = random() % 4 == 0 ? 0 : random();
    TraceEntry entry;
    entry.type = static_cast<PacketType>(1 + random() % 15);
    entry.version = random() % 2 == 0 ? ProtocolVersion::mqtt_3_1_1 : ProtocolVersion::mqtt_5;
    entry.size = static_cast<std::uint32_t>(bytes.size()) + random() % 2u;
    entry.kept = static_cast<std::uint32_t>(bytes.size());
    const auto fields = packet_fields(entry, bytes);
    for (const PacketField& field : fields) {
      REQUIRE(field.begin <= field.end);
      REQUIRE(field.end <= bytes.size());
    }
    (void)packet_json(fields);
    (void)packet_topic(entry, bytes);
  }
}

TEST_CASE("the list follows the trace: filters, what was dropped, a pause, a cleared and a new trace") {
  Recorder recorder(6);
  recorder.add(Direction::outbound, Publish{"chat/a", {}, 0, Qos::at_most_once, false, false});
  recorder.add(Direction::outbound, Pingreq{});
  recorder.add(Direction::inbound, Pingresp{});
  recorder.add(Direction::inbound, Publish{"chat/b", {}, 0, Qos::at_most_once, false, false});
  PacketList list;
  list.update(recorder.trace, {});
  CHECK(shown(list) == "1 4 ");
  list.update(recorder.trace, {.pings = true, .text = {}});
  CHECK(shown(list) == "1 2 3 4 ");
  list.update(recorder.trace, {.text = "CHAT/B"});
  CHECK(shown(list) == "4 ");
  list.update(recorder.trace, {.directions = PacketFilter::Directions::outbound, .text = {}});
  CHECK(shown(list) == "1 ");
  list.set_paused(true);
  recorder.add(Direction::outbound, Disconnect{});
  list.update(recorder.trace, {});
  CHECK(shown(list) == "1 4 ");
  CHECK(list.waiting(recorder.trace) == 1);
  list.set_paused(false);
  for (int i = 0; i < 3; ++i) recorder.add(Direction::outbound, Disconnect{});
  list.update(recorder.trace, {});
  CHECK(shown(list) == "4 5 6 7 8 ");
  CHECK(list.dropped() == 2);
  CHECK(list.row_of(6) == 2);
  CHECK(list.row_of(1) == list.size());
  recorder.trace.clear();
  list.update(recorder.trace, {});
  CHECK(list.size() == 0);
  Recorder other;
  other.add(Direction::outbound, Disconnect{});
  list.update(other.trace, {});
  CHECK(shown(list) == "1 ");
  CHECK(make_row(other.trace, 1, list.start()).time == "0.0");
}

TEST_CASE("the filter's words all have to hold: type, topic with wildcards, QoS, id, direction, flags, and any other word") {
  Recorder recorder;
  recorder.add(Direction::outbound, Publish{"chat/status/alice", {}, 7, Qos::at_least_once, true, false});
  recorder.add(Direction::inbound, Puback{7});
  recorder.add(Direction::inbound, Publish{"chat/status/bob", {}, 0, Qos::at_most_once, false, false});
  recorder.add(Direction::outbound, Publish{"chat/messages/bob/alice", {}, 8, Qos::at_least_once, false, true});
  const auto numbers = [&](std::string words) {
    PacketList list;
    list.update(recorder.trace, {.text = std::move(words)});
    return shown(list);
  };
  CHECK(numbers("type:publish") == "1 3 4 ");
  CHECK(numbers("type:PUB in") == "2 3 ");
  CHECK(numbers("topic:chat/status/+") == "1 2 3 ");
  CHECK(numbers("topic:status out") == "1 ");
  CHECK(numbers("qos:1") == "1 4 ");
  CHECK(numbers("qos:0") == "3 ");
  CHECK(numbers("id:7") == "1 2 ");
  CHECK(numbers("retain") == "1 ");
  CHECK(numbers(" dup   out ") == "4 ");
  CHECK(numbers("bob in") == "3 ");
  CHECK(numbers("nothing:here") == "");
}

TEST_CASE("an acknowledgement's row has the topic of what it answers") {
  Recorder recorder;
  recorder.add(Direction::outbound, Publish{"a/b", {}, 7, Qos::at_least_once, false, false});
  recorder.add(Direction::inbound, Puback{7});
  recorder.add(Direction::inbound, Puback{9});
  CHECK(make_row(recorder.trace, 1, {}).has_own_topic);
  CHECK(make_row(recorder.trace, 2, {}).topic == "a/b");
  CHECK_FALSE(make_row(recorder.trace, 2, {}).has_own_topic);
  CHECK(make_row(recorder.trace, 3, {}).topic == "");
}

TEST_CASE("a remark is a row and an exported line of its own, and no packet of either direction") {
  Recorder recorder;
  recorder.add(Direction::outbound, Pingreq{});
  recorder.trace.note({}, "The connection was lost after 5 s.");
  PacketList list;
  list.update(recorder.trace, {});
  CHECK(shown(list) == "2 ");
  list.update(recorder.trace, {.directions = PacketFilter::Directions::outbound, .text = {}});
  CHECK(shown(list) == "");
  list.update(recorder.trace, {.text = "lost type:connection"});
  CHECK(shown(list) == "2 ");
  for (const char* way : {"in", "out"}) {
    list.update(recorder.trace, {.text = way});
    CHECK(shown(list) == "");
  }
  const PacketRow row = make_row(recorder.trace, 2, {});
  CHECK(row.packet == "connection");
  CHECK(row.topic == "The connection was lost after 5 s.");
  CHECK(row.size.empty());
  CHECK(export_json_lines(recorder.trace).find("\"packet\":\"connection\"") != std::string::npos);
  CHECK(recorder.value_of(2, "Connection") == "The connection was lost after 5 s.");
}
