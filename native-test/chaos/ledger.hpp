// What really happened in a run, seen from outside of client and broker: the base of every verdict.
//
// Each message carries a label of its own as its payload, "o17" from the client and "i23" towards it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "fingerprint.hpp"
#include "wasmqtt/event.hpp"

namespace wasmqtt::chaos {

// A message that the application published and the client accepted.
struct Sent {
  std::string topic;
  Qos qos = Qos::at_most_once;
  bool on_wire = false;                 // a byte of it was taken by the transport
  unsigned forgotten_in_flight = 0;     // times the broker lost its session meanwhile
  unsigned announced_before = ~0u;      // first connection on which the client said `sent`
  Time accepted_at{};
  Duration expiry{};                    // 0: none
  std::size_t size = 0;                 // of its PUBLISH with MQTT 5, without an alias
  bool cancelled = false;               // taken back by the application
  bool dropped = false;                 // failed before or between attempts: its packet id is free, unanswered
};

// A message that the broker put into the client's session.
struct Owed {
  std::string topic;
  Qos qos = Qos::at_most_once;  // as granted
  bool wiped = false;           // the session was lost before it was finished
  bool retained = false;
};

struct Forwarded {
  std::string label;
  std::string topic;
  Qos qos = Qos::at_most_once;
};

struct Ledger {
  std::map<std::string, Sent> sent;
  std::map<std::string, Owed> owed;
  std::vector<Forwarded> forwarded;     // by the broker, in order
  std::set<std::string> completed;      // ends that the application has heard of and not lost in a crash
  std::string refused_topic;            // see Plan
  unsigned serial = 0;                  // of the last label
  unsigned forgets = 0;
  unsigned sessions_reported_lost = 0;  // SessionLost events
  unsigned sessions_resumed_in_vain = 0;  // CONNACKs that had to cause one
  unsigned sessions_made_unseen = 0;    // the broker forgot, made a new session, and its CONNACK was lost, or what it
                                        // told was forgotten by a process that died
  std::uint32_t smallest_packet_limit = ~0u;  // that the client has been told in MQTT 5
  unsigned wills = 0;
  std::vector<std::string> failures;

  // `now` and `connection` are what times and connections are compared with.
  void add_to(Fingerprint& print, Time now, unsigned connection) const;
  void fail(std::string what) {
    if (failures.size() < 20) failures.push_back(std::move(what));
  }
};

// "o17" from "o17 padding": labels are padded, so that payloads have different sizes.
inline std::string label_of(Bytes payload) {
  const std::string_view text = as_text(payload);
  return std::string(text.substr(0, text.find(' ')));
}
// Labels in the order of their making: by number.
inline unsigned serial_of(const std::string& label) {
  unsigned serial = 0;
  for (std::size_t i = 1; i < label.size() && label[i] >= '0' && label[i] <= '9'; ++i)
    serial = serial * 10 + static_cast<unsigned>(label[i] - '0');
  return serial;
}

}  // namespace wasmqtt::chaos
