#include "wasmqtt/packet.hpp"

#include <algorithm>

namespace wasmqtt {
namespace {

bool same(Bytes a, Bytes b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

template <class Answer>
bool same_answer(const Answer& a, const Answer& b) {
  return a.packet_id == b.packet_id && a.reason_code == b.reason_code && a.properties == b.properties;
}

}  // namespace

PacketType type_of(const Packet& packet) { return static_cast<PacketType>(packet.index() + 1); }

bool operator==(const Will& a, const Will& b) {
  return a.topic == b.topic && same(a.message, b.message) && a.qos == b.qos && a.retain == b.retain &&
         a.properties == b.properties;
}
bool operator==(const Connect& a, const Connect& b) {
  return a.clean_session == b.clean_session && a.keep_alive == b.keep_alive && a.client_id == b.client_id &&
         a.will == b.will && a.user_name == b.user_name && a.password.has_value() == b.password.has_value() &&
         (!a.password || same(*a.password, *b.password)) && a.properties == b.properties;
}
bool operator==(const Connack& a, const Connack& b) {
  return a.session_present == b.session_present && a.return_code == b.return_code && a.reason_code == b.reason_code &&
         a.properties == b.properties;
}
bool operator==(const Publish& a, const Publish& b) {
  return a.topic == b.topic && same(a.payload, b.payload) && a.packet_id == b.packet_id && a.qos == b.qos &&
         a.retain == b.retain && a.dup == b.dup && a.properties == b.properties;
}
bool operator==(const Puback& a, const Puback& b) { return same_answer(a, b); }
bool operator==(const Pubrec& a, const Pubrec& b) { return same_answer(a, b); }
bool operator==(const Pubrel& a, const Pubrel& b) { return same_answer(a, b); }
bool operator==(const Pubcomp& a, const Pubcomp& b) { return same_answer(a, b); }
bool operator==(const TopicRequest& a, const TopicRequest& b) {
  return a.filter == b.filter && a.qos == b.qos && a.no_local == b.no_local &&
         a.retain_as_published == b.retain_as_published && a.retain_handling == b.retain_handling;
}
bool operator==(const Subscribe& a, const Subscribe& b) {
  return a.packet_id == b.packet_id && a.requests == b.requests && a.properties == b.properties;
}
bool operator==(const Suback& a, const Suback& b) {
  return a.packet_id == b.packet_id && same(a.return_codes, b.return_codes) && a.properties == b.properties;
}
bool operator==(const Unsubscribe& a, const Unsubscribe& b) {
  return a.packet_id == b.packet_id && a.filters == b.filters && a.properties == b.properties;
}
bool operator==(const Unsuback& a, const Unsuback& b) {
  return a.packet_id == b.packet_id && same(a.reason_codes, b.reason_codes) && a.properties == b.properties;
}
bool operator==(const Pingreq&, const Pingreq&) { return true; }
bool operator==(const Pingresp&, const Pingresp&) { return true; }
bool operator==(const Disconnect& a, const Disconnect& b) {
  return a.reason_code == b.reason_code && a.properties == b.properties;
}
bool operator==(const Auth& a, const Auth& b) { return a.reason_code == b.reason_code && a.properties == b.properties; }

}  // namespace wasmqtt
