// The inspector's fields over the byte vectors of both versions, and over every property wherever it may stand: each byte of a
// packet belongs to a field, and each field has the value that the codec reads there.
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "../core/wire5.hpp"
#include "chat/packet_fields.hpp"
#include "wasmqtt/describe.hpp"

using namespace chat;
using namespace wasmqtt;
using namespace wasmqtt::test;
using Json = nlohmann::json;

namespace {

// Of the last one of these packets, which came in on one connection.
struct Fields {
  Fields(std::span<const ByteBuffer> packets, ProtocolVersion version) : trace({.max_packets = 10}) {
    trace.start_connection(version);
    for (const ByteBuffer& one : packets) trace.record({}, Direction::inbound, one);
    const TraceEntry& entry = trace[trace.end() - 1];
    packet = trace.bytes(entry);
    list = packet_fields(entry, packet, trace.alias_topic(entry));
  }

  const PacketField* find(std::string_view key) const {
    for (const PacketField& field : list)
      if (field.key == key) return &field;
    return nullptr;
  }
  Bytes bytes(const PacketField& field) const { return packet.subspan(field.begin, field.end - field.begin); }
  std::size_t uncovered() const {
    std::vector<bool> covered(packet.size());
    for (const PacketField& field : list)
      std::fill(covered.begin() + field.begin, covered.begin() + field.end, true);
    return static_cast<std::size_t>(std::count(covered.begin(), covered.end(), false));
  }

  PacketTrace trace;
  Bytes packet{};
  std::vector<PacketField> list{};
};

// "will_delay_interval" is "willDelayInterval".
std::string camel(std::string_view name) {
  std::string key;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '_') key += name[i];
    else key += static_cast<char>(name[++i] - 'a' + 'A');
  }
  return key;
}

std::string numbered(std::string key, std::size_t n) { return n == 0 ? key : key + std::to_string(n + 1); }

void check_value(const Fields& fields, const std::string& key, const Json& expected) {
  CAPTURE(key);
  const PacketField* field = fields.find(key);
  REQUIRE(field != nullptr);
  CHECK(Json::parse(field->json) == expected);
}

void check_bytes(const Fields& fields, const std::string& key, const std::string& hex, std::size_t before) {
  CAPTURE(key);
  const PacketField* field = fields.find(key);
  REQUIRE(field != nullptr);
  CHECK(to_hex(fields.bytes(*field)).substr(2 * before) == hex);
}

void check_properties(const Fields& fields, const Json& properties) {
  for (const auto& [name, value] : properties.items()) {
    if (name == "user_properties") {
      for (std::size_t n = 0; n < value.size(); ++n)
        check_value(fields, numbered("userProperty", n), Json{{value[n][0].get<std::string>(), value[n][1]}});
    } else if (name == "subscription_identifiers") {
      for (std::size_t n = 0; n < value.size(); ++n) check_value(fields, numbered("subscriptionIdentifier", n), value[n]);
    } else if (name == "authentication_data_hex") {
      check_value(fields, "authenticationData", "••••");
    } else if (name.ends_with("_hex")) {
      check_bytes(fields, camel(name.substr(0, name.size() - 4)), value.get<std::string>(), 3);
    } else {
      check_value(fields, camel(name), value);
    }
  }
}

// One member of a vector's fields.
void check_member(const Fields& fields, const std::string& name, const Json& value) {
  if (name == "properties") return check_properties(fields, value);
  if (name == "payload_hex") return check_bytes(fields, "payload", value.get<std::string>(), 0);
  if (name == "password_hex") return check_value(fields, "password", "••••");
  // Of its own, or behind the alias.
  if (name == "topic" && fields.find("topic")->value.empty()) return check_value(fields, "topicBehindAlias", value);
  if (name == "protocol_name") return check_value(fields, "protocol", value);
  if (name == "return_codes" || name == "reason_codes") {
    const std::string key = name == "return_codes" ? "returnCode" : "reasonCode";
    for (std::size_t n = 0; n < value.size(); ++n) check_value(fields, key + std::to_string(n + 1), value[n]);
  } else if (name == "filters") {
    for (std::size_t n = 0; n < value.size(); ++n) check_value(fields, "topicFilter" + std::to_string(n + 1), value[n]);
  } else if (name == "subscriptions") {
    for (std::size_t n = 0; n < value.size(); ++n) {
      check_value(fields, "topicFilter" + std::to_string(n + 1), value[n]["filter"]);
      check_value(fields, "requestedQos" + std::to_string(n + 1), value[n]["qos"]);
    }
  } else if (name == "will" && value.is_object()) {
    check_value(fields, "willTopic", value["topic"]);
    check_value(fields, "willQos", value["qos"]);
    check_value(fields, "willRetain", value["retain"]);
  } else if (!value.is_null() && !value.is_object()) {
    check_value(fields, camel(name), value);
  }
}

Json read(const char* path) {
  std::ifstream file(path);
  REQUIRE_MESSAGE(file.good(), "cannot read " << path);
  std::ostringstream text;
  text << file.rdbuf();
  return Json::parse(text.str()).at("vectors");
}

// The packets of a vector; the last one is what it is about.
std::vector<ByteBuffer> packets_of(const std::string& hex) {
  const ByteBuffer bytes = from_hex(hex);
  FrameReader reader(max_remaining_length);
  reader.feed(bytes);
  std::vector<ByteBuffer> packets;
  Frame frame;
  while (reader.next(frame) == FrameReader::Status::frame) packets.emplace_back(frame.whole.begin(), frame.whole.end());
  return packets;
}

int check_vectors(const char* path, ProtocolVersion version) {
  int valid = 0;
  for (const Json& vector : read(path)) {
    CAPTURE(vector.at("id").get<std::string>());
    const std::vector<ByteBuffer> packets = packets_of(vector.at("hex").get<std::string>());
    if (packets.empty()) continue;
    const Fields fields(packets, version);
    CHECK(fields.uncovered() == 0);
    if (!vector.at("valid").get<bool>()) continue;
    ++valid;
    for (const char* wrong : {"truncated", "malformed", "unexpected"}) CHECK(fields.find(wrong) == nullptr);
    for (const auto& [name, value] : vector.at("fields").items()) check_member(fields, name, value);
  }
  return valid;
}

// A value that the property may have, and its JSON.
Error add_sample(PropertyList& list, PropertyId id) {
  switch (find_rule(static_cast<std::uint32_t>(id))->type) {
    case PropertyType::text: return list.add(id, "text");
    case PropertyType::binary: return list.add(id, as_bytes("data"));
    case PropertyType::text_pair: return list.add_user_property("name", "value");
    default: return list.add(id, 1);
  }
}

std::string sample_words(PropertyId id) {
  switch (id) {
    case PropertyId::payload_format_indicator: return "1, UTF-8";
    case PropertyId::maximum_qos: return "1, at least once";
    case PropertyId::authentication_data: return "••••";
    case PropertyId::message_expiry_interval:
    case PropertyId::will_delay_interval:
    case PropertyId::server_keep_alive:
    case PropertyId::session_expiry_interval: return "1 s";
    case PropertyId::user_property: return "name: value";
    default: break;
  }
  const PropertyRule& rule = *find_rule(static_cast<std::uint32_t>(id));
  if (rule.range == PropertyRange::flag) return "yes";
  return rule.type == PropertyType::text ? "text" : rule.type == PropertyType::binary ? "data" : "1";
}

}  // namespace

TEST_CASE("each field of the 3.1.1 vectors has its value and its bytes, and no byte is without a field") {
  CHECK(check_vectors(WASMQTT_VECTORS, ProtocolVersion::mqtt_3_1_1) == 62);
}

TEST_CASE("each field and property of the MQTT 5 vectors has its value and its bytes, and no byte is without a field") {
  CHECK(check_vectors(WASMQTT_VECTORS5, v5) == 127);
}

TEST_CASE("each of the 27 properties, wherever it may stand, is one field with exactly its bytes [MQTT5-2.2.2]") {
  int checked = 0;
  for (const Place& place : places) {
    for (std::uint32_t id = 1; id <= last_property_id; ++id) {
      const PropertyRule* rule = find_rule(id);
      if (rule == nullptr || !rule->allowed_in(place.host, place.direction)) continue;
      const auto property = static_cast<PropertyId>(id);
      CAPTURE(place.name);
      CAPTURE(wasmqtt::name_of(property));
      PropertyList list;
      REQUIRE_FALSE(static_cast<bool>(add_sample(list, property)));
      const ByteBuffer packet = packet_at(place, list.view().wire(), list.view().wire().size());
      const Fields fields({&packet, 1}, v5);
      CHECK(fields.uncovered() == 0);
      const bool of_will = place.host == PropertyHost::will && property != PropertyId::will_delay_interval;
      const PacketField* field = fields.find(camel((of_will ? "will_" : "") + std::string(wasmqtt::name_of(property))));
      REQUIRE(field != nullptr);
      const bool secret = property == PropertyId::authentication_data;
      CHECK(to_hex(fields.bytes(*field)) == (secret ? "160004" + to_hex(as_bytes("****")) : to_hex(list.view().wire())));
      CHECK(field->value == sample_words(property));
      CHECK_FALSE(Json::parse(packet_json(fields.list), nullptr, false).is_discarded());
      ++checked;
    }
  }
  CHECK(checked == 85);
}

namespace {

// "Packet id=7 @2-4", one line for each field behind the fixed header.
std::string lines(std::string_view hex, ProtocolVersion version) {
  const ByteBuffer packet = from_hex(hex);
  const Fields fields({&packet, 1}, version);
  CHECK(fields.uncovered() == 0);
  std::string text = fields.list[0].value;
  for (std::size_t i = 2; i < fields.list.size(); ++i) {
    const PacketField& field = fields.list[i];
    text += "\n" + field.name + "=" + field.value + " @" + std::to_string(field.begin) + "-" + std::to_string(field.end);
  }
  return text;
}

std::string lines5(std::string_view hex) { return lines(hex, v5); }

}  // namespace

TEST_CASE("each packet of MQTT 5, field by field") {
  CHECK(lines5("10 30 00044d515454 05 c6 003c 05 1100000078 0003616263 0c 180000000a 26 0001 6b 0001 76"
               "0001 77 0002 6f6b 0001 75 0002 2a2a") ==
        "connect\n"
        "Protocol=MQTT @2-8\n"
        "Protocol level=5 (MQTT 5) @8-9\n"
        "User name flag=yes @9-10\n"
        "Password flag=yes @9-10\n"
        "Will flag=yes @9-10\n"
        "Clean start=yes @9-10\n"
        "Keep alive=60 s @10-12\n"
        "Property length=5 @12-13\n"
        "Session expiry interval=120 s @13-18\n"
        "Client id=abc @18-23\n"
        "Will property length=12 @23-24\n"
        "Will delay interval=10 s @24-29\n"
        "Will user property=k: v @29-36\n"
        "Will topic=w @36-39\n"
        "Will payload=ok @39-43\n"
        "Will QoS=0, at most once @9-10\n"
        "Will retain=no @9-10\n"
        "User name=u @43-46\n"
        "Password=•••• @46-50");
  CHECK(lines5("20 0b 01 00 08 21 0014 24 00 22 000a") ==
        "connack\n"
        "Session present=yes @2-3\n"
        "Reason code=0, Success @3-4\n"
        "Property length=8 @4-5\n"
        "Receive maximum=20 @5-8\n"
        "Maximum QoS=0, at most once @8-10\n"
        "Topic alias maximum=10 @10-13");
  CHECK(lines5("3b 0b 0001 61 0007 03 23 0002 6869") ==
        "publish\n"
        "DUP=yes @0-1\n"
        "QoS=1, at least once @0-1\n"
        "Retain=yes @0-1\n"
        "Topic=a @2-5\n"
        "Packet id=7 @5-7\n"
        "Property length=3 @7-8\n"
        "Topic alias=2 @8-11\n"
        "Payload=hi @11-13");
  CHECK(lines5("40 02 0007") ==
        "puback\n"
        "Packet id=7 @2-4\n"
        "Reason code=0, Success (left out) @4-4");
  CHECK(lines5("40 08 0007 87 04 1f 0001 78") ==
        "puback\n"
        "Packet id=7 @2-4\n"
        "Reason code=135, Not authorized @4-5\n"
        "Property length=4 @5-6\n"
        "Reason string=x @6-10");
  CHECK(lines5("50 03 0007 10") ==
        "pubrec\n"
        "Packet id=7 @2-4\n"
        "Reason code=16, No matching subscribers @4-5");
  CHECK(lines5("62 04 0007 92 00") ==
        "pubrel\n"
        "Packet id=7 @2-4\n"
        "Reason code=146, Packet Identifier not found @4-5\n"
        "Property length=0 @5-6");
  CHECK(lines5("70 02 0007") ==
        "pubcomp\n"
        "Packet id=7 @2-4\n"
        "Reason code=0, Success (left out) @4-4");
  CHECK(lines5("82 0d 0007 02 0b 05 0001 61 2d 0001 62 00") ==
        "subscribe\n"
        "Packet id=7 @2-4\n"
        "Property length=2 @4-5\n"
        "Subscription identifier=5 @5-7\n"
        "Topic filter 1=a @7-10\n"
        "Requested QoS 1=1, at least once @10-11\n"
        "No local 1=yes @10-11\n"
        "Retain as published 1=yes @10-11\n"
        "Retain handling 1=2, send none @10-11\n"
        "Topic filter 2=b @11-14\n"
        "Requested QoS 2=0, at most once @14-15\n"
        "No local 2=no @14-15\n"
        "Retain as published 2=no @14-15\n"
        "Retain handling 2=0, send retained messages @14-15");
  CHECK(lines5("90 06 0007 00 01 02 87") ==
        "suback\n"
        "Packet id=7 @2-4\n"
        "Property length=0 @4-5\n"
        "Reason code 1=granted QoS 1, at least once @5-6\n"
        "Reason code 2=granted QoS 2, exactly once @6-7\n"
        "Reason code 3=135, Not authorized @7-8");
  CHECK(lines5("a2 09 0007 00 0001 61 0001 62") ==
        "unsubscribe\n"
        "Packet id=7 @2-4\n"
        "Property length=0 @4-5\n"
        "Topic filter 1=a @5-8\n"
        "Topic filter 2=b @8-11");
  CHECK(lines5("b0 05 0007 00 00 11") ==
        "unsuback\n"
        "Packet id=7 @2-4\n"
        "Property length=0 @4-5\n"
        "Reason code 1=0, Success @5-6\n"
        "Reason code 2=17, No subscription existed @6-7");
  CHECK(lines5("c0 00") == "pingreq");
  CHECK(lines5("d0 00") == "pingresp");
  CHECK(lines5("e0 00") ==
        "disconnect\n"
        "Reason code=0, Success (left out) @2-2");
  CHECK(lines5("e0 06 8e 04 1f 0001 78") ==
        "disconnect\n"
        "Reason code=142, Session taken over @2-3\n"
        "Property length=4 @3-4\n"
        "Reason string=x @4-8");
  CHECK(lines5("f0 0e 18 0c 15 0001 6d 16 0005 2a2a2a2a2a") ==
        "auth\n"
        "Reason code=24, Continue authentication @2-3\n"
        "Property length=12 @3-4\n"
        "Authentication method=m @4-8\n"
        "Authentication data=•••• @8-16");
}

TEST_CASE("what a broker sends wrongly is shown as far as it can be read, and the rest is named") {
  CHECK(lines5("40 06 0007 00 02 ff 00") ==
        "puback\n"
        "Packet id=7 @2-4\n"
        "Reason code=0, Success @4-5\n"
        "Property length=2 @5-6\n"
        "Malformed=no property begins or fits here @6-8");
  CHECK(lines5("40 05 0007 00 09 1f") ==
        "puback\n"
        "Packet id=7 @2-4\n"
        "Reason code=0, Success @4-5\n"
        "Property length=9 @5-6\n"
        "Truncated=the packet ends too early @6-7");
  CHECK(lines5("d0 01 00") ==
        "pingresp\n"
        "Unexpected=1 bytes more @2-3");
  CHECK(lines5("30 02 0009") ==
        "publish\n"
        "DUP=no @0-1\n"
        "QoS=0, at most once @0-1\n"
        "Retain=no @0-1\n"
        "Truncated=the packet ends too early @2-4");
  CHECK(lines("b0 03 0007 00", ProtocolVersion::mqtt_3_1_1) ==
        "unsuback\n"
        "Packet id=7 @2-4\n"
        "Unexpected=1 bytes more @4-5");
}
