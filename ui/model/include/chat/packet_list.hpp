// The rows of the packet inspector: the numbers of the traced packets that match its filters, updated incrementally.
//
//   PacketList list;
//   list.update(trace, {.pings = false});                 // each frame; looks at new packets only
//   for (std::size_t i = 0; i < list.size(); ++i) PacketRow row = make_row(trace, list[i], list.start());
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "wasmqtt/trace.hpp"

namespace chat {

struct PacketFilter {
  enum class Directions : std::uint8_t { all, inbound, outbound };
  bool pings = false;
  Directions directions = Directions::all;
  // Words that all have to hold: "type:publish", "topic:chat/status/+", "qos:1", "id:7", "payload:hello", "in", "out", "retain", "dup"; any
  // other is in the topic or the type. ASCII letters in either case.
  std::string text{};

  friend bool operator==(const PacketFilter&, const PacketFilter&) = default;
};

// Whether all words of a filter's text hold for this packet.
bool matches_filter(const wasmqtt::PacketTrace& trace, std::uint64_t number, std::string_view words);

struct PacketRow {  // of a remark all but index, time, packet and topic are empty
  std::uint64_t number = 0;
  std::string index;  // the number as text
  wasmqtt::Direction direction = wasmqtt::Direction::outbound;
  std::string time;   // milliseconds since `start`
  std::string packet; // "publish"
  std::string topic;  // its own; of an answer that of what it answers
  bool has_own_topic = true;
  std::string qos;    // empty where a packet has none
  std::string id;
  std::string size;   // bytes
  // Milliseconds to the answer; empty: none (yet), or the answer to what the broker sent, whose time says nothing of the way.
  std::string round_trip;
  bool retain = false, dup = false;  // of a PUBLISH
  bool will = false;       // of a CONNECT: it brings one
  std::string payload;     // its beginning
};

class PacketList {
 public:
  // Follows what the trace has gained and dropped since the last call. While paused, new packets are not listed.
  void update(const wasmqtt::PacketTrace& trace, const PacketFilter& filter);

  std::size_t size() const { return shown_.size(); }
  std::uint64_t operator[](std::size_t row) const { return shown_[row]; }
  // The time of the first packet that this list ever saw.
  wasmqtt::Time start() const { return start_.value_or(wasmqtt::Time{}); }
  // The row of a packet; size() when it is not shown.
  std::size_t row_of(std::uint64_t number) const;

  void set_paused(bool paused) { paused_ = paused; }
  bool paused() const { return paused_; }
  // Packets that came since the pause began.
  std::uint64_t waiting(const wasmqtt::PacketTrace& trace) const;
  // Packets that the bounded trace has dropped (or that were cleared).
  std::uint64_t dropped() const { return first_ - 1; }

 private:
  bool passes(const wasmqtt::PacketTrace& trace, std::uint64_t number) const;

  PacketFilter filter_;
  std::deque<std::uint64_t> shown_;
  std::uint64_t first_ = 1;  // of the trace, at the last update
  std::uint64_t next_ = 1;   // the first number not looked at yet
  std::optional<wasmqtt::Time> start_;
  bool paused_ = false;
};

PacketRow make_row(const wasmqtt::PacketTrace& trace, std::uint64_t number, wasmqtt::Time start);

}  // namespace chat
