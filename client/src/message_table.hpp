// The memory of unfinished outgoing messages: a node each in chunked tables, topic, payload and properties in blocks that are
// reused. A message costs its bytes and at most 64 more. Steady state: no allocation per message (up to 2 KiB).
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "wasmqtt/event.hpp"
#include "wasmqtt/slot_index.hpp"
#include "wasmqtt/types.hpp"

namespace wasmqtt {

struct OutgoingMessage {
  enum class State : std::uint8_t { free, queued, published, released };

  Slot previous = no_slot;
  Slot next = no_slot;
  std::uint64_t number = 0;
  std::uint64_t order = 0;  // among the queued ones
  Time deadline{};  // epoch: none
  std::uint8_t* block = nullptr;
  std::uint32_t payload_size = 0;
  std::uint32_t size = 0;  // of the block: topic, payload and properties
  std::uint16_t topic_size = 0;
  PacketId packet_id = 0;
  Qos qos = Qos::at_most_once;
  State state = State::free;
  bool retain : 1 = false;
  bool latest_per_topic : 1 = false;
  bool takes_quota : 1 = false;  // of this connection: PUBLISH went out on it, and the exchange has not ended

  std::string_view topic() const { return {reinterpret_cast<const char*>(block), topic_size}; }
  Bytes payload() const { return {block + topic_size, payload_size}; }
  Properties properties() const { return Properties(Bytes{block, size}.subspan(std::size_t{topic_size} + payload_size)); }
};

class MessageTable;

// Messages in an order of their own; each is in one list at the most.
class MessageList {
 public:
  Slot front() const { return front_; }
  bool empty() const { return front_ == no_slot; }
  std::size_t count() const { return count_; }
  std::size_t bytes() const { return bytes_; }
  void push_back(MessageTable& table, Slot slot);
  void push_front(MessageTable& table, Slot slot);
  void remove(MessageTable& table, Slot slot);

 private:
  Slot front_ = no_slot;
  Slot back_ = no_slot;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
};

class MessageTable {
 public:
  MessageTable() = default;
  ~MessageTable();
  MessageTable(const MessageTable&) = delete;
  MessageTable& operator=(const MessageTable&) = delete;

  // A new message with a copy of these bytes.
  Slot add(std::string_view topic, Bytes payload, Properties properties = {});
  void erase(Slot slot);
  OutgoingMessage& operator[](Slot slot) { return (*chunks_[slot / chunk_size])[slot % chunk_size]; }
  const OutgoingMessage& operator[](Slot slot) const { return (*chunks_[slot / chunk_size])[slot % chunk_size]; }
  // The message with this number, if the slot still holds it.
  Slot find(Delivery delivery) const;
  std::size_t count() const { return count_; }

 private:
  static constexpr std::size_t chunk_size = 256;
  static constexpr std::size_t grain = 8;           // block sizes are multiples of it
  static constexpr std::size_t largest_pooled = 2048;
  static constexpr std::size_t slab_size = 64 * 1024;
  using Chunk = std::array<OutgoingMessage, chunk_size>;

  std::uint8_t* take_block(std::size_t bytes);
  void give_block(std::uint8_t* block, std::size_t bytes);
  void trim();

  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::vector<std::unique_ptr<std::uint8_t[]>> slabs_;
  std::array<std::uint8_t*, largest_pooled / grain + 1> free_blocks_{};  // each block's first bytes link to the next
  std::uint8_t* slab_at_ = nullptr;
  std::size_t slab_left_ = 0;
  Slot free_slot_ = no_slot;
  Slot slots_ = 0;
  std::size_t count_ = 0;
};

}  // namespace wasmqtt
