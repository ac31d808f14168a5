// Interface to the network: an ordered, lossless byte stream to a broker [MQTT-7.1.2-1].
//
// A Transport belongs to its caller and is used by one Driver. It calls its observer back from the
// event loop, never from inside open(), write() or close(). After close(), and after on_transport_closed(),
// no further callback of that attempt comes, however late the network answers: implementations tag each
// socket with a generation.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "wasmqtt/types.hpp"

namespace wasmqtt {

// What the transport knows of why it ended. `unknown` is honest: browsers hide most reasons.
enum class TransportFault : std::uint8_t {
  none,               // the peer closed in order
  unknown,
  invalid_url,
  unsupported_scheme,
  name_not_resolved,
  refused,
  unreachable,
  timed_out,
  reset,
  tls,                // handshake or certificate
  handshake,          // the WebSocket upgrade was refused
  wrong_subprotocol,  // [MQTT-6.0.0-4]
  text_frame,         // [MQTT-6.0.0-1]
  mixed_content,      // ws:// from an https:// page
  too_large,          // a WebSocket message over the limit
  not_prepared,       // DriverOptions::prepare_attempt failed, or did not answer in time
};

struct TransportClose {
  TransportFault fault = TransportFault::unknown;
  int code = 0;                // WebSocket close code; 0 where there is none
  std::string_view reason{};   // the peer's words, valid during the callback only
  bool clean = false;          // the WebSocket closing handshake was completed, or TCP ended in order
};

class TransportObserver {
 public:
  virtual void on_transport_open() = 0;
  // `bytes` are valid during the call only. Frame and packet borders need not align [MQTT-6.0.0-2].
  virtual void on_transport_bytes(Bytes bytes) = 0;
  // There is room again after write() has taken less than it was offered.
  virtual void on_transport_writable() = 0;
  virtual void on_transport_closed(const TransportClose& close) = 0;

 protected:
  ~TransportObserver() = default;
};

class Transport {
 public:
  virtual ~Transport() = default;

  // Starts one attempt. Ends in exactly one of on_transport_open() and on_transport_closed().
  // URL schemes: mqtt, tcp, mqtts, ssl, ws, wss, as the implementation says. Calling it while an attempt is
  // under way closes that one first.
  virtual void open(const std::string& url, TransportObserver& observer) = 0;

  // open() with this URL follows soon: what the network needs for it may begin now. Gives no callback. A hint: it may be
  // ignored, and what was begun is dropped by open() with another URL.
  virtual void open_soon(const std::string& url) { (void)url; }

  // Takes bytes to send, copies what it takes, returns how many. Less than offered means: wait for
  // on_transport_writable(). One call becomes one WebSocket frame at the most, always binary [MQTT-6.0.0-1].
  virtual std::size_t write(Bytes bytes) = 0;

  // Of the bytes that write() took in this attempt: how many have not left this machine yet, as far as can be told.
  // The client's time-outs and its reading of "the link makes progress" depend on it; a transport that can't tell
  // returns 0. Asked after each write() and up to four times a second.
  virtual std::size_t buffered() const { return 0; }

  // Sends what was taken, then closes; gives no callback. Safe at any time, also twice.
  virtual void close() = 0;
};

}  // namespace wasmqtt
