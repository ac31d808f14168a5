#include "acknowledgements.hpp"

#include <algorithm>
#include <utility>

namespace wasmqtt {

std::uint64_t Acknowledgements::add(PacketId packet_id, Qos qos, bool delivered, bool ready) {
  ring_.push_back({packet_id, qos, ready, delivered, {}});
  return base_ + ring_.size() - 1;
}

bool Acknowledgements::add_repetition(PacketId packet_id) {
  const auto old = std::find_if(undecided_.begin(), undecided_.end(),
                                [&](const Undecided& one) { return one.packet_id == packet_id; });
  if (old == undecided_.end()) return false;
  old->token = add(packet_id, Qos::exactly_once, true, old->ready);
  ring_.back().reason_code = old->reason_code;
  if (old->ready) undecided_.erase(old);
  return true;
}

Acknowledgements::Entry* Acknowledgements::entry(std::uint64_t token) {
  if (token < base_ + first_ || token >= base_ + ring_.size()) return nullptr;
  return &ring_[static_cast<std::size_t>(token - base_)];
}

PacketId Acknowledgements::make_ready(std::uint64_t token, ReasonCode reason_code) {
  const auto old = std::find_if(undecided_.begin(), undecided_.end(),
                                [&](const Undecided& one) { return one.old_token == token; });
  if (old != undecided_.end()) {
    if (old->token == 0) {
      if (std::exchange(old->ready, true)) return 0;
      old->reason_code = reason_code;
      return old->packet_id;
    }
    token = old->token;
    undecided_.erase(old);
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
  for (Undecided& one : undecided_) one.token = 0;
  for (std::size_t i = first_; i < ring_.size(); ++i) {
    const Entry& lost = ring_[i];
    if (lost.qos != Qos::exactly_once || !lost.delivered || undecided(lost.packet_id)) continue;
    undecided_.push_back({lost.packet_id, base_ + i, 0, lost.ready, lost.reason_code});
  }
  base_ += ring_.size();
  ring_.clear();
  first_ = 0;
}

void Acknowledgements::clear() {
  connection_lost();
  undecided_.clear();
}

void Acknowledgements::forget(PacketId packet_id) {
  std::erase_if(undecided_, [&](const Undecided& one) { return one.packet_id == packet_id; });
}

bool Acknowledgements::undecided(PacketId packet_id) const {
  return std::any_of(undecided_.begin(), undecided_.end(),
                     [&](const Undecided& one) { return one.packet_id == packet_id; });
}

}  // namespace wasmqtt
