// What can go wrong, whose fault it was, and which clause of the standard says so.
//
//   if (Error error = check_topic_name(topic)) log(error.message(), error.clause());
//
// An error has a side. Side::local: the caller asked for something illegal or impossible now; it is
// returned by the command and nothing has changed. Side::peer: the broker broke the protocol; the
// connection it came on is closed. Both carry a fixed sentence and a clause, never memory of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "wasmqtt/reason_code.hpp"

namespace wasmqtt {

enum class Side : std::uint8_t { local, peer };

enum class Errc : std::uint8_t {
  ok,
  // strings and topics
  ill_formed_utf8,
  nul_in_string,
  string_too_long,
  discouraged_character,
  empty_topic,
  wildcard_in_topic_name,
  bad_wildcard,
  // packets
  invalid_qos,
  packet_too_large,
  no_topic_filter,
  too_many_topic_filters,
  password_without_user_name,
  empty_client_id,
  keep_alive_too_long,
  no_window,
  malformed_remaining_length,
  reserved_packet_type,
  wrong_direction,
  wrong_flags,
  wrong_length,
  truncated,
  trailing_bytes,
  zero_packet_id,
  dup_on_qos0,
  reserved_bits,
  wrong_protocol_name,
  unsupported_protocol_level,
  will_flags_without_will,
  reserved_return_code,
  session_present_on_refusal,
  // packets of MQTT 5
  malformed_variable_integer,
  unknown_property,
  property_not_allowed,
  repeated_property,
  property_out_of_range,
  property_of_other_type,
  zero_topic_alias,
  authentication_data_without_method,
  no_authentication_method,
  reserved_reason_code,
  no_local_on_shared_subscription,
  bad_shared_subscription,
  not_in_this_version,
  // limits of the broker, MQTT 5
  qos_not_supported,
  retain_not_supported,
  above_server_limit,
  wildcards_not_supported,
  shared_not_supported,
  identifiers_not_supported,
  expiry_after_none,
  // conversation
  first_packet_not_connack,
  second_connack,
  unexpected_session_present,
  suback_count_mismatch,
  acknowledgement_of_wrong_kind,
  receive_maximum_exceeded,
  topic_alias_too_large,
  unknown_topic_alias,
  unexpected_authentication,
  wrong_authentication_method,
  authentication_out_of_turn,
  authentication_refused,
  unexpected_reason,
  too_many_unacknowledged,
  peer_not_reading,
  paused_too_long,
  // state of the client
  not_connected,
  already_connected,
  queue_full,
  no_packet_id_free,
  too_many_requests,
  unknown_delivery,
  already_sent,
  subscription_ended,
  wrong_session,
  damaged_record,
  // time-outs
  no_connack,
  no_authentication,
  no_pingresp,
  no_acknowledgement,
  refused_but_open,
  // requests and what is awaited
  timed_out,
  not_delivered,
  responder_failed,
};

// One of the fixed errors. Converts to true when something is wrong.
class [[nodiscard]] Error {
 public:
  constexpr Error() = default;
  constexpr Error(Errc code, Side side) : code_(code), side_(side) {}

  constexpr explicit operator bool() const { return code_ != Errc::ok; }
  constexpr Errc code() const { return code_; }
  constexpr Side side() const { return side_; }
  // A plain sentence without a full stop, in static storage.
  std::string_view message() const;
  // "[MQTT-3.3.2-2]" or "2.2.3", as this version numbers it; empty where no clause applies. Static storage.
  std::string_view clause(ProtocolVersion version = ProtocolVersion::mqtt_3_1_1) const;
  // What DISCONNECT tells the broker for it, MQTT 5's section 4.13.
  ReasonCode reason_code() const;

  friend constexpr bool operator==(const Error&, const Error&) = default;

 private:
  Errc code_ = Errc::ok;
  Side side_ = Side::local;
};

constexpr Error local_error(Errc code) { return {code, Side::local}; }
constexpr Error peer_error(Errc code) { return {code, Side::peer}; }

// A value or the reason why there is none; std::expected for C++20.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT: implicit on purpose
  Result(Error error) : error_(error) {}         // NOLINT

  explicit operator bool() const { return value_.has_value(); }
  bool has_value() const { return value_.has_value(); }
  // Only when has_value().
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  Error error() const { return error_; }

 private:
  std::optional<T> value_;
  Error error_;
};

}  // namespace wasmqtt
