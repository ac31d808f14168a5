// Which messages this tab has had, so that none is handed to its handlers twice.
//
// QoS 1 and 2: what has not reached the broker as acknowledged comes again to the next leader, with DUP and its packet id. Known
// here by the id and what is in it, the id alone may have been given to another message. What is done with is forgotten when the
// journal has it (QoS 2), when the id comes without DUP, when the session is lost, and when too many others were done with after it.
//
// The price of "nothing comes twice" with QoS 1: two messages alike in everything, of which the second gets the id of the first and is
// repeated, on another connection or to another leader, before anybody here has seen it, are taken for one. A connection of one's own
// hands both out [MQTT-4.3.2-2], and repetitions, too.
//
// Retained messages come whenever some tab subscribes. One that is the same as the last message on its topic is not told again, unless
// it was asked for since.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wasmqtt/event.hpp"
#include "wasmqtt/fifo.hpp"
#include "wasmqtt/slot_index.hpp"
#include "wasmqtt/slot_table.hpp"

namespace wasmqtt {

class MessageMemory {
 public:
  struct Entry {
    PacketId packet_id = 0;        // 0: a free place
    std::uint64_t content = 0;     // a hash
    std::uint64_t number = 0;      // by which the hub knows its latest delivery; 0: that hub is gone
    std::uint64_t token = 0;       // by which the application does
    bool exactly_once = false;
    std::optional<ReasonCode> done{};  // with this answer
  };

  // ---- QoS 1 and 2 ----
  // The entry of a message, new or the old one of which it is a repetition.
  struct Noted {
    Entry& entry;
    bool repeated;
  };
  Noted note(const Publish& packet, std::uint64_t number);
  // nullptr: not known any more. The application is done with it; the hub is to be told of its number.
  Entry* finish(std::uint64_t token, ReasonCode answer);
  void settled(PacketId packet_id);
  void leader_gone();
  void session_lost();

  // ---- retained messages ----
  // True: it need not be told. All messages are to be shown here, `stored` says that this one came only because somebody subscribed.
  bool knows(const Publish& packet, bool stored);
  // Retained messages that match are wanted from now on. `filter` as it is for topics.
  void asked(std::string_view filter);
  bool has_asked(std::string_view filter) const;
  void ended(std::string_view filter);

  std::size_t remembered() const { return remembered_; }

 private:
  static constexpr std::size_t most_done = 4096;
  static constexpr std::size_t topics = 2048;  // a power of two

  struct Topic {
    std::uint64_t topic = 0;    // hashes
    std::uint64_t content = 0;
    std::uint64_t order = 0;    // when it came
  };
  struct Asked {
    std::string filter;
    std::uint64_t order;
  };

  Slot find(PacketId packet_id) const;
  void forget(Slot slot);

  SlotTable<Entry> entries_;
  SlotIndex by_id_;
  Fifo<std::uint64_t> done_;  // tokens, oldest first; of some the entry is gone
  std::size_t done_count_ = 0;
  std::size_t remembered_ = 0;
  std::uint64_t last_token_ = 0;
  std::vector<Topic> topics_;  // by hash; a newer topic takes the place of an older one
  std::vector<Asked> asked_;
  std::uint64_t order_ = 0;
};

}  // namespace wasmqtt
