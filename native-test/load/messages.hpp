// What became of each message: accepted by the client, acknowledged by the broker, received, how often. Tells who lost one.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "wasmqtt/event.hpp"
#include "wasmqtt/types.hpp"

namespace wasmqtt::load {

// The first bytes of each payload.
struct Stamp {
  std::uint64_t run = 0;      // tells what another run has left at the broker
  std::uint64_t number = 0;
  std::int64_t intended = 0;  // steady clock, microseconds

  void write(std::vector<std::uint8_t>& payload) const;  // at least smallest_payload bytes
  static std::optional<Stamp> read(Bytes payload);
};

struct MessageTotals {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;        // at the call: the client's queue was full, or QoS 0 without a connection
  std::uint64_t acknowledged = 0;
  std::uint64_t failed = 0;         // the client has told that it will not be delivered
  std::uint64_t received = 0;       // each once
  std::uint64_t repeated = 0;       // received once more
  // Of those that were accepted:
  std::uint64_t lost_by_broker = 0;  // acknowledged, or QoS 0, and not received
  std::uint64_t unfinished = 0;      // neither acknowledged nor failed: still the client's, which will send it again
};

class Messages {
 public:
  std::uint64_t add(std::int64_t intended);
  void accepted(std::uint64_t number, std::size_t client, Delivery delivery);
  void refused(std::uint64_t number);
  // The message that the delivery is of, if it is one of ours, and when it was due.
  struct Found {
    std::uint64_t number;
    std::int64_t intended;
  };
  std::optional<Found> acknowledged(std::size_t client, Delivery delivery);
  void failed(std::size_t client, Delivery delivery);
  // False: it was received before, or is not of this run.
  bool received(std::uint64_t number);

  // `expected`: messages have a receiver.
  MessageTotals totals(bool expected) const;
  std::uint64_t count() const { return messages_.size(); }
  // Nothing can come any more.
  bool all_done(bool expected) const;

 private:
  struct Message {
    std::int64_t intended = 0;
    std::uint32_t times = 0;
    enum class State : std::uint8_t { made, refused, accepted, acknowledged, failed } state = State::made;
    bool has_delivery = false;
  };
  std::vector<Message> messages_;
  std::vector<std::unordered_map<std::uint64_t, std::uint64_t>> by_delivery_;  // of each client
  std::uint64_t open_ = 0;         // accepted, with a delivery, without an end
  std::uint64_t to_receive_ = 0;   // accepted, not failed, not received
};

}  // namespace wasmqtt::load
