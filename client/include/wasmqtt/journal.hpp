// The session's journal: a stream of small records, from which a session can be made again after a crash.
//
// A publish of QoS 1 or 2 is one `put` when it is accepted, then a few bytes at each step of its life; never a rewrite
// of the session. Records are self-delimiting bytes; batches are appended to a store in order (session_store.hpp), which
// adds its own framing and checksums. compact() reduces a long journal to what is still alive.
//
// Kinds are added, never changed: what an older program wrote is read for ever. A program that does not know a kind takes the
// journal for damaged and leaves it as it is. `put` has properties, `ends` and `assigned` are written, only where MQTT 5 was
// spoken, `origin` and `note` only where several tabs share the connection (shared/shared_hub.hpp): what 3.1.1 leaves behind,
// programs from before MQTT 5 read too.
//
//   JournalReader reader(bytes);
//   JournalRecord record;
//   while (reader.next(record) == JournalReader::Status::record) ...
#pragma once

#include <string_view>
#include <vector>

#include "wasmqtt/encode.hpp"
#include "wasmqtt/error.hpp"
#include "wasmqtt/types.hpp"

namespace wasmqtt {

struct JournalRecord {
  enum class Kind : std::uint8_t {
    session = 1,   // text: the client id this journal belongs to [MQTT-3.1.3-2]; first record
    put,           // a message was accepted: number, qos, retain, deadline, text (topic), payload, properties
    sent,          // it went out: number, packet_id [MQTT-4.3.2-1]. Number 0: its message failed unanswered, but the broker may
                   // still hold the packet_id for QoS 2, and it stays taken
    released,      // PUBREC came: number, packet_id; from now on PUBREL only [MQTT-4.3.3-1]
    requeued,      // it waits again, without a packet id: the session was lost
    removed,       // it ended: number
    received,      // an incoming QoS 2 packet_id is held [MQTT-4.3.3-2]
    received_done, // and is free again
    forgot,        // all received ids are free, and those of number 0: the session was lost or clean
    barrier,       // nothing to restore; output that follows waits for it
    numbers,       // number: the highest used so far; written by compact()
    strike,        // number: the broker ended a connection when this message was sent; several in a row count.
                   // Number 0: an acknowledgement came, and they start anew
    ends,          // deadline: when the session has run out, counted from the end of the connection; epoch: not known, or never
    assigned,      // text: the client id that the broker gave to a session without one, used from then on
    origin,        // number: this message is that of `source` with this `sequence`. Number 0, as compact() writes it: so far the
                   // messages of `source` have come; and sequence 0 forgets the source. The session itself ignores it
    note,          // text, payload: something else to be known by whoever loads the session; a later one with the same text takes
                   // its place, one without payload ends it. The session itself ignores it
  };

  Kind kind = Kind::barrier;
  std::uint64_t number = 0;
  PacketId packet_id = 0;
  Qos qos = Qos::at_most_once;
  bool retain = false;
  bool latest_per_topic = false;
  std::uint64_t source = 0;    // of origin
  std::uint64_t sequence = 0;
  Time deadline{};          // of put and ends; epoch: none
  std::string_view text{};  // valid as long as the bytes read, or as the caller's
  Bytes payload{};             // of put and note
  Properties properties{};  // of put
};

void write_record(const JournalRecord& record, ByteBuffer& out);

class JournalReader {
 public:
  enum class Status : std::uint8_t { record, end, damaged };
  explicit JournalReader(Bytes bytes) : rest_(bytes) {}
  Status next(JournalRecord& record);

 private:
  Bytes rest_;
};

// The shortest journal that restores the same session; empty for an empty session that never had a number.
// damaged_record when `records` can't be read.
Result<ByteBuffer> compact(Bytes records);

}  // namespace wasmqtt
