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

// What of a packet must not be shown: the password, and MQTT 5's authentication data.
struct Secrets {
  Bytes password{};
  Bytes authentication_data{};
};

bool read_properties(ByteReader& reader, Properties& properties) {
  std::uint32_t size = 0;
  Bytes wire;
  if (reader.variable(size) != Errc::ok || !reader.take(size, wire)) return false;
  properties = Properties(wire);
  return true;
}

// The password lies behind client id, will properties, topic and message, and user name, as the flags say [MQTT-3.1.3-1].
Secrets secrets_of_connect(ByteReader reader) {
  constexpr std::size_t level_at = 6;  // behind the protocol's name
  Secrets secrets;
  Bytes head;
  Bytes field;
  Properties properties;
  if (!reader.take(level_at + 4, head)) return secrets;
  const bool v5 = head[level_at] == static_cast<std::uint8_t>(ProtocolVersion::mqtt_5);
  const unsigned flags = head[level_at + 1];
  if (v5) {
    if (!read_properties(reader, properties)) return secrets;
    secrets.authentication_data = as_bytes(properties.text(PropertyId::authentication_data));
  }
  if ((flags & 0x40) == 0 || !reader.binary(field)) return secrets;
  if ((flags & 0x04) != 0) {
    if (v5 && !read_properties(reader, properties)) return secrets;
    if (!reader.binary(field) || !reader.binary(field)) return secrets;
  }
  if ((flags & 0x80) != 0 && !reader.binary(field)) return secrets;
  if (reader.binary(field)) secrets.password = field;
  return secrets;
}

// In CONNECT, behind the flags and the code in CONNACK, and behind the code in AUTH. Where the version is not known, a
// CONNACK of MQTT 3.1.1 has nothing there.
Secrets secrets_of(PacketType type, Bytes packet) {
  ByteReader reader(packet.subspan(header_size(packet)));
  if (type == PacketType::connect) return secrets_of_connect(reader);
  if (type != PacketType::auth && type != PacketType::connack) return {};
  Bytes head;
  Properties properties;
  if (!reader.take(type == PacketType::auth ? 1 : 2, head) || !read_properties(reader, properties)) return {};
  return {{}, as_bytes(properties.text(PropertyId::authentication_data))};
}

void read_ids(Bytes packet, TraceEntry& entry) {
  const std::size_t header = header_size(packet);
  std::size_t at = header;
  switch (entry.type) {
    case PacketType::connect:
    case PacketType::connack:
    case PacketType::pingreq:
    case PacketType::pingresp:
    case PacketType::disconnect:
    case PacketType::auth: return;
    case PacketType::publish:
      entry.qos = static_cast<Qos>(std::min(packet[0] >> 1 & 3, 2));
      if (entry.qos == Qos::at_most_once || packet.size() < header + 2) return;
      at += 2 + static_cast<std::size_t>(packet[header] << 8 | packet[header + 1]);
      break;
    default: break;
  }
  if (at + 2 <= packet.size()) entry.packet_id = static_cast<PacketId>(packet[at] << 8 | packet[at + 1]);
}

// What a PUBLISH of MQTT 5 says of its topic; both empty when its bytes say nothing of the kind.
struct AliasedTopic {
  std::string_view topic{};
  std::uint16_t alias = 0;
};

AliasedTopic read_alias(Bytes packet, Qos qos) {
  ByteReader reader(packet.subspan(header_size(packet)));
  AliasedTopic aliased;
  std::uint16_t packet_id = 0;
  Properties properties;
  if (!reader.text(aliased.topic) || (qos != Qos::at_most_once && !reader.u16(packet_id)) ||
      !read_properties(reader, properties))
    return {};
  aliased.alias = static_cast<std::uint16_t>(properties.number(PropertyId::topic_alias, 0));
  return aliased;
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

PacketTrace::PacketTrace(TraceLimits limits) : limits_(limits) {
  limits_.max_bytes = std::max<std::size_t>(limits_.max_bytes, 1);
  limits_.max_packet_bytes = std::min(limits_.max_packet_bytes, limits_.max_bytes);
  if (limits_.max_packets != 0) waiting_.resize((aliases_in + 1) * 65'536 / page_size);
}

void PacketTrace::start_connection(ProtocolVersion version) {
  version_ = version;
  ping_ = connect_ = 0;
  connection_first_ = end_;
}

const TraceEntry& PacketTrace::operator[](std::uint64_t number) const { return entries_[slot_of(number)]; }

std::size_t PacketTrace::slot_of(std::uint64_t number) const {
  return static_cast<std::size_t>((number - numbered_from_) % limits_.max_packets);
}

Bytes PacketTrace::bytes(const TraceEntry& entry) const {
  return Bytes(bytes_).subspan(static_cast<std::size_t>(entry.offset % limits_.max_bytes), entry.kept);
}

std::string_view PacketTrace::alias_topic(const TraceEntry& entry) const {
  return as_text(Bytes(bytes_).subspan(static_cast<std::size_t>(entry.offset % limits_.max_bytes) + entry.kept, entry.alias_topic));
}

void PacketTrace::clear() {
  first_ = end_;
  start_connection(version_);
}

void PacketTrace::set_limits(TraceLimits limits) {
  const std::uint64_t end = end_;
  const ProtocolVersion version = version_;
  *this = PacketTrace(limits);
  first_ = end_ = numbered_from_ = end;
  start_connection(version);
}

// Frees the oldest entries until there is a slot and `count` bytes in a row, and returns where these begin.
std::uint8_t* PacketTrace::make_room(std::size_t count) {
  const std::size_t most = limits_.max_bytes;
  if (head_ % most + count > most) head_ += most - head_ % most;  // an entry's bytes do not wrap
  while (first_ != end_ && (end_ - first_ == limits_.max_packets || head_ + count - (*this)[first_].offset > most)) ++first_;
  const auto at = static_cast<std::size_t>(head_ % most);
  if (at + count > bytes_.size()) bytes_.resize(std::min(most, std::max(at + count, 2 * bytes_.size())));
  return bytes_.data() + at;
}

void PacketTrace::append(const TraceEntry& entry) {
  const std::size_t slot = slot_of(end_++);
  if (slot == entries_.size()) entries_.push_back(entry);
  else entries_[slot] = entry;
}

// Puts the bytes, and topic_ behind them, into the ring; where they lie now.
std::uint8_t* PacketTrace::keep(TraceEntry& entry, Bytes bytes) {
  entry.size = static_cast<std::uint32_t>(bytes.size());
  entry.kept = static_cast<std::uint32_t>(std::min(bytes.size(), limits_.max_packet_bytes));
  if (entry.kept + topic_.size() > limits_.max_bytes) topic_.clear();
  entry.alias_topic = static_cast<std::uint16_t>(topic_.size());
  std::uint8_t* const at = make_room(entry.kept + topic_.size());
  entry.offset = head_;
  std::copy(topic_.begin(), topic_.end(), std::copy_n(bytes.begin(), entry.kept, at));
  head_ += entry.kept + topic_.size();
  return at;
}

void PacketTrace::add(Time now, Direction direction, Bytes packet) {
  TraceEntry entry;
  entry.at = now;
  entry.direction = direction;
  entry.type = static_cast<PacketType>(packet[0] >> 4);
  entry.version = version_;
  read_ids(packet, entry);
  topic_.assign(find_alias_topic(entry, packet, end_));  // it lies in the ring, where room is made now
  std::uint8_t* const at = keep(entry, packet);
  const Secrets secrets = secrets_of(entry.type, packet);
  for (const Bytes secret : {secrets.password, secrets.authentication_data}) {
    const auto offset = static_cast<std::size_t>(secret.empty() ? 0 : secret.data() - packet.data());
    if (!secret.empty() && offset < entry.kept) std::fill_n(at + offset, std::min(secret.size(), entry.kept - offset), '*');
  }
  link(entry, end_);
  append(entry);
}

void PacketTrace::note(Time now, std::string_view text) {
  if (limits_.max_packets == 0 || text.empty()) return;
  TraceEntry entry;
  entry.at = now;
  entry.type = remark;
  entry.version = version_;
  topic_.clear();
  keep(entry, as_bytes(text));
  append(entry);
}

// Notes a PUBLISH under its alias; the topic that this one leaves out.
std::string_view PacketTrace::find_alias_topic(const TraceEntry& entry, Bytes packet, std::uint64_t number) {
  if (entry.type != PacketType::publish || entry.version != ProtocolVersion::mqtt_5) return {};
  const AliasedTopic aliased = read_alias(packet, entry.qos);
  if (aliased.alias == 0) return {};
  std::uint64_t& latest = waiting_for(entry.direction == Direction::outbound ? aliases_out : aliases_in, aliased.alias);
  const std::uint64_t before = std::exchange(latest, number);
  if (!aliased.topic.empty() || before < std::max(first_, connection_first_)) return {};
  const TraceEntry& known = (*this)[before];
  if (known.alias_topic != 0) return alias_topic(known);
  return read_alias(bytes(known), known.qos).topic;
}

std::uint64_t& PacketTrace::waiting_for(std::size_t table, std::uint16_t id) {
  const std::size_t index = table * 65'536 + id;
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
    std::uint64_t& waiting =
        waiting_for((entry.direction == Direction::outbound) == by_beginner ? ours : theirs, entry.packet_id);
    request = begins ? 0 : waiting;
    waiting = number;
    if (request < std::max(first_, connection_first_) || !answers(entry.type, (*this)[request])) request = 0;
  }
  if (entry.type == PacketType::pingreq) ping_ = number;
  if (entry.type == PacketType::connect) connect_ = number;
  if (request < first_ || request == 0) return;
  TraceEntry& partner = entries_[slot_of(request)];
  entry.partner = request;
  entry.round_trip = entry.at - partner.at;
  partner.partner = number;
  partner.round_trip = entry.round_trip;
}

}  // namespace wasmqtt
