#include "messages.hpp"

#include <cstring>

#include "load_options.hpp"

namespace wasmqtt::load {

void Stamp::write(std::vector<std::uint8_t>& payload) const {
  std::memcpy(payload.data(), &run, 8);
  std::memcpy(payload.data() + 8, &number, 8);
  std::memcpy(payload.data() + 16, &intended, 8);
}

std::optional<Stamp> Stamp::read(Bytes payload) {
  if (payload.size() < smallest_payload) return std::nullopt;
  Stamp stamp;
  std::memcpy(&stamp.run, payload.data(), 8);
  std::memcpy(&stamp.number, payload.data() + 8, 8);
  std::memcpy(&stamp.intended, payload.data() + 16, 8);
  return stamp;
}

std::uint64_t Messages::add(std::int64_t intended) {
  messages_.push_back({.intended = intended});
  return messages_.size() - 1;
}

// QoS 0 that went straight to the wire has no delivery: that is all that is known of it.
void Messages::accepted(std::uint64_t number, std::size_t client, Delivery delivery) {
  Message& message = messages_[number];
  message.state = Message::State::accepted;
  if (message.times == 0) ++to_receive_;
  if (delivery.number == 0) return;
  message.has_delivery = true;
  ++open_;
  if (by_delivery_.size() <= client) by_delivery_.resize(client + 1);
  by_delivery_[client][delivery.number] = number;
}

void Messages::refused(std::uint64_t number) { messages_[number].state = Message::State::refused; }

std::optional<Messages::Found> Messages::acknowledged(std::size_t client, Delivery delivery) {
  if (by_delivery_.size() <= client) return std::nullopt;
  const auto found = by_delivery_[client].find(delivery.number);
  if (found == by_delivery_[client].end()) return std::nullopt;
  const std::uint64_t number = found->second;
  by_delivery_[client].erase(found);
  --open_;
  messages_[number].state = Message::State::acknowledged;
  return Found{number, messages_[number].intended};
}

void Messages::failed(std::size_t client, Delivery delivery) {
  const auto found = acknowledged(client, delivery);
  if (!found) return;
  messages_[found->number].state = Message::State::failed;
  if (messages_[found->number].times == 0) --to_receive_;
}

bool Messages::received(std::uint64_t number) {
  if (number >= messages_.size()) return false;
  Message& message = messages_[number];
  if (message.times++ != 0) return false;
  if (message.state == Message::State::accepted || message.state == Message::State::acknowledged) --to_receive_;
  return true;
}

MessageTotals Messages::totals(bool expected) const {
  using State = Message::State;
  MessageTotals totals;
  for (const Message& message : messages_) {
    if (message.state == State::refused) ++totals.refused;
    if (message.state == State::refused || message.state == State::made) continue;
    ++totals.accepted;
    if (message.state == State::acknowledged) ++totals.acknowledged;
    if (message.state == State::failed) ++totals.failed;
    if (message.times != 0) ++totals.received;
    if (message.times > 1) totals.repeated += message.times - 1;
    const bool unfinished = message.state == State::accepted && message.has_delivery;
    if (unfinished) ++totals.unfinished;
    if (expected && message.times == 0 && !unfinished && message.state != State::failed) ++totals.lost_by_broker;
  }
  return totals;
}

bool Messages::all_done(bool expected) const { return open_ == 0 && (!expected || to_receive_ == 0); }

}  // namespace wasmqtt::load
