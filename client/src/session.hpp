// The session state of section 4.1 on the client's side: unfinished outgoing messages, received QoS 2 identifiers, packet
// ids in use; and its journal. It knows no connection, no bytes of the wire and no events: `Client` tells it what happened
// and asks what to send.
//
// An outgoing message is in one of three lists: queued (not sent), published (PUBLISH sent, in that order), released
// (PUBREC received; in the order of the PUBRECs [MQTT-4.6.0-4]).
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
#include "slot_index.hpp"
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
  // The broker forgot us, or a clean session begins [MQTT-3.1.2-6]: received ids are freed, published messages are queued
  // anew in front, in order. Released ones are left for the caller to end. Returns how many were queued.
  std::size_t forget();

  OutgoingMessage& operator[](Slot slot) { return table_[slot]; }
  const OutgoingMessage& operator[](Slot slot) const { return table_[slot]; }
  Delivery delivery(Slot slot) const { return {table_[slot].number, slot}; }
  Slot find(Delivery delivery) const;
  Slot find_id(PacketId packet_id) const;
  const MessageList& queued() const { return queued_; }
  const MessageList& published() const { return published_; }
  const MessageList& released() const { return released_; }
  std::size_t in_flight() const { return published_.count() + released_.count(); }
  std::size_t queued_qos0() const { return queued_qos0_; }
  // No deadline of a queued message is earlier; may be too early, never too late.
  std::optional<Time> next_deadline() const { return next_deadline_; }
  void set_next_deadline(std::optional<Time> deadline) { next_deadline_ = deadline; }

  // ---- incoming QoS 2 ----
  const ReceivedIds& received() const { return received_; }
  bool hold_received(PacketId packet_id) { return received_.insert(packet_id); }
  void record_received(PacketId packet_id);  // before its PUBREC
  void free_received(PacketId packet_id);    // before its PUBCOMP
  // The session that was resumed may not be the one in which these ids were held (Connected::session_in_doubt).
  void doubt_received() { doubted_ = received_; }
  // Whether a PUBLISH with a doubted id is another message: the broker would send the old one with DUP [MQTT-3.3.1-1].
  bool is_new_after_doubt(PacketId packet_id, bool dup) { return doubted_.erase(packet_id) && !dup; }

  PacketIds& packet_ids() { return packet_ids_; }
  bool empty() const { return in_flight() == 0 && received_.count() == 0; }

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

  void record(const JournalRecord& record);
  Error check_records(Bytes records) const;
  Error apply(const JournalRecord& record, SlotIndex& by_number);
  Slot apply_put(const JournalRecord& record);
  Error apply_step(const JournalRecord& record, Slot slot);
  void queue(Slot slot);
  void renumber(Slot slot, std::uint64_t number);
  void finish_unrecorded(Slot slot);
  void requeue(Slot slot);
  void note_deadline(Time deadline);
  MessageList& list_of(OutgoingMessage::State state);
  void move_to(Slot slot, OutgoingMessage::State state);
  void forget_latest(Slot slot);
  void remember_id(PacketId packet_id, Slot slot);

  std::string client_id_;
  bool journal_;
  bool journal_begun_ = false;
  MessageTable table_;
  MessageList queued_;
  MessageList published_;
  MessageList released_;
  std::size_t queued_qos0_ = 0;
  std::uint64_t last_number_ = 0;
  std::optional<Time> next_deadline_;
  std::array<std::unique_ptr<Page>, 65'536 / page_size> by_id_;
  SlotIndex latest_;  // queued messages with latest_per_topic, by topic
  ReceivedIds received_;
  ReceivedIds doubted_;  // of received_
  PacketIds packet_ids_;
  ByteBuffer pending_;
  std::uint64_t position_ = 0;
};

}  // namespace wasmqtt
