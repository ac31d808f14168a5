// What Client tells its caller: one variant, drained with poll_event().
//
// Views inside an event are valid until the next call of poll_event() or of any input.
#pragma once

#include <variant>

#include "wasmqtt/close_record.hpp"
#include "wasmqtt/error.hpp"
#include "wasmqtt/packet.hpp"
#include "wasmqtt/types.hpp"

namespace wasmqtt {

// Names one accepted publish for as long as the session lives, across reconnects and restarts. Numbers grow
// in the order of acceptance and are never used twice within a session's journal.
struct Delivery {
  std::uint64_t number = 0;  // 0: none (a QoS 0 message that went straight to the wire)
  std::uint32_t slot = 0;    // where the client finds it; not stable across a restart
  friend bool operator==(const Delivery& a, const Delivery& b) { return a.number == b.number; }
};

enum class DeliveryState : std::uint8_t {
  queued,        // accepted; not on the wire yet, can be cancelled
  sent,          // in the output at least once; for QoS 0 the end
  acknowledged,  // PUBACK or PUBCOMP came; the end
  failed,        // the end; see the reason
};

enum class FailureReason : std::uint8_t {
  none,
  dropped_oldest,  // pushed out by a newer message under OverflowPolicy::drop_oldest
  dropped_newest,  // the queue was full under OverflowPolicy::drop_newest
  superseded,      // a newer message for the same topic took its place (latest per topic)
  expired,         // its time to live ran out before it could be sent
  cancelled,       // by cancel()
  session_lost,    // QoS 2, received by the broker (PUBREC), which then lost its session: sending it again
                   // could deliver it twice
  connection_lost, // QoS 0, in the output when the connection ended
  connection_closed_repeatedly,  // QoS 1 or 2: the broker closed five connections in a row when it was sent, the last
                                 // three when it was sent alone. Whether the broker took it is unknown
  refused,         // by PUBACK or PUBREC with a reason code of 0x80 or more; final
  not_supported,   // the broker does not take it: QoS, RETAIN or size, as the reason code says; it was not sent
};

// MQTT 5's enhanced authentication, section 4.12. The broker asks, to be answered by authenticate(); or it has accepted: in
// CONNACK, before Connected and before anything is sent on the connection, or in AUTH after reauthenticate(). What it shows of
// itself then may be refused: refuse_authentication(). A broker that does not accept ends the connection; see Closed.
struct Authentication {
  bool done = false;
  Bytes data{};             // Authentication Data; empty: none
  Properties properties{};  // all that came with it: of AUTH, or of CONNACK
};

// CONNACK accepted. After it the client has already queued what has to be sent again.
struct Connected {
  bool session_present = false;
  // An earlier CONNECT may have been taken while its CONNACK was lost: had the broker forgotten the session, then it made
  // a new one there, and Session Present speaks of that. Nothing in MQTT 3.1.1 tells the two apart, so subscribe again.
  bool session_in_doubt = false;
};

// The broker did not keep the session that this client had asked to resume [MQTT-3.2.2-2]: it has forgotten the
// subscriptions (subscribe again) and what it held for us. `republished` unacknowledged messages go out anew
// with DUP 0; `failed` QoS 2 messages end as FailureReason::session_lost.
struct SessionLost {
  std::size_t republished = 0;
  std::size_t failed = 0;
};

// An incoming message, as its PUBLISH: `retain` is a stored message [MQTT-3.3.1-8], `dup` a redelivery and says nothing about
// whether the application has seen it [MQTT-4.3.2-2]. Acknowledged by the next call of poll_event() (then the application has
// had it), or, under manual_acknowledgement, by acknowledge(token).
struct Message : Publish {
  std::uint64_t token = 0;  // for acknowledge(); 0 with QoS 0
};

// A publish changed its state. Every accepted publish with a number gets exactly one `acknowledged`, `failed` or,
// for QoS 0, `sent`; a QoS 1 or 2 publish may get `sent` several times (again after a reconnect).
struct DeliveryChanged {
  Delivery delivery{};
  DeliveryState state = DeliveryState::queued;
  FailureReason reason = FailureReason::none;
  // MQTT 5: that of PUBACK, PUBREC or PUBCOMP; with not_supported the one that fits.
  ReasonCode reason_code = ReasonCode::success;
  std::string_view reason_string{};  // the broker's words, when it refused
};

// The end of a subscribe(): one return code per filter in order, or `error` (the connection was lost first).
struct Subscribed {
  PacketId packet_id = 0;
  Bytes return_codes{};  // 0, 1, 2 granted, 0x80 refused, in MQTT 5 any ReasonCode of SUBACK; empty with an error
  Error error{};
  Properties properties{};
};

struct Unsubscribed {
  PacketId packet_id = 0;
  Error error{};
  Bytes reason_codes{};  // MQTT 5: one per filter
  Properties properties{};
};

// The end of an attempt; the last event of it. Close the transport, if it is not closed already.
struct Closed {
  CloseRecord record{};
};

using Event =
    std::variant<Connected, SessionLost, Message, DeliveryChanged, Subscribed, Unsubscribed, Closed, Authentication>;

}  // namespace wasmqtt
