// A bounded ring of every packet in and out, for an inspector: time, bytes, round-trip time.
//
//   for (std::uint64_t n = trace.first(); n != trace.end(); ++n) { const auto& entry = trace[n]; ... }
//
// It holds at most `max_packets` packets and `max_bytes` bytes; the oldest go first, and first() counts them. Memory is taken as
// packets come, and kept.
// Passwords are masked before they get in: each byte of a CONNECT's password, and of MQTT 5's authentication data, is
// replaced by '*'. A PUBLISH that bears a topic alias in the place of its topic is kept with that topic behind its bytes, as
// long as the last PUBLISH with this alias is in the ring.
//
// An application may put remarks between the packets: where a connection ended, say, and why.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wasmqtt/packet.hpp"
#include "wasmqtt/types.hpp"

namespace wasmqtt {

// The type of a remark, which MQTT reserves.
inline constexpr PacketType remark = PacketType{0};

struct TraceEntry {
  Time at{};
  Direction direction = Direction::outbound;
  PacketType type = PacketType::pingreq;
  ProtocolVersion version = ProtocolVersion::mqtt_3_1_1;  // of its connection
  Qos qos = Qos::at_most_once;    // of a PUBLISH
  PacketId packet_id = 0;         // 0: none
  std::uint32_t size = 0;         // bytes on the wire, the fixed header included
  std::uint32_t kept = 0;         // bytes kept; less than size when the packet is longer than max_packet_bytes
  std::uint64_t partner = 0;      // number of the packet this one answers or, for the first of an exchange, of its
                                  // answer (a PUBREC and a PUBREL point to the next step); 0: none (yet)
  std::optional<Duration> round_trip;  // on both, once the answer is there
  std::uint64_t offset = 0;       // where the bytes lie; see bytes()
  std::uint16_t alias_topic = 0;  // bytes of the topic behind an alias; see alias_topic()
};

struct TraceLimits {
  std::size_t max_packets = 0;  // 0 turns the trace off
  std::size_t max_bytes = 8 * 1024 * 1024;
  std::size_t max_packet_bytes = 64 * 1024;
};

class PacketTrace {
 public:
  explicit PacketTrace(TraceLimits limits = {});

  // Called by Client for each whole packet.
  void record(Time now, Direction direction, Bytes packet) {
    if (limits_.max_packets != 0 && !packet.empty()) add(now, direction, packet);
  }
  // A remark, in UTF-8; its bytes are the text. Not kept while the trace is off.
  void note(Time now, std::string_view text);
  // A new network connection: answers no longer link to requests of the old one, and no alias stands for anything.
  void start_connection(ProtocolVersion version);

  // Packets are numbered from 1 in the order of their time. [first(), end()) are held.
  std::uint64_t first() const { return first_; }
  std::uint64_t end() const { return end_; }
  const TraceEntry& operator[](std::uint64_t number) const;
  // The packet's bytes, password masked; valid until the next record() or clear().
  Bytes bytes(const TraceEntry& entry) const;
  // The topic that the alias of a PUBLISH without a topic of its own stands for; empty: it has one, or it is not known.
  // Valid as long as bytes().
  std::string_view alias_topic(const TraceEntry& entry) const;
  // Forgets all; the numbering continues.
  void clear();
  // Forgets all and continues within these limits; max_packets 0 turns the trace off. The numbers go on.
  void set_limits(TraceLimits limits);

 private:
  void add(Time now, Direction direction, Bytes packet);
  std::uint8_t* keep(TraceEntry& entry, Bytes bytes);
  void link(TraceEntry& entry, std::uint64_t number);
  std::string_view find_alias_topic(const TraceEntry& entry, Bytes packet, std::uint64_t number);
  std::uint64_t& waiting_for(std::size_t table, std::uint16_t id);
  std::uint8_t* make_room(std::size_t count);
  void append(const TraceEntry& entry);
  std::size_t slot_of(std::uint64_t number) const;

  TraceLimits limits_;
  // Rings that grow up to their limits: until these are reached, nothing in them wraps.
  std::vector<TraceEntry> entries_;
  std::vector<std::uint8_t> bytes_;  // an entry's bytes never wrap
  std::uint64_t first_ = 1;
  std::uint64_t end_ = 1;
  std::uint64_t numbered_from_ = 1;  // its entry is the first of entries_
  std::uint64_t head_ = 0;  // next free offset in bytes_
  std::string topic_;       // behind the alias of the packet that is being recorded; keeps its memory
  std::uint64_t ping_ = 0;  // the PINGREQ that waits for its answer; 0: none
  std::uint64_t connect_ = 0;
  std::uint64_t connection_first_ = 1;  // of this connection
  ProtocolVersion version_ = ProtocolVersion::mqtt_3_1_1;  // of this connection
  // Four tables: by packet id the latest packet of an exchange that we began, and that they began; by topic alias the latest
  // PUBLISH out, and in. Pages come with the first number in them.
  enum Table : std::size_t { ours, theirs, aliases_out, aliases_in };
  static constexpr std::size_t page_size = 256;
  std::vector<std::vector<std::uint64_t>> waiting_;
};

}  // namespace wasmqtt
