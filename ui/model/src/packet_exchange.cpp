#include "chat/packet_exchange.hpp"

#include <algorithm>

namespace chat {
namespace {

using wasmqtt::Direction;
using wasmqtt::PacketTrace;
using wasmqtt::PacketType;
using wasmqtt::Qos;
using wasmqtt::TraceEntry;

// The type of the packet that begins an exchange in which this one takes part; the remark's type: in none.
PacketType beginning_type(PacketType type) {
  switch (type) {
    case PacketType::connack: return PacketType::connect;
    case PacketType::puback:
    case PacketType::pubrec:
    case PacketType::pubrel:
    case PacketType::pubcomp: return PacketType::publish;
    case PacketType::suback: return PacketType::subscribe;
    case PacketType::unsuback: return PacketType::unsubscribe;
    case PacketType::pingresp: return PacketType::pingreq;
    case PacketType::auth:
    case PacketType::disconnect: return wasmqtt::remark;
    default: return type;
  }
}

bool begins(const TraceEntry& entry) {
  return entry.type != wasmqtt::remark && beginning_type(entry.type) == entry.type &&
         (entry.type != PacketType::publish || entry.qos != Qos::at_most_once);
}

bool ends(PacketType type) {
  return type == PacketType::puback || type == PacketType::pubcomp || type == PacketType::suback ||
         type == PacketType::unsuback || type == PacketType::connack || type == PacketType::pingresp;
}

// Whether this client began the exchange.
bool is_ours(const TraceEntry& entry) {
  const bool by_beginner = beginning_type(entry.type) == entry.type || entry.type == PacketType::pubrel;
  return (entry.direction == Direction::outbound) == by_beginner;
}

bool same_exchange(const TraceEntry& a, const TraceEntry& b) {
  return beginning_type(a.type) == beginning_type(b.type) && a.packet_id == b.packet_id && is_ours(a) == is_ours(b);
}

bool is_repeated(const PacketTrace& trace, const TraceEntry& entry) {
  return entry.type == PacketType::publish && (trace.bytes(entry)[0] & 8) != 0;
}

// Of a PUBLISH the next steps may come after a reconnect; all else ends with its connection.
bool outlives_connection(const TraceEntry& entry) { return beginning_type(entry.type) == PacketType::publish; }

}  // namespace

std::uint64_t beginning_of(const PacketTrace& trace, std::uint64_t number, std::uint64_t look_back) {
  const TraceEntry& entry = trace[number];
  if (entry.type == wasmqtt::remark || beginning_type(entry.type) == wasmqtt::remark) return 0;
  if (entry.type == PacketType::publish && entry.qos == Qos::at_most_once) return number;
  std::uint64_t first = begins(entry) ? number : 0;
  if (first != 0 && !is_repeated(trace, entry)) return first;
  const std::uint64_t end = number - std::min(number - trace.first(), look_back);
  for (std::uint64_t n = number; n-- > end;) {
    const TraceEntry& one = trace[n];
    if (one.type == PacketType::connect && !outlives_connection(entry) && entry.type != PacketType::connack) break;
    if (!same_exchange(one, entry)) continue;
    if (ends(one.type)) break;
    if (begins(one)) first = n;
    if (begins(one) && !is_repeated(trace, one)) break;
  }
  return first;
}

std::vector<std::uint64_t> exchange_of(const PacketTrace& trace, std::uint64_t number) {
  const std::uint64_t first = beginning_of(trace, number);
  if (first == 0) return {number};
  std::vector<std::uint64_t> numbers{first};
  const TraceEntry& beginning = trace[first];
  if (!begins(beginning)) return numbers;
  const std::uint64_t end = std::min(trace.end(), std::max(first, number) + most_looked_at);
  for (std::uint64_t n = first + 1; n < end && !ends(trace[numbers.back()].type); ++n) {
    const TraceEntry& one = trace[n];
    if (one.type == PacketType::connect && !outlives_connection(beginning)) break;
    if (!same_exchange(one, beginning)) continue;
    if (begins(one) && !is_repeated(trace, one)) break;
    numbers.push_back(n);
  }
  if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) return {number};
  return numbers;
}

bool waits_for_answer(const TraceEntry& entry) {
  const bool asks = begins(entry) || entry.type == PacketType::pubrec || entry.type == PacketType::pubrel;
  return asks && entry.partner == 0;
}

PacketBrackets::Key PacketBrackets::key_of(const TraceEntry& entry) {
  return {is_ours(entry), beginning_type(entry.type), entry.packet_id};
}

void PacketBrackets::update(const PacketTrace& trace, const PacketList& list) {
  while (!rows_.empty() && list.size() != 0 && rows_.front().number < list[0]) rows_.pop_front();
  // Another filter, another trace: all anew.
  const bool same = rows_.size() <= list.size() &&
                    (rows_.empty() || (rows_.front().number == list[0] && rows_.back().number == list[rows_.size() - 1]));
  if (!same || list.size() == 0) {
    rows_.clear();
    open_ = {};
  }
  while (rows_.size() < list.size()) {
    const std::uint64_t number = list[rows_.size()];
    rows_.push_back({number, add(trace, trace[number])});
  }
}

PacketBrackets::Parts PacketBrackets::add(const PacketTrace& trace, const TraceEntry& entry) {
  if (entry.type == PacketType::connect) end_connection(false);
  if (entry.type == PacketType::connack && entry.kept > 2 && (trace.bytes(entry)[2] & 1) == 0) end_connection(true);
  Parts parts{};
  const Key key = key_of(entry);
  const bool takes_part = key.type != wasmqtt::remark && (key.type != PacketType::publish || entry.packet_id != 0);
  bool found = false;
  for (std::size_t i = 0; i < lanes; ++i) {
    Lane& lane = open_[i];
    if (!lane.open) continue;
    const bool mine = takes_part && !found && lane.key == key;
    parts[i] = !mine ? Part::passes : ends(entry.type) ? Part::ends : Part::joins;
    found = found || mine;
    if (parts[i] == Part::ends) lane.open = false;
  }
  if (found || !takes_part || !begins(entry)) return parts;
  for (std::size_t i = 0; i < lanes; ++i) {
    if (open_[i].open || parts[i] != Part::none) continue;
    open_[i] = {true, key};
    parts[i] = Part::begins;
    break;
  }
  return parts;
}

// All but a PUBLISH ends with its connection, and a PUBLISH with its session.
void PacketBrackets::end_connection(bool session_too) {
  for (Lane& lane : open_)
    if ((lane.key.type == PacketType::publish) == session_too) lane.open = false;
}

}  // namespace chat
