// Client and broker as two lanes with the packets as arrows between them. Time runs downwards: to scale where much happens, long
// silences are folded. Each exchange has a bracket; what waits for its answer is dashed.
#pragma once

#include <cstdint>
#include <span>

#include "chat/packet_exchange.hpp"
#include "chat/packet_list.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

class PacketTimeline {
 public:
  struct Result {
    std::uint64_t activated = 0;  // packet numbers; 0: none
    std::uint64_t pointed = 0;    // by the pointer, or reached by keyboard
  };
  // `lit` are the numbers of the packets to highlight, in order.
  Result draw(semantic::Ui& ui, const wasmqtt::PacketTrace& trace, const chat::PacketList& list, std::uint64_t chosen,
              std::span<const std::uint64_t> lit, float height);
  void scroll_to(int row) { log_.scroll_to(row); }

 private:
  semantic::LogState log_;
  chat::PacketBrackets brackets_;
  std::size_t rows_ = 0;
};

}  // namespace chat_view
