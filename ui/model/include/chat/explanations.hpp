// What each packet and each of its fields is for, in a sentence, with what the standard states about it. The texts are data
// (data/explanations.json), which a platform loads when the packets are first looked at.
//
//   Explanations explanations;
//   if (!explanations.read(text)) tell();
//   const Explanation& one = explanations.of_field("publish", "DUP", ProtocolVersion::mqtt_5);
//
// Neither an unknown name nor a text that could not be read is an error: the explanation is then empty.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "wasmqtt/types.hpp"

namespace chat {

struct Explanation {
  std::string says;       // for a person: "The client introduces itself…"
  std::string statement;  // "[MQTT-3.1.0-1] It is the first packet…", in our own words; empty where there is none

  bool empty() const { return says.empty(); }
};

class Explanations {
 public:
  // Takes over what the JSON text holds; false, and nothing changes, when it is none of this form.
  bool read(std::string_view json);
  bool empty() const { return texts_.empty(); }

  // `packet` as packet_name() has it, "connect".
  const Explanation& of_packet(std::string_view packet, wasmqtt::ProtocolVersion version) const;
  // `field` as PacketField::name has it: a number at its end, and a will's "Will", make no difference.
  const Explanation& of_field(std::string_view field, wasmqtt::ProtocolVersion version) const;

 private:
  const Explanation* find(std::string key, wasmqtt::ProtocolVersion version) const;

  std::map<std::string, Explanation> texts_;  // "packet connect 5", "field DUP 3.1.1"
};

}  // namespace chat
