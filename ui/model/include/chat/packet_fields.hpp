// A traced packet field by field, each with its place in the bytes: for the inspector's details and hex view.
//
//   for (const PacketField& field : packet_fields(entry, trace.bytes(entry)))
//     show(field.name, field.value, field.begin, field.end);
//
// Of a packet that the trace has truncated, it gives the fields up to there. The value of a password is always "••••".
#pragma once

#include <cstdint>
#include <string>
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
};

std::vector<PacketField> packet_fields(const wasmqtt::TraceEntry& entry, wasmqtt::Bytes bytes);

// The fields as one JSON object over several lines; a payload that is JSON itself stands in it as such.
std::string packet_json(const std::vector<PacketField>& fields);

// The topic of a PUBLISH, the first filter of a SUBSCRIBE or UNSUBSCRIBE ("a/b, …" when there are more), else empty.
std::string packet_topic(const wasmqtt::TraceEntry& entry, wasmqtt::Bytes bytes);

}  // namespace chat
