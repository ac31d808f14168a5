// What a member has published and not heard the end of, in order. Each message lies here as the PUBLISH that goes to the leader.
//
// Three parts, by where they are: taken by the leader, on their way to it, and waiting. A leader that is gone takes the second
// part back into the third.
#pragma once

#include <optional>
#include <vector>

#include "wasmqtt/encode.hpp"
#include "wasmqtt/event.hpp"

namespace wasmqtt {

class Outbox {
 public:
  struct Entry {
    std::uint64_t sequence = 0;
    Qos qos = Qos::at_most_once;
    bool retain = false;
    bool latest_per_topic = false;
    bool expires = false;    // its Message Expiry Interval counts here, too
    bool ended = false;
    bool in_memory = false;  // it went to a leader without storage
    bool was_sent = false;   // to any leader
    DeliveryState state = DeliveryState::queued;
    Time deadline{};         // epoch: none
    ByteBuffer packet{};     // empty: of an earlier object with our id
  };

  // Sequences only grow, but for those of an earlier object, which are added before all others.
  void add(Entry entry);
  // nullptr: never known, or ended.
  Entry* find(std::uint64_t sequence);
  void end(Entry& entry);

  // The first that waits; nullptr: none. sent() moves it on.
  Entry* waiting();
  void sent(Entry& entry);
  bool waits(const Entry& entry) const { return static_cast<std::size_t>(&entry - entries_.data()) >= sent_; }
  // The leader has all up to this one.
  void taken(std::uint64_t sequence);
  // Of messages on their way.
  std::size_t unconfirmed_bytes() const { return unconfirmed_bytes_; }
  // Everything behind `sequence` waits again.
  void take_back(std::uint64_t sequence);

  // All that have not ended, in order; they may end meanwhile.
  template <class Visit>
  void each(Visit&& visit) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (!entries_[i].ended) visit(entries_[i]);
    }
  }
  std::size_t count() const { return count_; }
  std::size_t bytes() const { return bytes_; }
  std::size_t waiting_count() const;

 private:
  std::size_t after(std::uint64_t sequence) const;  // the first with a higher one
  void trim();

  std::vector<Entry> entries_;  // in order; those that have ended go when they are at the front, or many
  std::size_t taken_ = 0;       // entries before it are the leader's
  std::size_t sent_ = 0;        // and before this one, sent
  std::size_t count_ = 0;       // not ended
  std::size_t bytes_ = 0;
  std::size_t unconfirmed_bytes_ = 0;
};

}  // namespace wasmqtt
