// Incoming QoS 1 and 2 messages between delivery and PUBACK or PUBREC, which leave in the order of arrival
// [MQTT-4.6.0-2, -3], in whatever order the application acknowledges them.
#pragma once

#include <optional>
#include <vector>

#include "wasmqtt/reason_code.hpp"
#include "wasmqtt/slot_table.hpp"
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
  // An unacknowledged QoS 2 message of an earlier connection came again: its token stands for a new entry too. False: it is none,
  // or has come again already.
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
  bool undecided(PacketId packet_id) const { return find_id(packet_id) != no_slot; }

 private:
  struct Undecided {
    PacketId packet_id = 0;       // 0: a free place
    std::uint64_t old_token = 0;
    std::uint64_t token = 0;      // on this connection; 0: not come again yet
    bool ready = false;
    ReasonCode reason_code{};
  };
  Entry* entry(std::uint64_t token);
  Slot find_id(PacketId packet_id) const {
    return by_id_.find(hash_of(std::uint64_t{packet_id}), [&](Slot slot) { return undecided_[slot].packet_id == packet_id; });
  }
  Slot find_token(std::uint64_t token) const {
    return by_token_.find(hash_of(token), [&](Slot slot) { return undecided_[slot].old_token == token; });
  }
  void remember(const Undecided& one);
  void forget(Slot slot);

  std::vector<Entry> ring_;      // entry with token t is at t - base_
  std::size_t first_ = 0;        // entries before it are sent
  std::uint64_t base_ = 1;
  SlotTable<Undecided> undecided_;
  SlotIndex by_id_;
  SlotIndex by_token_;           // of the old ones
};

}  // namespace wasmqtt
