#include "outbox.hpp"

#include <algorithm>
#include <utility>

namespace wasmqtt {

std::size_t Outbox::after(std::uint64_t sequence) const {
  const auto at = std::upper_bound(entries_.begin(), entries_.end(), sequence,
                                   [](std::uint64_t one, const Entry& entry) { return one < entry.sequence; });
  return static_cast<std::size_t>(at - entries_.begin());
}

void Outbox::add(Entry entry) {
  trim();
  ++count_;
  bytes_ += entry.packet.size();
  const std::size_t at = after(entry.sequence);
  // One of an earlier object is the leader's.
  if (entry.packet.empty()) {
    ++taken_;
    ++sent_;
  }
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(at), std::move(entry));
}

Outbox::Entry* Outbox::find(std::uint64_t sequence) {
  const std::size_t end = after(sequence);
  if (end == 0) return nullptr;
  Entry& entry = entries_[end - 1];
  return entry.sequence == sequence && !entry.ended ? &entry : nullptr;
}

void Outbox::end(Entry& entry) {
  const auto at = static_cast<std::size_t>(&entry - entries_.data());
  if (at >= taken_ && at < sent_) unconfirmed_bytes_ -= entry.packet.size();
  bytes_ -= entry.packet.size();
  --count_;
  entry.ended = true;
  entry.packet = {};
}

// Not while somebody holds an entry: only add() calls it.
void Outbox::trim() {
  const std::size_t ended = entries_.size() - count_;
  if (ended < 64 || ended < count_) return;
  std::size_t kept = 0;
  std::size_t taken = 0;
  std::size_t sent = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].ended) continue;
    taken += i < taken_ ? 1 : 0;
    sent += i < sent_ ? 1 : 0;
    if (kept != i) entries_[kept] = std::move(entries_[i]);
    ++kept;
  }
  entries_.resize(kept);
  taken_ = taken;
  sent_ = sent;
}

Outbox::Entry* Outbox::waiting() {
  while (sent_ < entries_.size() && entries_[sent_].ended) ++sent_;
  return sent_ == entries_.size() ? nullptr : &entries_[sent_];
}

void Outbox::sent(Entry& entry) {
  sent_ = static_cast<std::size_t>(&entry - entries_.data()) + 1;
  if (!entry.ended) unconfirmed_bytes_ += entry.packet.size();
}

void Outbox::taken(std::uint64_t sequence) {
  const std::size_t end = std::min(after(sequence), sent_);
  for (; taken_ < end; ++taken_) {
    if (!entries_[taken_].ended) unconfirmed_bytes_ -= entries_[taken_].packet.size();
  }
}

void Outbox::take_back(std::uint64_t sequence) {
  taken_ = sent_ = after(sequence);
  unconfirmed_bytes_ = 0;
}

std::size_t Outbox::waiting_count() const {
  std::size_t waiting = 0;
  for (std::size_t i = sent_; i < entries_.size(); ++i) waiting += entries_[i].ended ? 0 : 1;
  return waiting;
}

}  // namespace wasmqtt
