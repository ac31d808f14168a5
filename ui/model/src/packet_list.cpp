#include "chat/packet_list.hpp"

#include <algorithm>

#include "chat/digits.hpp"
#include "chat/packet_exchange.hpp"
#include "chat/packet_fields.hpp"
#include "wasmqtt/topic.hpp"

namespace chat {
namespace {

using wasmqtt::Direction;
using wasmqtt::PacketType;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool contains(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

// A CONNECT's flags come after the protocol's name and level.
bool has_will(const wasmqtt::PacketTrace& trace, const wasmqtt::TraceEntry& entry) {
  if (entry.type != PacketType::connect) return false;
  for (const PacketField& field : packet_fields(entry, trace.bytes(entry)))
    if (field.key == "willFlag") return field.json == "true";
  return false;
}

std::string milliseconds(wasmqtt::Duration duration) { return decimal(duration.count(), 1); }

bool has_qos(const wasmqtt::TraceEntry& entry) { return entry.type == PacketType::publish; }

std::string own_topic(const wasmqtt::PacketTrace& trace, std::uint64_t number) {
  const wasmqtt::TraceEntry& entry = trace[number];
  return packet_topic(entry, trace.bytes(entry), trace.alias_topic(entry));
}

// What it answers, or goes on with, as long as that is held; 0: nothing.
std::uint64_t request_of(const wasmqtt::PacketTrace& trace, std::uint64_t number) {
  constexpr std::uint64_t look_back = 500;
  const wasmqtt::TraceEntry& entry = trace[number];
  const bool midway = entry.type == PacketType::pubrec || entry.type == PacketType::pubrel || entry.type == PacketType::pubcomp;
  const std::uint64_t request = midway ? beginning_of(trace, number, look_back) : entry.partner;
  return request < number && request >= trace.first() ? request : 0;
}

std::string topic_of(const wasmqtt::PacketTrace& trace, std::uint64_t number) {
  std::string topic = own_topic(trace, number);
  const std::uint64_t request = topic.empty() ? request_of(trace, number) : 0;
  return request == 0 ? topic : own_topic(trace, request);
}

std::uint8_t flags_of(const wasmqtt::PacketTrace& trace, const wasmqtt::TraceEntry& entry) {
  return entry.type == PacketType::publish ? trace.bytes(entry)[0] : std::uint8_t{0};
}

// The words of a filter against one packet, whose topic is looked for once.
class Matcher {
 public:
  Matcher(const wasmqtt::PacketTrace& trace, std::uint64_t number)
      : entry_(trace[number]), topic_(topic_of(trace, number)),
        bytes_(trace.bytes(entry_)), flags_(flags_of(trace, entry_)) {}

  bool all(std::string_view words) const {
    while (!words.empty()) {
      const std::size_t space = std::min(words.find(' '), words.size());
      if (space != 0 && !one(words.substr(0, space))) return false;
      words.remove_prefix(std::min(words.size(), space + 1));
    }
    return true;
  }

 private:
  bool one(std::string_view word) const {
    const std::size_t colon = word.find(':');
    const std::string_view key = word.substr(0, colon);
    const std::string_view value = colon == std::string_view::npos ? std::string_view{} : word.substr(colon + 1);
    if (key == "type") return contains(packet_name(entry_), value);
    if (key == "topic") return wasmqtt::topic_matches(value, topic_) || contains(topic_, value);
    if (key == "qos") return has_qos(entry_) && std::to_string(static_cast<int>(entry_.qos)) == value;
    if (key == "id") return entry_.packet_id != 0 && std::to_string(entry_.packet_id) == value;
    if (key == "payload") return contains(publish_payload(entry_, bytes_, 16 * 1024), value);
    if (word == "in") return entry_.type != wasmqtt::remark && entry_.direction == Direction::inbound;
    if (word == "out") return entry_.type != wasmqtt::remark && entry_.direction == Direction::outbound;
    if (word == "retain") return (flags_ & 1) != 0;
    if (word == "dup") return (flags_ & 8) != 0;
    return contains(packet_name(entry_), word) || contains(topic_, word);
  }

  const wasmqtt::TraceEntry& entry_;
  std::string topic_;
  wasmqtt::Bytes bytes_;
  std::uint8_t flags_;
};

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
  const bool one_way = filter_.directions != Directions::all;
  const Direction way = filter_.directions == Directions::inbound ? Direction::inbound : Direction::outbound;
  if (one_way && (entry.direction != way || entry.type == wasmqtt::remark)) return false;
  return filter_.text.empty() || Matcher(trace, number).all(filter_.text);
}

bool matches_filter(const wasmqtt::PacketTrace& trace, std::uint64_t number, std::string_view words) {
  return Matcher(trace, number).all(words);
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
  row.packet = packet_name(entry);
  row.topic = topic_of(trace, number);
  if (entry.type == wasmqtt::remark) return row;
  row.has_own_topic = request_of(trace, number) == 0;
  if (has_qos(entry)) row.qos = std::to_string(static_cast<int>(entry.qos));
  if (entry.packet_id != 0) row.id = std::to_string(entry.packet_id);
  row.size = std::to_string(entry.size);
  const bool asked_by_us = (entry.partner > number) == (entry.direction == wasmqtt::Direction::outbound);
  if (entry.round_trip && asked_by_us) row.round_trip = milliseconds(*entry.round_trip);
  row.retain = (flags_of(trace, entry) & 1) != 0;
  row.dup = (flags_of(trace, entry) & 8) != 0;
  row.will = has_will(trace, entry);
  if (entry.type == PacketType::publish) row.payload = publish_payload(entry, trace.bytes(entry));
  return row;
}

}  // namespace chat
