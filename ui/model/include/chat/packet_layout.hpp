// Where the packets lie beside the chat, and how much of the window is whose. Remembered on the device.
#pragma once

#include <cstdint>

namespace chat {

struct PacketLayout {
  enum class Dock : std::uint8_t { automatic, right, below };  // automatic: right of the chat where the window is wide enough
  Dock dock = Dock::automatic;
  // Percentages of the chat: of the width with the packets to its right, of the height with them below.
  int beside = 56, above = 50;

  friend bool operator==(const PacketLayout&, const PacketLayout&) = default;
};

}  // namespace chat
