// The texts about packets and fields, as they are served.
#include <doctest/doctest.h>

#include <cctype>
#include <fstream>
#include <iterator>

#include "chat/chat_app.hpp"
#include "chat/explanations.hpp"
#include "chat/packet_fields.hpp"
#include "chat_world.hpp"
#include "wasmqtt/describe.hpp"
#include "wasmqtt/encode.hpp"

using namespace chat;
using wasmqtt::ProtocolVersion;

namespace {

std::string served() {
  std::ifstream file(WASMQTT_EXPLANATIONS);
  return {std::istreambuf_iterator<char>(file), {}};
}

Explanations read_served() {
  Explanations all;
  REQUIRE(all.read(served()));
  return all;
}

}  // namespace

TEST_CASE("every packet of both versions is explained, with what the standard states about it") {
  const Explanations all = read_served();
  for (int type = 1; type <= 15; ++type) {
    const std::string name(wasmqtt::name_of(static_cast<wasmqtt::PacketType>(type)));
    CAPTURE(name);
    for (ProtocolVersion version : {ProtocolVersion::mqtt_3_1_1, ProtocolVersion::mqtt_5}) {
      const Explanation& one = all.of_packet(name, version);
      CHECK_FALSE(one.empty());
      if (name != "auth" || version == ProtocolVersion::mqtt_5) CHECK(one.statement.starts_with("[MQTT-"));
    }
  }
  CHECK_FALSE(all.of_packet("connection", ProtocolVersion::mqtt_5).empty());
}

TEST_CASE("a field is explained whatever number or will it belongs to, in the words of its version") {
  const Explanations all = read_served();
  const auto says = [&](std::string_view field) { return all.of_field(field, ProtocolVersion::mqtt_5).says; };
  CHECK(says("Topic filter 2") == says("Topic filter"));
  CHECK(says("Will content type") == says("Content type"));
  CHECK(says("Will user property 3") == says("User property"));
  CHECK(says("Will QoS") != says("QoS"));
  CHECK(says("no such field").empty());
  CHECK(all.of_field("Keep alive", ProtocolVersion::mqtt_3_1_1).statement.starts_with("[MQTT-3.1.2-24]"));
  CHECK(all.of_field("Keep alive", ProtocolVersion::mqtt_5).statement.starts_with("[MQTT-3.1.2-22]"));
}

TEST_CASE("every property of MQTT 5 is explained") {
  const Explanations all = read_served();
  for (std::uint32_t id = 1; id <= wasmqtt::last_property_id; ++id) {
    if (wasmqtt::find_rule(id) == nullptr) continue;
    std::string name(wasmqtt::name_of(static_cast<wasmqtt::PropertyId>(id)));
    for (char& c : name)
      if (c == '_') c = ' ';
    name[0] = static_cast<char>(std::toupper(name[0]));
    if (name == "Maximum qos") name = "Maximum QoS";
    CHECK_MESSAGE(!all.of_field(name, ProtocolVersion::mqtt_5).empty(), name);
  }
}

TEST_CASE("what is no table of explanations changes nothing") {
  Explanations all = read_served();
  for (std::string_view text : {"", "[]", "{}", "{\"packets\":{},\"fields\":[]}", "{\"packets\":{\"a\":1},\"fields\":{}}",
                                "{\"packets\":{\"a\":{\"says\":7}},\"fields\":{}}", "{\"packets\":"})
    CHECK_FALSE(all.read(text));
  CHECK_FALSE(all.of_packet("connect", ProtocolVersion::mqtt_5).empty());
}

TEST_CASE("flags are named bits, and a byte leads to each field in it, in turn") {
  const std::uint8_t packet[] = {0x3D, 5, 0, 1, 'a', 0, 9};
  wasmqtt::TraceEntry entry;
  entry.type = wasmqtt::PacketType::publish;
  entry.size = entry.kept = sizeof packet;
  const std::vector<PacketField> fields = packet_fields(entry, packet);
  std::string bits;
  int field = -1;
  for (int i = 0; i < 5; ++i) {
    field = field_at(fields, 0, field);
    REQUIRE(field >= 0);
    const PacketField& one = fields[static_cast<std::size_t>(field)];
    bits += one.name + " " + bits_of(one, packet) + "; ";
  }
  CHECK(bits == "Packet 0011 ....; DUP .... 1...; QoS .... .10.; Retain .... ...1; Packet 0011 ....; ");
  CHECK(fields[static_cast<std::size_t>(field_at(fields, 4))].name == "Topic");
  CHECK(bits_of(fields[static_cast<std::size_t>(field_at(fields, 4))], packet).empty());
  CHECK(field_at(fields, 7) == -1);
  CHECK(field_at({}, 0) == -1);
}

TEST_CASE("the explanations are loaded once, and again only after a failure") {
  chat::test::World world;
  int asked = 0;
  world.app.on_load_text = [&](TextFile) { ++asked; };
  world.app.handle(LoadText{TextFile::explanations});
  world.app.handle(LoadText{TextFile::explanations});
  CHECK(asked == 1);
  world.app.handle_text(TextFile::explanations, std::nullopt);
  CHECK(world.state().explanations_are == TextStatus::failed);
  world.app.handle(LoadText{TextFile::explanations});
  CHECK(asked == 2);
  world.app.handle_text(TextFile::explanations, served());
  CHECK(world.state().explanations_are == TextStatus::there);
  world.app.handle(LoadText{TextFile::explanations});
  CHECK(asked == 2);
}
