// Incoming QoS 1 and 2 messages between delivery and PUBACK or PUBREC, which leave in the order of arrival
// [MQTT-4.6.0-2, -3], in whatever order the application acknowledges them.
#pragma once

#include <optional>
#include <vector>

#include "wasmqtt/reason_code.hpp"
#include "wasmqtt/types.hpp"

namespace wasmqtt {

class Acknowledgements {
 public:
  struct Entry {
    PacketId packet_id = 0;
    Qos qos = Qos::at_least_once;
    bool ready = false;      // may be sent as soon as those before it are
    bool delivered = false;  // a first delivery; false: a repetition that only needs its PUBREC
    ReasonCode reason_code{};  // MQTT 5: of its PUBACK or PUBREC
  };

  // The token of the new entry; never 0.
  std::uint64_t add(PacketId packet_id, Qos qos, bool delivered, bool ready);
  // An unacknowledged QoS 2 message of an earlier connection came again: its token stands for a new entry too.
  bool add_repetition(PacketId packet_id);
  // The id of the QoS 2 message that became ready by this; 0: none did.
  PacketId make_ready(std::uint64_t token, ReasonCode reason_code = {});
  // The next one that may be sent, taken out.
  std::optional<Entry> take_ready();
  // The connection ended: unacknowledged QoS 2 messages are remembered, so that a redelivery is not delivered.
  void connection_lost();
  void clear();
  // The undecided message with this id belonged to a lost session.
  void forget(PacketId packet_id);
  std::size_t count() const { return ring_.size() - first_; }
  // QoS 2 messages that the application has had and not acknowledged, on this connection or an earlier one.
  bool undecided(PacketId packet_id) const;

 private:
  struct Undecided {
    PacketId packet_id;
    std::uint64_t old_token;
    std::uint64_t token;  // on this connection; 0: not come again yet
    bool ready;
    ReasonCode reason_code;
  };
  Entry* entry(std::uint64_t token);

  std::vector<Entry> ring_;      // entry with token t is at t - base_
  std::size_t first_ = 0;        // entries before it are sent
  std::uint64_t base_ = 1;
  std::vector<Undecided> undecided_;
};

}  // namespace wasmqtt
