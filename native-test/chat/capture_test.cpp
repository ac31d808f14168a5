// Packets as files: what is written is decoded by tshark, and read again; what is read may be anything.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>
#include <utility>

#include "chat/mosquitto_pub.hpp"
#include "chat/packet_export.hpp"
#include "chat/packet_import.hpp"
#include "chat/packet_list.hpp"
#include "chat/pcapng.hpp"
#include "wasmqtt/encode.hpp"

using namespace chat;
using namespace wasmqtt;

namespace {

constexpr auto out = Direction::outbound, in = Direction::inbound;
constexpr TraceLimits limits{.max_packets = 1000};

struct Capture {
  explicit Capture(ProtocolVersion its_version = ProtocolVersion::mqtt_3_1_1) : version(its_version) {}

  void add(Direction direction, const Packet& packet) {
    ByteBuffer bytes;
    REQUIRE_FALSE(static_cast<bool>(encode(packet, bytes, version)));
    if (std::holds_alternative<Connect>(packet)) trace.start_connection(version);
    trace.record(now += std::chrono::milliseconds{250}, direction, bytes);
  }
  // A connection with the four steps of QoS 2, and a retained status.
  void talk() {
    Connect connect;
    connect.client_id = "mqtt-chat-client-alice";
    connect.user_name = "alice";
    connect.password = as_bytes("s3cret");
    connect.will = Will{"chat/status/alice", as_bytes("offline"), Qos::at_least_once, true};
    add(out, connect);
    add(in, Connack{});
    add(out, Publish{"a/b", as_bytes("twice? never"), 7, Qos::exactly_once, false, false});
    add(in, Pubrec{7});
    add(out, Pubrel{7});
    add(in, Pubcomp{7});
    add(out, Publish{"chat/status/alice", as_bytes("online"), 0, Qos::at_most_once, true, false});
  }

  ProtocolVersion version;
  PacketTrace trace{limits};
  Time now{std::chrono::seconds{1'700'000'000}};
};

// The type of each packet, its direction, id, topic and time.
std::string summary(const PacketTrace& trace) {
  std::string text;
  for (std::uint64_t n = trace.first(); n != trace.end(); ++n) {
    const PacketRow row = make_row(trace, n, trace[trace.first()].at);
    text += (row.direction == out ? "> " : "< ") + row.packet + " " + row.id + " " + row.topic + " " + row.time +
            (row.retain ? " retain\n" : "\n");
  }
  return text;
}

std::string run(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> part{};
  while (const std::size_t count = std::fread(part.data(), 1, part.size(), pipe)) text.append(part.data(), count);
  CHECK_MESSAGE(pclose(pipe) == 0, command);
  return text;
}

// A file of these bytes as long as the object lives.
struct TemporaryFile {
  explicit TemporaryFile(const std::string& bytes)
      : path(std::filesystem::temp_directory_path() / ("wasmqtt-" + std::to_string(getpid()) + ".pcapng")) {
    std::ofstream(path, std::ios::binary) << bytes;
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("tshark decodes the capture of both versions without help: each packet, the handshake of QoS 2, no password") {
  for (const ProtocolVersion version : {ProtocolVersion::mqtt_3_1_1, ProtocolVersion::mqtt_5}) {
    CAPTURE(static_cast<int>(version));
    Capture capture(version);
    capture.talk();
    capture.trace.note(capture.now, "The connection was lost.");
    const TemporaryFile file(write_pcapng(capture.trace));
    const std::string fields = "-e mqtt.msgtype -e mqtt.msgid -e mqtt.topic -e mqtt.qos -e mqtt.retain -e mqtt.ver";
    const std::string shown = run("tshark -r " + file.path.string() + " -Y mqtt -T fields -E separator=, " + fields + " 2>/dev/null");
    const std::string level = version == ProtocolVersion::mqtt_5 ? "5" : "4";
    CHECK(shown == "1,,,,," + level + "\n2,,,,,\n3,7,a/b,2,0,\n5,7,,,,\n6,7,,,,\n7,7,,,,\n3,,chat/status/alice,0,1,\n");
    CHECK(run("tshark -r " + file.path.string() + " -T fields -e frame.comment -Y frame.comment 2>/dev/null") == "The connection was lost.\n");
    CHECK(run("tshark -r " + file.path.string() + " -Y '_ws.malformed or tcp.analysis.flags or _ws.expert.severity >= 6291456' 2>/dev/null").empty());
    CHECK(run("tshark -r " + file.path.string() + " -V 2>/dev/null").find("s3cret") == std::string::npos);
    CHECK(run("tshark -r " + file.path.string() + " -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -T fields -e tcp.checksum.status -e ip.checksum.status 2>/dev/null").find('0') == std::string::npos);
  }
}

TEST_CASE("both kinds of file are read again as they were written") {
  for (const ProtocolVersion version : {ProtocolVersion::mqtt_3_1_1, ProtocolVersion::mqtt_5}) {
    Capture capture(version);
    capture.talk();
    capture.talk();
    for (const std::string& file : {write_pcapng(capture.trace), export_json_lines(capture.trace)}) {
      const auto opened = read_packets(file, limits);
      REQUIRE(opened);
      CHECK(summary(*opened) == summary(capture.trace));
      CHECK((*opened)[1].at == capture.trace[1].at);
      CHECK((*opened)[1].version == version);
      CHECK((*opened)[3].partner == 4);
    }
  }
}

TEST_CASE("a packet that is larger than a segment is one packet again, and a remark stays where it was in JSON lines") {
  Capture capture;
  const std::vector<std::uint8_t> large(150'000, 'x');
  TraceLimits more{.max_packets = 10, .max_bytes = 1'000'000, .max_packet_bytes = 200'000};
  capture.trace.set_limits(more);
  capture.add(out, Publish{"big", large, 0, Qos::at_most_once, false, false});
  capture.trace.note(capture.now, "The connection was lost.");
  const auto opened = read_packets(write_pcapng(capture.trace), more);
  REQUIRE(opened);
  CHECK((*opened)[1].size == capture.trace[1].size);
  const auto lines = read_packets(export_json_lines(capture.trace), more);
  REQUIRE(lines);
  CHECK(summary(*lines) == summary(capture.trace));
}

TEST_CASE("a file that somebody else made may hold a password: it is masked as it is read") {
  Connect connect;
  connect.client_id = "a";
  connect.user_name = "u";
  connect.password = as_bytes("s3cret");
  ByteBuffer bytes;
  REQUIRE_FALSE(static_cast<bool>(encode(connect, bytes)));
  std::string hex;
  for (const std::uint8_t byte : bytes) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  const auto opened = read_packets("{\"time\":\"2026-01-01T00:00:00Z\",\"direction\":\"outbound\",\"packet\":\"connect\",\"hex\":\"" + hex + "\"}\n", limits);
  REQUIRE(opened);
  CHECK(as_text(opened->bytes((*opened)[1])).find("s3cret") == std::string_view::npos);
  CHECK(export_json_lines(*opened).find("s3cret") == std::string::npos);
}

TEST_CASE("what is no such file is refused, and no bytes at all do harm") {
  for (std::string_view file : {"", "{", "hello", "{}\n", "{\"time\":\"2026-01-01T00:00:00Z\",\"hex\":\"zz\"}", "[1]", "\n"})
    CHECK_FALSE(read_packets(file, limits));
  Capture capture(ProtocolVersion::mqtt_5);
  capture.talk();
  std::uint64_t seed = 7;
  const auto random = [&] { return seed = seed * 6364136223846793005u + 1442695040888963407u, static_cast<std::size_t>(seed >> 40); };
  for (const std::string& whole : {write_pcapng(capture.trace), export_json_lines(capture.trace)}) {
    for (int round = 0; round < 2000; ++round) {
      std::string file = whole.substr(0, round % 3 == 0 ? random() % whole.size() : whole.size());
      for (std::size_t i = random() % 8; i-- > 0 && !file.empty();) file[random() % file.size()] = static_cast<char>(random());
      if (const auto opened = read_packets(file, limits)) (void)summary(*opened);
    }
  }
}

TEST_CASE("a publish as a mosquitto_pub command: quoted for the shell, with flags, properties and a user") {
  const auto command = [](ProtocolVersion version, const Publish& publish, std::string_view user = {}) {
    Capture capture(version);
    capture.trace.start_connection(version);
    capture.add(out, publish);
    return mosquitto_pub_command(capture.trace[1], capture.trace.bytes(capture.trace[1]), {}, "localhost", user).command;
  };
  CHECK(command(ProtocolVersion::mqtt_3_1_1, {"a b", as_bytes("it's $HOME"), 7, Qos::at_least_once, true, false}) ==
        "mosquitto_pub -h 'localhost' -t 'a b' -q 1 -r -m 'it'\\''s $HOME'");
  CHECK(command(ProtocolVersion::mqtt_3_1_1, {"a", {}, 0, Qos::at_most_once, true, false}, "alice") ==
        "mosquitto_pub -h 'localhost' -u 'alice' -P \"$PASSWORD\" -t 'a' -q 0 -r -n");
  const std::uint8_t binary[] = {0, 'A', 0xff};
  CHECK(command(ProtocolVersion::mqtt_3_1_1, {"a", binary, 0, Qos::at_most_once, false, false}) ==
        "printf '\\000\\101\\377' | mosquitto_pub -h 'localhost' -t 'a' -q 0 -s");
  PropertyList properties;
  REQUIRE_FALSE(static_cast<bool>(properties.add(PropertyId::message_expiry_interval, 60)));
  REQUIRE_FALSE(static_cast<bool>(properties.add_user_property("k", "v'")));
  CHECK(command(ProtocolVersion::mqtt_5, {"a", as_bytes("x"), 0, Qos::at_most_once, false, false, properties}) ==
        "mosquitto_pub -h 'localhost' -V mqttv5 -t 'a' -q 0 -D publish message-expiry-interval 60 -D publish user-property 'k' 'v'\\''' -m 'x'");
}

TEST_CASE("no mosquitto_pub command has control characters for a terminal, wherever they stand in the message") {
  const auto made = [](std::string_view topic, std::string_view payload, const PropertyList& properties = {}) {
    Capture capture(ProtocolVersion::mqtt_5);
    capture.trace.start_connection(ProtocolVersion::mqtt_5);
    capture.add(out, Publish{topic, as_bytes(payload), 0, Qos::at_most_once, false, false, properties});
    return mosquitto_pub_command(capture.trace[1], capture.trace.bytes(capture.trace[1]), {}, "localhost");
  };
  const auto is_refused = [](const MosquittoPub& result) { return result.command.empty() && !result.problem.empty(); };
  CHECK(made("a", "two\nlines").command.find("-m 'two\nlines'") != std::string::npos);
  CHECK(made("\u00e9\u20ac", "\u00e9").command.find("-t '\u00e9\u20ac'") != std::string::npos);
  for (const std::string_view harm : {"\x1b[201~\nid\n", "a\nb", "a\tb", "\x7f", "\u009b201~", "\x01"}) {
    CAPTURE(harm);
    CHECK(is_refused(made(harm, "x")));
    for (const PropertyId id : {PropertyId::content_type, PropertyId::response_topic, PropertyId::correlation_data}) {
      PropertyList properties;
      REQUIRE_FALSE(static_cast<bool>(id == PropertyId::correlation_data ? properties.add(id, as_bytes(harm)) : properties.add(id, harm)));
      CHECK(is_refused(made("a", "x", properties)));
    }
    for (const auto& [name, value] : {std::pair{harm, std::string_view("v")}, std::pair{std::string_view("k"), harm}}) {
      PropertyList properties;
      REQUIRE_FALSE(static_cast<bool>(properties.add_user_property(name, value)));
      CHECK(is_refused(made("a", "x", properties)));
    }
    const std::string command = made("a", std::string(harm) + "\x1b").command;
    CHECK(command.substr(0, 8) == "printf '");
    CHECK(std::none_of(command.begin(), command.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f; }));
  }
  const std::uint8_t no_text[] = {0xff, 'A'};
  PropertyList properties;
  REQUIRE_FALSE(static_cast<bool>(properties.add(PropertyId::correlation_data, Bytes(no_text))));
  CHECK(is_refused(made("a", "x", properties)));
}
