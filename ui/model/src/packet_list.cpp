#include "chat/packet_list.hpp"

#include <algorithm>

#include "chat/digits.hpp"
#include "chat/packet_fields.hpp"
#include "wasmqtt/describe.hpp"

namespace chat {
namespace {

using wasmqtt::Direction;
using wasmqtt::PacketType;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool contains(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

std::string milliseconds(wasmqtt::Duration duration) { return decimal(duration.count(), 1); }

bool has_qos(const wasmqtt::TraceEntry& entry) { return entry.type == PacketType::publish; }

}  // namespace

void PacketList::update(const wasmqtt::PacketTrace& trace, const PacketFilter& filter) {
  if (!start_ && trace.first() != trace.end()) start_ = trace[trace.first()].at;
  // Another trace (signed in anew) starts from 1 again.
  const bool other_trace = trace.end() < next_ || trace.first() < first_;
  if (other_trace && trace.first() != trace.end()) start_ = trace[trace.first()].at;
  if (other_trace || !(filter == filter_)) {
    filter_ = filter;
    shown_.clear();
    const std::uint64_t end = paused_ && !other_trace ? next_ : trace.end();
    for (next_ = trace.first(); next_ < end; ++next_)
      if (passes(trace, next_)) shown_.push_back(next_);
  }
  first_ = trace.first();
  while (!shown_.empty() && shown_.front() < first_) shown_.pop_front();
  next_ = std::max(next_, first_);
  if (paused_) return;
  for (; next_ != trace.end(); ++next_)
    if (passes(trace, next_)) shown_.push_back(next_);
}

bool PacketList::passes(const wasmqtt::PacketTrace& trace, std::uint64_t number) const {
  const wasmqtt::TraceEntry& entry = trace[number];
  using Directions = PacketFilter::Directions;
  if (!filter_.pings && (entry.type == PacketType::pingreq || entry.type == PacketType::pingresp)) return false;
  if (filter_.directions == Directions::inbound && entry.direction != Direction::inbound) return false;
  if (filter_.directions == Directions::outbound && entry.direction != Direction::outbound) return false;
  if (filter_.text.empty() || contains(wasmqtt::name_of(entry.type), filter_.text)) return true;
  return contains(packet_topic(entry, trace.bytes(entry), trace.alias_topic(entry)), filter_.text);
}

std::size_t PacketList::row_of(std::uint64_t number) const {
  const auto at = std::lower_bound(shown_.begin(), shown_.end(), number);
  return at != shown_.end() && *at == number ? static_cast<std::size_t>(at - shown_.begin()) : shown_.size();
}

std::uint64_t PacketList::waiting(const wasmqtt::PacketTrace& trace) const {
  return paused_ && trace.end() > next_ ? trace.end() - next_ : 0;
}

PacketRow make_row(const wasmqtt::PacketTrace& trace, std::uint64_t number, wasmqtt::Time start) {
  const wasmqtt::TraceEntry& entry = trace[number];
  PacketRow row;
  row.number = number;
  row.index = std::to_string(number);
  row.direction = entry.direction;
  row.time = milliseconds(entry.at - start);
  row.packet = wasmqtt::name_of(entry.type);
  row.topic = packet_topic(entry, trace.bytes(entry), trace.alias_topic(entry));
  if (has_qos(entry)) row.qos = std::to_string(static_cast<int>(entry.qos));
  if (entry.packet_id != 0) row.id = std::to_string(entry.packet_id);
  row.size = std::to_string(entry.size);
  if (entry.round_trip) row.round_trip = milliseconds(*entry.round_trip);
  return row;
}

}  // namespace chat
