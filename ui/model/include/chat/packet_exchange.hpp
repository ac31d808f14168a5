// Which packets belong together: a PUBLISH with its acknowledgements and its repetitions, a request and its answer.
//
//   for (std::uint64_t n : exchange_of(trace, number)) mark(n);
//
//   PacketBrackets brackets;                       // for a timeline
//   brackets.update(trace, list);
//   for (PacketBrackets::Part part : brackets.parts(row)) ...
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "chat/packet_list.hpp"

namespace chat {

// The numbers of all held packets of this one's exchange, in order, itself among them; of one that belongs to none, itself.
// Looks at most_looked_at packets in each direction.
inline constexpr std::uint64_t most_looked_at = 20'000;
std::vector<std::uint64_t> exchange_of(const wasmqtt::PacketTrace& trace, std::uint64_t number);

// The packet that began this one's exchange, if it is among the `look_back` packets before it; else 0. May be itself.
std::uint64_t beginning_of(const wasmqtt::PacketTrace& trace, std::uint64_t number, std::uint64_t look_back = most_looked_at);

// Whether an answer to this packet is still to come.
bool waits_for_answer(const wasmqtt::TraceEntry& entry);

// For each row of a list the exchanges that begin, continue or end there, each in a lane of its own as long as it lasts.
class PacketBrackets {
 public:
  enum class Part : std::uint8_t { none, begins, passes, joins, ends };
  static constexpr std::size_t lanes = 3;  // exchanges beyond that many at a time have no bracket
  using Parts = std::array<Part, lanes>;

  // Follows what the list has gained and dropped since the last call.
  void update(const wasmqtt::PacketTrace& trace, const PacketList& list);
  const Parts& parts(std::size_t row) const { return rows_[row].parts; }

 private:
  struct Row {
    std::uint64_t number;
    Parts parts;
  };
  // What an open exchange is known by: who began it, with what, under which id.
  struct Key {
    bool ours = false;
    wasmqtt::PacketType type{};
    wasmqtt::PacketId id = 0;
    bool operator==(const Key&) const = default;
  };
  struct Lane {
    bool open = false;
    Key key;
  };
  static Key key_of(const wasmqtt::TraceEntry& entry);
  Parts add(const wasmqtt::PacketTrace& trace, const wasmqtt::TraceEntry& entry);
  void end_connection(bool session_too);

  std::deque<Row> rows_;
  std::array<Lane, lanes> open_{};
};

}  // namespace chat
