#include "wasmqtt/error.hpp"

namespace wasmqtt {
namespace {

struct Row {
  Errc error;
  const char* message;
  const char* clause;
  const char* clause5 = nullptr;  // where MQTT 5 has another one
  ReasonCode code = ReasonCode::protocol_error;
};

constexpr Row rows[] = {
    {Errc::ok, "no error", ""},
    {Errc::ill_formed_utf8, "the text is not well-formed UTF-8", "[MQTT-1.5.3-1]", "[MQTT-1.5.4-1]",
     ReasonCode::malformed_packet},
    {Errc::nul_in_string, "the text contains the character U+0000", "[MQTT-1.5.3-2]", "[MQTT-1.5.4-2]",
     ReasonCode::malformed_packet},
    {Errc::string_too_long, "the text is longer than 65535 bytes", "[MQTT-4.7.3-3]", nullptr, ReasonCode::malformed_packet},
    {Errc::discouraged_character, "the text contains a control character or a non-character", "1.5.3", "1.5.4",
     ReasonCode::malformed_packet},
    {Errc::empty_topic, "the topic is empty", "[MQTT-4.7.3-1]"},
    {Errc::wildcard_in_topic_name, "a topic to publish to can't contain + or #", "[MQTT-3.3.2-2] [MQTT-4.7.1-1]",
     "[MQTT-3.3.2-2] [MQTT-3.3.2-14]", ReasonCode::topic_name_invalid},
    {Errc::bad_wildcard, "+ has to fill its topic level, and # has to be the last level", "[MQTT-4.7.1-2] [MQTT-4.7.1-3]",
     "[MQTT-4.7.1-1] [MQTT-4.7.1-2]"},
    {Errc::invalid_qos, "the QoS is not 0, 1 or 2", "[MQTT-3.3.1-4] [MQTT-3-8.3-4] [MQTT-3.1.2-14]",
     "[MQTT-3.3.1-4] [MQTT-3.1.2-12] [MQTT-3.8.3-5]", ReasonCode::malformed_packet},
    {Errc::packet_too_large, "the packet is larger than the limit", "2.2.3", "[MQTT-3.1.2-24]",
     ReasonCode::packet_too_large},
    {Errc::no_topic_filter, "there is no topic filter", "[MQTT-3.8.3-3] [MQTT-3.10.3-2]", "[MQTT-3.8.3-2] [MQTT-3.10.3-2]"},
    {Errc::too_many_topic_filters, "there are more topic filters than fit into one packet", "2.2.3", "2.1.4"},
    {Errc::password_without_user_name, "a password needs a user name", "[MQTT-3.1.2-22]"},
    {Errc::empty_client_id, "an empty client id needs a clean session", "[MQTT-3.1.3-7]"},
    {Errc::keep_alive_too_long, "the keep-alive is not between 0 and 65535 seconds", "3.1.2.10"},
    {Errc::no_window, "a window of 0 would never send anything", ""},
    {Errc::malformed_remaining_length, "the remaining length is longer than 4 bytes", "2.2.3", "1.5.5",
     ReasonCode::malformed_packet},
    {Errc::reserved_packet_type, "the packet type is reserved", "2.2.1", "2.1.2", ReasonCode::malformed_packet},
    {Errc::wrong_direction, "this packet may not travel in this direction", "2.2.1", "2.1.2"},
    {Errc::wrong_flags, "the fixed header's flags are wrong", "[MQTT-2.2.2-2]", "[MQTT-2.1.3-1]",
     ReasonCode::malformed_packet},
    {Errc::wrong_length, "the packet has the wrong length", "[MQTT-4.8.0-1]", "1.2", ReasonCode::malformed_packet},
    {Errc::truncated, "the packet ends in the middle of a field", "[MQTT-4.8.0-1]", "1.2", ReasonCode::malformed_packet},
    {Errc::trailing_bytes, "the packet has bytes after its last field", "[MQTT-4.8.0-1]", "1.2",
     ReasonCode::malformed_packet},
    {Errc::zero_packet_id, "the packet id is 0", "[MQTT-2.3.1-1]", "[MQTT-2.2.1-3] [MQTT-2.2.1-4]"},
    {Errc::dup_on_qos0, "a QoS 0 message carries DUP", "[MQTT-3.3.1-2]"},
    {Errc::reserved_bits, "reserved bits are set", "[MQTT-4.8.0-1]", "[MQTT-3.2.2-1] [MQTT-3.8.3-5] [MQTT-3.1.2-3]",
     ReasonCode::malformed_packet},
    {Errc::wrong_protocol_name, "the protocol name is not MQTT", "[MQTT-3.1.2-1]"},
    {Errc::unsupported_protocol_level, "the protocol level is not 4", "[MQTT-3.1.2-2]"},
    {Errc::will_flags_without_will, "will QoS or will retain is set without a will", "[MQTT-3.1.2-11]",
     "[MQTT-3.1.2-11] [MQTT-3.1.2-13]"},
    {Errc::reserved_return_code, "the return code is reserved", "3.2.2.3 [MQTT-3.9.3-2]", "[MQTT-3.2.2-8] [MQTT-3.9.3-2]"},
    {Errc::session_present_on_refusal, "a refusal claims that a session is present", "[MQTT-3.2.2-4]", "[MQTT-3.2.2-6]"},
    {Errc::malformed_variable_integer, "a variable byte integer is malformed, or longer than its value needs",
     "[MQTT-1.5.5-1]", nullptr, ReasonCode::malformed_packet},
    {Errc::unknown_property, "there is no such property", "2.2.2.2", nullptr, ReasonCode::malformed_packet},
    {Errc::property_not_allowed, "the property may not be in this packet", "2.2.2.2", nullptr, ReasonCode::malformed_packet},
    {Errc::repeated_property, "the property may be there only once", "2.2.2.2"},
    {Errc::property_out_of_range, "the property's value is out of its range", "2.2.2.2"},
    {Errc::property_of_other_type, "the property's value is of another type", "2.2.2.2"},
    {Errc::zero_topic_alias, "the topic alias is 0", "[MQTT-3.3.2-8]", nullptr, ReasonCode::topic_alias_invalid},
    {Errc::authentication_data_without_method, "authentication data needs an authentication method", "3.1.2.11.10"},
    {Errc::no_authentication_method, "AUTH names no authentication method", "[MQTT-4.12.0-5]"},
    {Errc::reserved_reason_code, "the packet may not carry this reason code",

         "[MQTT-3.2.2-8] [MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-3.6.2-1] [MQTT-3.7.2-1] [MQTT-3.9.3-2] [MQTT-3.11.3-2] " "[MQTT-3.14.2-1] [MQTT-3.15.2-1]"},
    {Errc::no_local_on_shared_subscription, "a shared subscription can't be without the own messages", "[MQTT-3.8.3-4]"},
    {Errc::bad_shared_subscription, "a shared subscription is $share/, a name without /, + and #, and /filter",
     "[MQTT-4.8.2-1] [MQTT-4.8.2-2]"},
    {Errc::not_in_this_version, "MQTT 3.1.1 has no place for this", ""},
    {Errc::qos_not_supported, "the broker does not take messages of this QoS", "[MQTT-3.2.2-11]", nullptr,
     ReasonCode::qos_not_supported},
    {Errc::retain_not_supported, "the broker does not retain messages", "[MQTT-3.2.2-14]", nullptr,
     ReasonCode::retain_not_supported},
    {Errc::above_server_limit, "the packet is larger than the broker takes", "[MQTT-3.2.2-15]", nullptr,
     ReasonCode::packet_too_large},
    {Errc::wildcards_not_supported, "the broker does not support wildcards in subscriptions", "3.2.2.3.11", nullptr,
     ReasonCode::wildcard_subscriptions_not_supported},
    {Errc::shared_not_supported, "the broker does not support shared subscriptions", "3.2.2.3.13", nullptr,
     ReasonCode::shared_subscriptions_not_supported},
    {Errc::identifiers_not_supported, "the broker does not support subscription identifiers", "3.2.2.3.12", nullptr,
     ReasonCode::subscription_identifiers_not_supported},
    {Errc::expiry_after_none, "a session that was to end with its connection can't be given a time at its end",
     "3.14.2.2.2"},
    {Errc::first_packet_not_connack, "the broker's first packet is not CONNACK", "[MQTT-3.2.0-1]"},
    {Errc::second_connack, "the broker sent CONNACK a second time", "[MQTT-3.2.0-1]", "[MQTT-3.2.0-2]"},
    {Errc::unexpected_session_present, "the broker claims a session although a clean one was asked for", "[MQTT-3.2.2-1]",
     "[MQTT-3.2.2-2] [MQTT-3.2.2-4]"},
    {Errc::suback_count_mismatch, "SUBACK does not have one return code per topic filter", "[MQTT-3.8.4-5]",
     "[MQTT-3.8.4-6] [MQTT-3.11.3-2]"},
    {Errc::acknowledgement_of_wrong_kind, "the acknowledgement does not fit the message it names",
     "[MQTT-4.3.2-1] [MQTT-4.3.3-1]", "4.3"},
    {Errc::receive_maximum_exceeded, "the broker sent more QoS 1 and 2 messages at once than it was allowed",
     "[MQTT-3.3.4-9]", nullptr, ReasonCode::receive_maximum_exceeded},
    {Errc::topic_alias_too_large, "the topic alias is larger than the maximum that was announced",
     "[MQTT-3.1.2-26] [MQTT-3.1.2-27]", nullptr, ReasonCode::topic_alias_invalid},
    {Errc::unknown_topic_alias, "the topic alias stands for no topic yet", "3.3.4"},
    {Errc::unexpected_authentication, "there is authentication although CONNECT named no method",
     "[MQTT-4.12.0-6] [MQTT-4.12.0-7]"},
    {Errc::wrong_authentication_method, "the authentication method is not that of CONNECT", "[MQTT-4.12.0-5]"},
    {Errc::authentication_out_of_turn, "AUTH is out of turn", "[MQTT-4.12.0-2] [MQTT-4.12.1-1]"},
    {Errc::authentication_refused, "the authentication was refused on this side", "[MQTT-4.12.1-2]", nullptr,
     ReasonCode::unspecified_error},
    {Errc::unexpected_reason, "a reason came although CONNECT asked for none", "[MQTT-3.1.2-29]"},
    {Errc::too_many_unacknowledged, "too many received messages are not acknowledged", "", "[MQTT-3.3.4-9]",
     ReasonCode::receive_maximum_exceeded},
    {Errc::peer_not_reading, "the broker keeps sending without reading our answers", "", nullptr,
     ReasonCode::quota_exceeded},
    {Errc::paused_too_long, "more messages came than may wait while they are paused", "", nullptr,
     ReasonCode::quota_exceeded},
    {Errc::not_connected, "there is no connection", ""},
    {Errc::already_connected, "there is a connection already", "[MQTT-3.1.0-2]"},
    {Errc::queue_full, "the queue of unsent messages is full", ""},
    {Errc::no_packet_id_free, "all 65535 packet ids are in use", "[MQTT-2.3.1-2]", "[MQTT-2.2.1-3]"},
    {Errc::too_many_requests, "too many requests wait for their answers", ""},
    {Errc::unknown_delivery, "there is no such unfinished message", ""},
    {Errc::subscription_ended, "the subscription was ended before it was asked for", ""},
    {Errc::already_sent, "the message is on its way already", ""},
    {Errc::wrong_session, "the stored session belongs to another client id", "[MQTT-3.1.3-2]"},
    {Errc::damaged_record, "the stored session is damaged", ""},
    {Errc::no_connack, "the broker did not answer CONNECT in time", "[MQTT-3.2.2-6]", "3.1.4"},
    {Errc::no_authentication, "the authentication was not finished in time", "4.12"},
    {Errc::no_pingresp, "the broker did not answer PINGREQ in time", "3.1.2.10", "[MQTT-3.12.4-1]"},
    {Errc::no_acknowledgement, "the broker acknowledged nothing for too long", ""},
    {Errc::refused_but_open, "the broker refused the connection", "[MQTT-3.2.2-5]", "[MQTT-3.2.2-7]"},
    {Errc::timed_out, "it was not done in time", ""},
    {Errc::not_delivered, "the other side did not take it", ""},
    {Errc::responder_failed, "whoever was asked has no answer", ""},
};

constexpr Row unknown{Errc::ok, "unknown error", ""};

const Row& row_of(Errc error) {
  for (const Row& row : rows) {
    if (row.error == error) return row;
  }
  return unknown;
}

}  // namespace

std::string_view Error::message() const { return row_of(code_).message; }

std::string_view Error::clause(ProtocolVersion version) const {
  const Row& row = row_of(code_);
  return version == ProtocolVersion::mqtt_5 && row.clause5 != nullptr ? row.clause5 : row.clause;
}

ReasonCode Error::reason_code() const { return row_of(code_).code; }

}  // namespace wasmqtt
