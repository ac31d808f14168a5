#include "message_table.hpp"

#include <algorithm>
#include <cstring>

#include "bytes.hpp"

namespace wasmqtt {
namespace {

// To copy from as a whole: set member by member, the bit-fields are read again right after the byte beside them was written,
// and the processor waits for that.
constexpr OutgoingMessage blank{};

}  // namespace

void MessageList::push_back(MessageTable& table, Slot slot) {
  OutgoingMessage& message = table[slot];
  message.previous = back_;
  message.next = no_slot;
  (back_ == no_slot ? front_ : table[back_].next) = slot;
  back_ = slot;
  ++count_;
  bytes_ += message.size;
}

void MessageList::push_front(MessageTable& table, Slot slot) {
  OutgoingMessage& message = table[slot];
  message.previous = no_slot;
  message.next = front_;
  (front_ == no_slot ? back_ : table[front_].previous) = slot;
  front_ = slot;
  ++count_;
  bytes_ += message.size;
}

void MessageList::remove(MessageTable& table, Slot slot) {
  OutgoingMessage& message = table[slot];
  (message.previous == no_slot ? front_ : table[message.previous].next) = message.next;
  (message.next == no_slot ? back_ : table[message.next].previous) = message.previous;
  message.previous = message.next = no_slot;
  --count_;
  bytes_ -= message.size;
}

MessageTable::~MessageTable() {
  for (Slot slot = 0; slot < slots_; ++slot) {
    OutgoingMessage& message = (*this)[slot];
    if (message.state != OutgoingMessage::State::free && message.size > largest_pooled) delete[] message.block;
  }
}

Slot MessageTable::add(std::string_view topic, Bytes payload, Properties properties) {
  Slot slot = free_slot_;
  if (slot == no_slot) {
    slot = slots_++;
    if (slot / chunk_size == chunks_.size()) chunks_.push_back(std::make_unique<Chunk>());
  } else {
    free_slot_ = (*this)[slot].next;
  }
  OutgoingMessage& message = (*this)[slot];
  message = blank;
  message.state = OutgoingMessage::State::queued;
  message.topic_size = static_cast<std::uint16_t>(topic.size());
  message.payload_size = static_cast<std::uint32_t>(payload.size());
  message.size = static_cast<std::uint32_t>(topic.size() + payload.size() + properties.wire().size());
  std::uint8_t* const block = take_block(message.size);
  message.block = block;
  copy_bytes(block, as_bytes(topic));
  copy_bytes(block + topic.size(), payload);
  if (!properties.empty()) copy_bytes(block + topic.size() + payload.size(), properties.wire());
  ++count_;
  return slot;
}

void MessageTable::erase(Slot slot) {
  OutgoingMessage& message = (*this)[slot];
  give_block(message.block, message.size);
  message = blank;
  message.next = free_slot_;
  free_slot_ = slot;
  if (--count_ == 0) trim();
}

Slot MessageTable::find(Delivery delivery) const {
  if (delivery.number == 0 || delivery.slot >= slots_) return no_slot;
  const OutgoingMessage& message = (*this)[delivery.slot];
  return message.state != OutgoingMessage::State::free && message.number == delivery.number ? delivery.slot : no_slot;
}

std::uint8_t* MessageTable::take_block(std::size_t bytes) {
  if (bytes > largest_pooled) return new std::uint8_t[bytes];
  const std::size_t grains = std::max<std::size_t>(1, (bytes + grain - 1) / grain);
  if (std::uint8_t* block = free_blocks_[grains]) {
    std::memcpy(&free_blocks_[grains], block, sizeof(std::uint8_t*));
    return block;
  }
  if (slab_left_ < grains * grain) {
    slabs_.push_back(std::make_unique<std::uint8_t[]>(slab_size));
    slab_at_ = slabs_.back().get();
    slab_left_ = slab_size;
  }
  std::uint8_t* block = slab_at_;
  slab_at_ += grains * grain;
  slab_left_ -= grains * grain;
  return block;
}

void MessageTable::give_block(std::uint8_t* block, std::size_t bytes) {
  if (bytes > largest_pooled) {
    delete[] block;
    return;
  }
  const std::size_t grains = std::max<std::size_t>(1, (bytes + grain - 1) / grain);
  std::memcpy(block, &free_blocks_[grains], sizeof(std::uint8_t*));
  free_blocks_[grains] = block;
}

// Nothing is left: give back what a burst had taken, but keep enough that ordinary traffic allocates nothing.
void MessageTable::trim() {
  constexpr std::size_t keep = 16;  // slabs: 1 MiB
  if (slabs_.size() <= keep) return;
  slabs_.clear();
  free_blocks_ = {};
  slab_left_ = 0;
  chunks_.clear();
  slots_ = 0;
  free_slot_ = no_slot;
}

}  // namespace wasmqtt
