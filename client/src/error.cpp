#include "wasmqtt/error.hpp"

namespace wasmqtt {
namespace {

struct Text {
  std::string_view message;
  std::string_view clause;
};

Text text_of(Errc code) {
  switch (code) {
    case Errc::ok: return {"no error", ""};
    case Errc::ill_formed_utf8: return {"the text is not well-formed UTF-8", "[MQTT-1.5.3-1]"};
    case Errc::nul_in_string: return {"the text contains the character U+0000", "[MQTT-1.5.3-2]"};
    case Errc::string_too_long: return {"the text is longer than 65535 bytes", "[MQTT-4.7.3-3]"};
    case Errc::discouraged_character:
      return {"the text contains a control character or a non-character", "1.5.3"};
    case Errc::empty_topic: return {"the topic is empty", "[MQTT-4.7.3-1]"};
    case Errc::wildcard_in_topic_name: return {"a topic to publish to can't contain + or #", "[MQTT-3.3.2-2] [MQTT-4.7.1-1]"};
    case Errc::bad_wildcard:
      return {"+ has to fill its topic level, and # has to be the last level", "[MQTT-4.7.1-2] [MQTT-4.7.1-3]"};
    case Errc::invalid_qos: return {"the QoS is not 0, 1 or 2", "[MQTT-3.3.1-4] [MQTT-3-8.3-4] [MQTT-3.1.2-14]"};
    case Errc::packet_too_large: return {"the packet is larger than the limit", "2.2.3"};
    case Errc::no_topic_filter: return {"there is no topic filter", "[MQTT-3.8.3-3] [MQTT-3.10.3-2]"};
    case Errc::too_many_topic_filters: return {"there are more topic filters than fit into one packet", "2.2.3"};
    case Errc::password_without_user_name: return {"a password needs a user name", "[MQTT-3.1.2-22]"};
    case Errc::empty_client_id: return {"an empty client id needs a clean session", "[MQTT-3.1.3-7]"};
    case Errc::keep_alive_too_long: return {"the keep-alive is not between 0 and 65535 seconds", "3.1.2.10"};
    case Errc::no_window: return {"a window of 0 would never send anything", ""};
    case Errc::malformed_remaining_length: return {"the remaining length is longer than 4 bytes", "2.2.3"};
    case Errc::reserved_packet_type: return {"the packet type is reserved", "2.2.1"};
    case Errc::wrong_direction: return {"this packet may not travel in this direction", "2.2.1"};
    case Errc::wrong_flags: return {"the fixed header's flags are wrong", "[MQTT-2.2.2-2]"};
    case Errc::wrong_length: return {"the packet has the wrong length", "[MQTT-4.8.0-1]"};
    case Errc::truncated: return {"the packet ends in the middle of a field", "[MQTT-4.8.0-1]"};
    case Errc::trailing_bytes: return {"the packet has bytes after its last field", "[MQTT-4.8.0-1]"};
    case Errc::zero_packet_id: return {"the packet id is 0", "[MQTT-2.3.1-1]"};
    case Errc::dup_on_qos0: return {"a QoS 0 message carries DUP", "[MQTT-3.3.1-2]"};
    case Errc::reserved_bits: return {"reserved bits are set", "[MQTT-4.8.0-1]"};
    case Errc::wrong_protocol_name: return {"the protocol name is not MQTT", "[MQTT-3.1.2-1]"};
    case Errc::unsupported_protocol_level: return {"the protocol level is not 4", "[MQTT-3.1.2-2]"};
    case Errc::will_flags_without_will: return {"will QoS or will retain is set without a will", "[MQTT-3.1.2-11]"};
    case Errc::reserved_return_code: return {"the return code is reserved", "3.2.2.3 [MQTT-3.9.3-2]"};
    case Errc::session_present_on_refusal: return {"a refusal claims that a session is present", "[MQTT-3.2.2-4]"};
    case Errc::malformed_variable_integer:
      return {"a variable byte integer is malformed, or longer than its value needs", "[MQTT-1.5.5-1]"};
    case Errc::unknown_property: return {"there is no such property", "2.2.2.2"};
    case Errc::property_not_allowed: return {"the property may not be in this packet", "2.2.2.2"};
    case Errc::repeated_property: return {"the property may be there only once", "2.2.2.2"};
    case Errc::property_out_of_range: return {"the property's value is out of its range", "2.2.2.2"};
    case Errc::property_of_other_type: return {"the property's value is of another type", "2.2.2.2"};
    case Errc::zero_topic_alias: return {"the topic alias is 0", "[MQTT-3.3.2-8]"};
    case Errc::authentication_data_without_method:
      return {"authentication data needs an authentication method", "3.1.2.11.10"};
    case Errc::no_authentication_method: return {"AUTH names no authentication method", "[MQTT-4.12.0-5]"};
    case Errc::reserved_reason_code:
      return {"the packet may not carry this reason code",
              "[MQTT-3.2.2-8] [MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-3.6.2-1] [MQTT-3.7.2-1] [MQTT-3.9.3-2] [MQTT-3.11.3-2] "
              "[MQTT-3.14.2-1] [MQTT-3.15.2-1]"};
    case Errc::no_local_on_shared_subscription:
      return {"a shared subscription can't be without the own messages", "[MQTT-3.8.3-4]"};
    case Errc::bad_shared_subscription:
      return {"a shared subscription is $share/, a name without /, + and #, and /filter", "[MQTT-4.8.2-1] [MQTT-4.8.2-2]"};
    case Errc::not_in_this_version: return {"MQTT 3.1.1 has no place for this", ""};
    case Errc::first_packet_not_connack: return {"the broker's first packet is not CONNACK", "[MQTT-3.2.0-1]"};
    case Errc::second_connack: return {"the broker sent CONNACK a second time", "[MQTT-3.2.0-1]"};
    case Errc::unexpected_session_present:
      return {"the broker claims a session although a clean one was asked for", "[MQTT-3.2.2-1]"};
    case Errc::suback_count_mismatch:
      return {"SUBACK does not have one return code per topic filter", "[MQTT-3.8.4-5]"};
    case Errc::acknowledgement_of_wrong_kind:
      return {"the acknowledgement does not fit the message it names", "[MQTT-4.3.2-1] [MQTT-4.3.3-1]"};
    case Errc::too_many_unacknowledged: return {"too many received messages are not acknowledged", ""};
    case Errc::peer_not_reading: return {"the broker keeps sending without reading our answers", ""};
    case Errc::paused_too_long: return {"more messages came than may wait while they are paused", ""};
    case Errc::not_connected: return {"there is no connection", ""};
    case Errc::already_connected: return {"there is a connection already", "[MQTT-3.1.0-2]"};
    case Errc::queue_full: return {"the queue of unsent messages is full", ""};
    case Errc::no_packet_id_free: return {"all 65535 packet ids are in use", "[MQTT-2.3.1-2]"};
    case Errc::too_many_requests: return {"too many requests wait for their answers", ""};
    case Errc::unknown_delivery: return {"there is no such unfinished message", ""};
    case Errc::subscription_ended: return {"the subscription was ended before it was asked for", ""};
    case Errc::already_sent: return {"the message is on its way already", ""};
    case Errc::wrong_session: return {"the stored session belongs to another client id", "[MQTT-3.1.3-2]"};
    case Errc::damaged_record: return {"the stored session is damaged", ""};
    case Errc::no_connack: return {"the broker did not answer CONNECT in time", "[MQTT-3.2.2-6]"};
    case Errc::no_pingresp: return {"the broker did not answer PINGREQ in time", "3.1.2.10"};
    case Errc::no_acknowledgement: return {"the broker acknowledged nothing for too long", ""};
    case Errc::refused_but_open: return {"the broker refused the connection", "[MQTT-3.2.2-5]"};
  }
  return {"unknown error", ""};
}

}  // namespace

std::string_view Error::message() const { return text_of(code_).message; }
std::string_view Error::clause() const { return text_of(code_).clause; }

}  // namespace wasmqtt
