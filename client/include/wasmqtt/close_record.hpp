// Why a connection ended, or never came to be: everything that is known, in one record.
//
//   record.sentence()  ->  "The broker closed the connection 12 ms after the attempt began, before CONNACK: is
//                           ws://localhost:8081 a port where a broker speaks MQTT?"
//
// Everything in it may be shown and logged: it holds no user, password, query or token of a URL.
#pragma once

#include <optional>
#include <string>

#include "wasmqtt/error.hpp"
#include "wasmqtt/packet.hpp"
#include "wasmqtt/transport.hpp"
#include "wasmqtt/types.hpp"

namespace wasmqtt {

// Why an attempt went to its address, where there are several: see DriverOptions.
enum class UrlChoice : std::uint8_t {
  in_turn,    // it was its turn in the list
  same,       // under stay: the last connection was there, and so is the session
  preferred,  // return_after has passed: it is the first of the list
  named,      // follow_server: the server before has named it
};

struct CloseRecord {
  // How far the attempt had come.
  enum class Phase : std::uint8_t { opening, connecting, connected, disconnecting };
  // Who ended it.
  enum class Cause : std::uint8_t {
    transport,       // the network or the broker closed it; see fault, code, reason
    refused,         // CONNACK with a non-zero return code; see reason_code, return_code
    protocol_error,  // the broker broke a clause, or was refused by refuse_authentication(); see error
    timed_out,       // no CONNACK, PINGRESP or acknowledgement in time; see error
    disconnected,    // disconnect() was called and DISCONNECT was sent
    aborted,         // the application closed it without DISCONNECT
    ended_by_broker, // MQTT 5: DISCONNECT came; see reason_code, reason
  };

  Phase phase = Phase::opening;
  Cause cause = Cause::transport;
  std::string url;              // without user, password, query and fragment
  UrlChoice url_choice = UrlChoice::in_turn;
  TransportFault fault = TransportFault::none;
  int code = 0;                 // WebSocket close code, 0 where there is none
  std::string reason;           // the peer's words: of the transport, or its Reason String, escaped for a log; not_prepared: ours
  bool clean = false;           // the transport was closed in order
  Error error;                  // protocol_error, timed_out
  ConnectReturnCode return_code = ConnectReturnCode::accepted;  // refused, MQTT 3.1.1
  ReasonCode reason_code = ReasonCode::success;  // refused (both versions), ended_by_broker
  std::string server_reference;  // MQTT 5: where the broker says that it has moved to
  ProtocolVersion version = ProtocolVersion::mqtt_3_1_1;
  Duration elapsed{};           // since the attempt began
  Duration connected_for{};     // since CONNACK; 0 when there was none
  std::optional<PacketType> last_sent;
  std::optional<PacketType> last_received;
  // A message that has to do with the end, its topic escaped for a log: the PUBLISH of the broker that broke the protocol;
  // or our own first unacknowledged one, when the broker closed the connection after it. Empty: none.
  std::string topic;
  // How many connections in a row have ended like this one: the same error and packet, or the same message of ours.
  unsigned times = 1;

  // What happened and what is likely wrong, in one or two plain sentences for a person.
  std::string sentence() const;
};

}  // namespace wasmqtt
