#include "acknowledgements.hpp"

#include <utility>

namespace wasmqtt {

std::uint64_t Acknowledgements::add(PacketId packet_id, Qos qos, bool delivered, bool ready) {
  ring_.push_back({packet_id, qos, ready, delivered, {}});
  return base_ + ring_.size() - 1;
}

bool Acknowledgements::add_repetition(PacketId packet_id) {
  const Slot slot = find_id(packet_id);
  if (slot == no_slot || undecided_[slot].token != 0) return false;
  const Undecided old = undecided_[slot];
  undecided_[slot].token = add(packet_id, Qos::exactly_once, true, old.ready);
  ring_.back().reason_code = old.reason_code;
  if (old.ready) forget(slot);
  return true;
}

void Acknowledgements::remember(const Undecided& one) {
  const Slot slot = undecided_.add(one);
  by_id_.insert(hash_of(std::uint64_t{one.packet_id}), slot);
  by_token_.insert(hash_of(one.old_token), slot);
}

void Acknowledgements::forget(Slot slot) {
  by_id_.erase(hash_of(std::uint64_t{undecided_[slot].packet_id}), slot);
  by_token_.erase(hash_of(undecided_[slot].old_token), slot);
  undecided_.remove(slot);
}

Acknowledgements::Entry* Acknowledgements::entry(std::uint64_t token) {
  if (token < base_ + first_ || token >= base_ + ring_.size()) return nullptr;
  return &ring_[static_cast<std::size_t>(token - base_)];
}

PacketId Acknowledgements::make_ready(std::uint64_t token, ReasonCode reason_code) {
  if (const Slot slot = find_token(token); slot != no_slot) {
    Undecided& old = undecided_[slot];
    if (old.token == 0) {
      if (std::exchange(old.ready, true)) return 0;
      old.reason_code = reason_code;
      return old.packet_id;
    }
    token = old.token;
    forget(slot);
  }
  Entry* found = entry(token);
  if (found == nullptr || std::exchange(found->ready, true)) return 0;
  found->reason_code = reason_code;
  return found->qos == Qos::exactly_once ? found->packet_id : PacketId{0};
}

std::optional<Acknowledgements::Entry> Acknowledgements::take_ready() {
  if (first_ == ring_.size() || !ring_[first_].ready) return std::nullopt;
  const Entry taken = ring_[first_++];
  if (first_ == ring_.size() || (first_ >= 1024 && first_ * 2 >= ring_.size())) {
    ring_.erase(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(first_));
    base_ += first_;
    first_ = 0;
  }
  return taken;
}

void Acknowledgements::connection_lost() {
  // Those that were undecided before keep their first token: the application knows no other.
  for (Undecided& one : undecided_.all()) one.token = 0;
  for (std::size_t i = first_; i < ring_.size(); ++i) {
    const Entry& lost = ring_[i];
    if (lost.qos != Qos::exactly_once || !lost.delivered || undecided(lost.packet_id)) continue;
    remember({lost.packet_id, base_ + i, 0, lost.ready, lost.reason_code});
  }
  base_ += ring_.size();
  ring_.clear();
  first_ = 0;
}

void Acknowledgements::clear() {
  connection_lost();
  undecided_ = {};
  by_id_ = by_token_ = {};
}

void Acknowledgements::forget(PacketId packet_id) {
  if (const Slot slot = find_id(packet_id); slot != no_slot) forget(slot);
}

}  // namespace wasmqtt
