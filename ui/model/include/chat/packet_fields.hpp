// A traced packet field by field, each with its place in the bytes: for the inspector's details and hex view.
//
//   for (const PacketField& field : packet_fields(entry, trace.bytes(entry), trace.alias_topic(entry)))
//     show(field.name, field.value, field.begin, field.end);
//
// Every byte belongs to a field, those of MQTT 5's properties too; of a packet that the trace has truncated, or that ends too
// early, up to there. The value of a password and of authentication data is always "••••".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wasmqtt/trace.hpp"

namespace chat {

struct PacketField {
  std::string name;          // "Client id"
  std::string key;           // "clientId", for JSON
  std::string value;         // human-readable
  std::string json;          // the value as JSON
  std::uint32_t begin = 0;   // bytes of the packet, [begin, end)
  std::uint32_t end = 0;
  std::uint8_t mask = 0;     // the bits of its one byte that it is, a flag say; 0: all of its bytes
};

// The bits of a field that is part of a byte, in their places: ".... .01."; empty for any other field.
std::string bits_of(const PacketField& field, wasmqtt::Bytes bytes);

// The field that this byte belongs to: of several in one byte the one after `after`, so that each has its turn; -1: none.
int field_at(const std::vector<PacketField>& fields, std::size_t byte, int after = -1);

// `alias_topic`: what the topic alias of a PUBLISH without a topic stands for, where that is known.
std::vector<PacketField> packet_fields(const wasmqtt::TraceEntry& entry, wasmqtt::Bytes bytes,
                                       std::string_view alias_topic = {});

// The fields as one JSON object over several lines; a payload that is JSON itself stands in it as such.
std::string packet_json(const std::vector<PacketField>& fields);

// "publish"; "connection" for a remark.
std::string_view packet_name(const wasmqtt::TraceEntry& entry);

// The topic of a PUBLISH or behind its alias, the first filter of a SUBSCRIBE or UNSUBSCRIBE ("a/b, …" when there are more), the text of a remark; else empty.
std::string packet_topic(const wasmqtt::TraceEntry& entry, wasmqtt::Bytes bytes, std::string_view alias_topic = {});

// The beginning of what a PUBLISH brings: at most `most` bytes of text, or how many bytes there are.
std::string publish_payload(const wasmqtt::TraceEntry& entry, wasmqtt::Bytes bytes, std::size_t most = 200);

}  // namespace chat
