#include "wasmqtt/trace.hpp"

#include <algorithm>
#include <utility>

#include "bytes.hpp"

namespace wasmqtt {
namespace {

// The length of the fixed header; the packet is whole and was made or checked by us.
std::size_t header_size(Bytes packet) {
  std::size_t at = 1;
  while (at < 4 && at < packet.size() && (packet[at] & 0x80) != 0) ++at;
  return std::min(at + 1, packet.size());
}

// Where the password's bytes lie in a CONNECT: behind client id, will topic and message, user name, as the flags say
// [MQTT-3.1.3-1].
Bytes password_in(Bytes packet) {
  constexpr std::size_t flags_at = 7;  // behind the protocol's name and level
  ByteReader reader(packet.subspan(header_size(packet)));
  Bytes head;
  Bytes field;
  if (!reader.take(flags_at + 3, head) || (head[flags_at] & 0x40) == 0) return {};
  const unsigned flags = head[flags_at];
  const unsigned before = 1 + ((flags & 0x04) != 0 ? 2 : 0) + ((flags & 0x80) != 0 ? 1 : 0);
  for (unsigned i = 0; i < before; ++i) {
    if (!reader.binary(field)) return {};
  }
  return reader.binary(field) ? field : Bytes{};
}

void read_ids(Bytes packet, TraceEntry& entry) {
  const std::size_t header = header_size(packet);
  std::size_t at = header;
  switch (entry.type) {
    case PacketType::connect:
    case PacketType::connack:
    case PacketType::pingreq:
    case PacketType::pingresp:
    case PacketType::disconnect: return;
    case PacketType::publish:
      entry.qos = static_cast<Qos>(std::min(packet[0] >> 1 & 3, 2));
      if (entry.qos == Qos::at_most_once || packet.size() < header + 2) return;
      at += 2 + static_cast<std::size_t>(packet[header] << 8 | packet[header + 1]);
      break;
    default: break;
  }
  if (at + 2 <= packet.size()) entry.packet_id = static_cast<PacketId>(packet[at] << 8 | packet[at + 1]);
}

// Whether `request` is what a packet of this type answers, if it went the other way.
bool answers(PacketType answer, const TraceEntry& request) {
  switch (answer) {
    case PacketType::puback: return request.type == PacketType::publish && request.qos == Qos::at_least_once;
    case PacketType::pubrec: return request.type == PacketType::publish && request.qos == Qos::exactly_once;
    case PacketType::pubrel: return request.type == PacketType::pubrec;
    case PacketType::pubcomp: return request.type == PacketType::pubrel;
    case PacketType::suback: return request.type == PacketType::subscribe;
    case PacketType::unsuback: return request.type == PacketType::unsubscribe;
    default: return false;
  }
}

}  // namespace

PacketTrace::PacketTrace(TraceLimits limits)
    : limits_(limits), entries_(limits.max_packets), bytes_(limits.max_packets == 0 ? 0 : std::max<std::size_t>(limits.max_bytes, 1)) {
  limits_.max_packet_bytes = std::min(limits_.max_packet_bytes, bytes_.size());
  if (limits_.max_packets != 0) waiting_.resize(2 * 65'536 / page_size);
}

void PacketTrace::start_connection() {
  ping_ = connect_ = 0;
  connection_first_ = end_;
}

const TraceEntry& PacketTrace::operator[](std::uint64_t number) const { return entries_[number % entries_.size()]; }

Bytes PacketTrace::bytes(const TraceEntry& entry) const {
  return Bytes(bytes_).subspan(static_cast<std::size_t>(entry.offset % bytes_.size()), entry.kept);
}

void PacketTrace::clear() {
  first_ = end_;
  start_connection();
}

void PacketTrace::set_limits(TraceLimits limits) {
  const std::uint64_t end = end_;
  *this = PacketTrace(limits);
  first_ = end_ = connection_first_ = end;
}

// Frees the oldest entries until there is a slot and `count` bytes in a row at head_.
void PacketTrace::make_room(std::size_t count) {
  const std::size_t at = static_cast<std::size_t>(head_ % bytes_.size());
  if (at + count > bytes_.size()) head_ += bytes_.size() - at;  // an entry's bytes do not wrap
  while (first_ != end_ && (end_ - first_ == entries_.size() ||
                            head_ + count - entries_[first_ % entries_.size()].offset > bytes_.size()))
    ++first_;
}

void PacketTrace::add(Time now, Direction direction, Bytes packet) {
  TraceEntry entry;
  entry.at = now;
  entry.direction = direction;
  entry.type = static_cast<PacketType>(packet[0] >> 4);
  entry.size = static_cast<std::uint32_t>(packet.size());
  entry.kept = static_cast<std::uint32_t>(std::min(packet.size(), limits_.max_packet_bytes));
  read_ids(packet, entry);
  make_room(entry.kept);
  entry.offset = head_;
  const auto at = bytes_.begin() + static_cast<std::ptrdiff_t>(head_ % bytes_.size());
  std::copy_n(packet.begin(), entry.kept, at);
  if (entry.type == PacketType::connect) {
    const Bytes password = password_in(packet);
    const auto offset = static_cast<std::size_t>(password.empty() ? 0 : password.data() - packet.data());
    if (offset < entry.kept)
      std::fill_n(at + static_cast<std::ptrdiff_t>(offset), std::min(password.size(), entry.kept - offset), '*');
  }
  head_ += entry.kept;
  const std::uint64_t number = end_++;
  link(entry, number);
  entries_[number % entries_.size()] = entry;
}

std::uint64_t& PacketTrace::waiting_for(bool ours, PacketId packet_id) {
  const std::size_t index = (ours ? 0u : 65'536u) + packet_id;
  std::vector<std::uint64_t>& page = waiting_[index / page_size];
  if (page.empty()) page.resize(page_size);
  return page[index % page_size];
}

// Finds what this packet answers, and notes it as something to be answered.
void PacketTrace::link(TraceEntry& entry, std::uint64_t number) {
  std::uint64_t request = 0;
  if (entry.type == PacketType::pingresp) request = std::exchange(ping_, 0);
  if (entry.type == PacketType::connack) request = std::exchange(connect_, 0);
  if (entry.packet_id != 0) {
    // Requests of either direction wait in a table of their own: both sides number their packets themselves. Whose
    // exchange it is tells the PUBLISH, SUBSCRIBE or UNSUBSCRIBE that began it.
    const bool begins = entry.type == PacketType::publish || entry.type == PacketType::subscribe ||
                        entry.type == PacketType::unsubscribe;
    const bool by_beginner = begins || entry.type == PacketType::pubrel;
    const bool ours = (entry.direction == Direction::outbound) == by_beginner;
    std::uint64_t& waiting = waiting_for(ours, entry.packet_id);
    request = begins ? 0 : waiting;
    waiting = number;
    if (request < std::max(first_, connection_first_) || !answers(entry.type, (*this)[request])) request = 0;
  }
  if (entry.type == PacketType::pingreq) ping_ = number;
  if (entry.type == PacketType::connect) connect_ = number;
  if (request < first_ || request == 0) return;
  TraceEntry& partner = entries_[request % entries_.size()];
  entry.partner = request;
  entry.round_trip = entry.at - partner.at;
  partner.partner = number;
  partner.round_trip = entry.round_trip;
}

}  // namespace wasmqtt
