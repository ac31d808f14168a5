// The session state of section 4.1 on the client's side: unfinished outgoing messages, received QoS 2 identifiers, packet
// ids in use; and its journal. It knows no connection, no bytes of the wire and no events: `Client` tells it what happened
// and asks what to send.
//
// An outgoing message is in one list: queued (not sent; one list for each QoS, for a message only has to stay in order with
// others of its topic and QoS [MQTT-4.6.0-6]), published (PUBLISH sent, in that order), or released (PUBREC received; in the
// order of the PUBRECs [MQTT-4.6.0-4]).
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message_table.hpp"
#include "packet_ids.hpp"
#include "received_ids.hpp"
#include "wasmqtt/slot_index.hpp"
#include "wasmqtt/client.hpp"
#include "wasmqtt/journal.hpp"

namespace wasmqtt {

class Session {
 public:
  Session(std::string client_id, bool journal) : client_id_(std::move(client_id)), journal_(journal) {}

  // ---- outgoing ----
  Slot enqueue(std::string_view topic, Bytes payload, const PublishOptions& options, Time now);
  // The queued message that a new one for `topic` replaces under latest-per-topic; no_slot: none.
  Slot latest_for(std::string_view topic) const;
  // Queued to published; takes a packet id (QoS 1 and 2). False when none is free.
  bool publish(Slot slot);
  void release(Slot slot);  // PUBREC came
  void finish(Slot slot);   // it ended, whatever way
  // A message with this packet id ended without an answer. The id stays taken until the session is lost: the broker may still
  // hold it for QoS 2, and would take a new message for a repetition [MQTT-4.3.3-2].
  void abandon_id(PacketId packet_id);
  // The broker forgot us, or a clean session begins [MQTT-3.1.2-6]: received ids are freed, published messages are queued
  // anew in front, in order. Released ones are left for the caller to end. Returns how many were queued.
  std::size_t forget();

  OutgoingMessage& operator[](Slot slot) { return table_[slot]; }
  const OutgoingMessage& operator[](Slot slot) const { return table_[slot]; }
  Delivery delivery(Slot slot) const { return {table_[slot].number, slot}; }
  Slot find(Delivery delivery) const;
  Slot find_id(PacketId packet_id) const;
  const MessageList& queued(Qos qos) const { return queued_[static_cast<std::size_t>(qos)]; }
  std::size_t queued_count() const { return queued_[0].count() + queued_[1].count() + queued_[2].count(); }
  std::size_t queued_bytes() const { return queued_[0].bytes() + queued_[1].bytes() + queued_[2].bytes(); }
  // The queued message that was accepted first; no_slot: none. `heads`: where to look in each list.
  using Heads = std::array<Slot, 3>;
  Heads queue_heads() const { return {queued_[0].front(), queued_[1].front(), queued_[2].front()}; }
  Slot oldest(const Heads& heads) const;
  const MessageList& published() const { return published_; }
  const MessageList& released() const { return released_; }
  std::size_t in_flight() const { return published_.count() + released_.count(); }
  std::size_t in_flight_qos2() const { return in_flight_qos2_; }
  // No deadline of a queued message is earlier; may be too early, never too late.
  std::optional<Time> next_deadline() const { return next_deadline_; }
  void set_next_deadline(std::optional<Time> deadline) { next_deadline_ = deadline; }

  // ---- incoming QoS 2 ----
  const ReceivedIds& received() const { return received_; }
  bool hold_received(PacketId packet_id) { return received_.insert(packet_id); }
  void record_received(PacketId packet_id);  // before its PUBREC
  void free_received(PacketId packet_id);    // before its PUBCOMP
  // The session that was resumed may not be the one in which these ids were held (Connected::session_in_doubt).
  void mark_received_uncertain() { uncertain_ = received_; }
  // Whether a PUBLISH with an uncertain id is another message: the broker would send the old one with DUP [MQTT-3.3.1-1].
  bool takes_uncertain_id(PacketId packet_id, bool dup) { return uncertain_.erase(packet_id) && !dup; }

  // ---- the message that may make the broker hang up: trial.hpp ----
  struct Strikes {
    Delivery delivery{};
    unsigned count = 0;  // in a row
  };
  const Strikes& strikes() const { return strikes_; }
  // One more for this message, and the first one for it if another had the last. Both are recorded.
  void add_strike(std::uint64_t number);
  void clear_strikes() {
    if (strikes_.count != 0) end_strikes();
  }

  PacketIds& packet_ids() { return packet_ids_; }
  bool empty() const { return in_flight() == 0 && received_.count() == 0; }

  // ---- the session as the broker has it ----
  // When it has run out, as it was recorded last; none: not known, or never.
  std::optional<Time> end() const { return end_ == Time{} ? std::nullopt : std::optional(end_); }
  void record_end(std::optional<Time> end);
  // The client id that the broker gave it; empty: none.
  const std::string& assigned_id() const { return assigned_id_; }
  void record_assigned_id(std::string_view client_id);

  // ---- journal ----
  // Into a new Session only; after an error it is to be thrown away.
  Error restore(Bytes records);
  // Takes over what was queued in another session object while this one was being loaded. Returns the messages that are
  // superseded by that (latest per topic); they are for the caller to end.
  std::vector<Slot> adopt(const Session& other);
  void barrier();
  Bytes pending_journal() const { return pending_; }
  void take_journal() { pending_.clear(); }
  std::uint64_t position() const { return position_; }

 private:
  static constexpr std::size_t page_size = 256;
  using Page = std::array<Slot, page_size>;

  // Without a journal no record is made.
  void record(JournalRecord::Kind kind, std::uint64_t number, PacketId packet_id = 0) {
    if (journal_) write({.kind = kind, .number = number, .packet_id = packet_id});
  }
  void record_put(const OutgoingMessage& message);
  void write(const JournalRecord& record);
  void count_strike(Delivery delivery);
  void end_strikes();
  Error check_records(Bytes records) const;
  Error apply(const JournalRecord& record, SlotIndex& by_number);
  Slot apply_put(const JournalRecord& record);
  Error apply_step(const JournalRecord& record, Slot slot);
  void queue(Slot slot);
  void renumber(Slot slot, std::uint64_t number);
  void finish_unrecorded(Slot slot);
  void keep_id(PacketId packet_id);
  void requeue(Slot slot);
  void note_deadline(Time deadline);
  MessageList& list_of(const OutgoingMessage& message);
  void move_to(Slot slot, OutgoingMessage::State state);
  void forget_latest(Slot slot);
  void remember_id(PacketId packet_id, Slot slot);

  std::string client_id_;    // that the journal is kept under
  std::string assigned_id_;
  Time end_{};               // epoch: none
  bool journal_;
  bool journal_begun_ = false;
  MessageTable table_;
  std::array<MessageList, 3> queued_;  // by QoS
  MessageList published_;
  MessageList released_;
  std::size_t in_flight_qos2_ = 0;
  std::uint64_t last_number_ = 0;
  std::uint64_t first_order_ = std::uint64_t{1} << 63;  // of the queue's first and last message, in all lists
  std::uint64_t last_order_ = first_order_;
  Strikes strikes_;
  std::optional<Time> next_deadline_;
  std::array<std::unique_ptr<Page>, 65'536 / page_size> by_id_;
  SlotIndex latest_;  // queued messages with latest_per_topic, by topic
  ReceivedIds received_;
  ReceivedIds uncertain_;  // of received_
  PacketIds packet_ids_;
  std::vector<PacketId> abandoned_ids_;
  ByteBuffer pending_;
  std::uint64_t position_ = 0;
};

}  // namespace wasmqtt
