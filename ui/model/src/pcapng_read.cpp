#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "chat/pcapng.hpp"
#include "pcapng_format.hpp"
#include "trace_builder.hpp"

namespace chat {
namespace {

using wasmqtt::Bytes;
using wasmqtt::Direction;
using wasmqtt::Time;

constexpr std::uint8_t protocol_tcp = 6;

// The ports on which MQTT is spoken without TLS: the standard's, and those of our brokers.
bool is_broker_port(unsigned port) { return port == mqtt_port || port == 1884 || port == 18830; }

// Reads numbers from bytes that may end anywhere: then it is not good() any more.
class Cursor {
 public:
  Cursor(Bytes bytes, bool little) : bytes_(bytes), little_(little) {}

  bool good() const { return good_; }
  std::size_t left() const { return bytes_.size(); }
  std::uint32_t number(std::size_t count) {
    std::uint32_t value = 0;
    const Bytes part = take(count);
    for (std::size_t i = 0; i < part.size(); ++i)
      value = little_ ? value | std::uint32_t{part[i]} << (8 * i) : value << 8 | part[i];
    return value;
  }
  Bytes take(std::size_t count) {
    good_ = good_ && count <= bytes_.size();
    if (!good_) return {};
    const Bytes part = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return part;
  }
  Bytes rest() const { return bytes_; }

 private:
  Bytes bytes_;
  bool little_;
  bool good_ = true;
};

struct Segment {
  std::vector<std::uint8_t> from, to;  // addresses
  unsigned from_port = 0, to_port = 0;
  std::uint32_t sequence = 0;
  bool syn = false;
  Bytes payload;
};

// What an IP packet carries, if that is TCP, and its two addresses.
std::optional<Bytes> tcp_of(Bytes packet, Segment& segment) {
  if (packet.empty()) return {};
  Cursor ip(packet, false);
  const unsigned version = packet[0] >> 4;
  const std::size_t address_size = version == 6 ? 16 : 4;
  std::size_t payload_size = 0, options = 0;
  if (version == 4) {
    options = (packet[0] & 15) * 4u - 20u;
    (void)ip.take(2);
    payload_size = ip.number(2);
    (void)ip.take(5);
    if ((packet[0] & 15) < 5 || payload_size < 20 + options || ip.number(1) != protocol_tcp) return {};
    payload_size -= 20 + options;
    (void)ip.take(2);
  } else if (version == 6) {
    (void)ip.take(4);
    payload_size = ip.number(2);
    if (ip.number(1) != protocol_tcp) return {};
    (void)ip.take(1);
  } else {
    return {};
  }
  const Bytes from = ip.take(address_size), to = ip.take(address_size);
  (void)ip.take(options);
  if (!ip.good()) return {};
  segment.from.assign(from.begin(), from.end());
  segment.to.assign(to.begin(), to.end());
  return ip.rest().first(std::min(ip.left(), payload_size));
}

std::optional<Segment> segment_of(Bytes frame, unsigned link) {
  if (link == link_ethernet) {
    if (frame.size() < 14) return {};
    frame = frame.subspan(14);
  } else if (link == link_loopback) {
    if (frame.size() < 4) return {};
    frame = frame.subspan(4);
  } else if (link != link_raw) {
    return {};
  }
  Segment segment;
  const std::optional<Bytes> bytes = tcp_of(frame, segment);
  if (!bytes) return {};
  Cursor tcp(*bytes, false);
  segment.from_port = tcp.number(2), segment.to_port = tcp.number(2);
  segment.sequence = tcp.number(4);
  (void)tcp.take(4);
  const std::size_t header = (tcp.number(1) >> 4) * 4;
  segment.syn = (tcp.number(1) & 2) != 0;
  if (header < 20) return {};
  (void)tcp.take(header - 14);
  if (!tcp.good()) return {};
  segment.payload = tcp.rest();
  return segment;
}

class CaptureReader {
 public:
  explicit CaptureReader(wasmqtt::TraceLimits limits) : builder_(limits) {}

  std::optional<wasmqtt::PacketTrace> read(Bytes file) {
    if (file.size() < 12 || Cursor(file, true).number(4) != block_section) return {};
    while (file.size() >= 12) {
      Cursor head(file, little_);
      const std::uint32_t type = head.number(4);
      if (type == block_section) {  // whose byte order its magic number tells
        little_ = Cursor(file.subspan(8), true).number(4) == byte_order_magic;
        head = Cursor(file, little_);
        (void)head.take(4);
        interfaces_.clear();
      }
      const std::size_t length = head.number(4);
      if (length < 12 || length > file.size() || length % 4 != 0) break;
      block(type, file.subspan(8, length - 12));
      file = file.subspan(length);
    }
    return builder_.take();
  }

 private:
  struct Interface {
    unsigned link;
    std::uint64_t ticks;  // of its clock, a second
  };
  // Of one direction of a conversation: the sequence number that comes next.
  struct Stream {
    bool known = false;
    std::uint32_t next = 0;
  };

  void block(std::uint32_t type, Bytes body) {
    Cursor cursor(body, little_);
    if (type == block_interface) {
      const unsigned link = cursor.number(2);
      (void)cursor.take(6);
      if (cursor.good()) interfaces_.push_back({link, resolution(cursor)});
    } else if (type == block_packet) {
      const std::uint32_t index = cursor.number(4);
      const std::uint64_t time = std::uint64_t{cursor.number(4)} << 32;
      const std::uint64_t ticks = time | cursor.number(4);
      const std::size_t kept = cursor.number(4);
      (void)cursor.take(4);
      const Bytes frame = cursor.take(kept);
      if (!cursor.good() || index >= interfaces_.size()) return;
      const Interface& interface = interfaces_[index];
      const std::uint64_t seconds = ticks / interface.ticks;
      const std::uint64_t part = (ticks % interface.ticks) * 1'000'000 / interface.ticks;
      if (seconds > most_seconds) return;
      if (const auto segment = segment_of(frame, interface.link))
        take(Time{wasmqtt::Duration{static_cast<Time::rep>(seconds * 1'000'000 + part)}}, *segment);
    }
  }

  // The option if_tsresol; without it microseconds.
  std::uint64_t resolution(Cursor& options) const {
    while (options.left() >= 4) {
      const std::uint32_t code = options.number(2);
      const std::size_t size = options.number(2);
      const Bytes value = options.take((size + 3) / 4 * 4);
      if (code == 0 || !options.good()) break;
      if (code != 9 || size == 0) continue;
      const unsigned power = value[0] & 0x7f;
      if (power > 12) break;
      std::uint64_t ticks = 1;
      for (unsigned i = 0; i < power; ++i) ticks *= value[0] >= 0x80 ? 2 : 10;
      return ticks;
    }
    return 1'000'000;
  }

  void take(Time at, const Segment& segment) {
    const bool out = is_broker_port(segment.to_port);
    if (!out && !is_broker_port(segment.from_port)) return;
    Stream& stream = streams_[std::tie(segment.from, segment.to, segment.from_port, segment.to_port)];
    if (segment.syn) stream = {true, segment.sequence + 1};
    if (segment.syn || segment.payload.empty()) return;
    if (!stream.known) stream = {true, segment.sequence};
    // What was sent again has been taken; what was lost ends the conversation's use.
    const auto ahead = static_cast<std::int32_t>(segment.sequence - stream.next);
    const std::size_t old = ahead < 0 ? static_cast<std::size_t>(-static_cast<std::int64_t>(ahead)) : 0;
    if (old >= segment.payload.size()) return;
    const auto client = out ? std::tie(segment.from, segment.to, segment.from_port, segment.to_port)
                            : std::tie(segment.to, segment.from, segment.to_port, segment.from_port);
    const std::size_t number = conversations_.try_emplace(client, conversations_.size()).first->second;
    if (ahead > 0) builder_.lost(number, out ? Direction::outbound : Direction::inbound);
    stream.next = segment.sequence + static_cast<std::uint32_t>(segment.payload.size());
    builder_.add(at, number, out ? Direction::outbound : Direction::inbound, segment.payload.subspan(old));
  }

  static constexpr std::uint64_t most_seconds = 253'402'300'799;  // the end of the year 9999
  using Key = std::tuple<std::vector<std::uint8_t>, std::vector<std::uint8_t>, unsigned, unsigned>;

  bool little_ = true;
  std::vector<Interface> interfaces_;
  std::map<Key, Stream> streams_;
  std::map<Key, std::size_t> conversations_;
  TraceBuilder builder_;
};

}  // namespace

std::optional<wasmqtt::PacketTrace> read_pcapng(std::string_view file, wasmqtt::TraceLimits limits) {
  return CaptureReader(limits).read(wasmqtt::as_bytes(file));
}

}  // namespace chat
