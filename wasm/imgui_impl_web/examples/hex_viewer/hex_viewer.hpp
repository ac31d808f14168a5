// Bytes in rows of sixteen: their address, their value, the letter that they are, and what the chosen ones mean as a number. Drawn
// with Dear ImGui; it knows of no platform.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

class HexViewer {
 public:
  HexViewer();
  /// Between ImGui::NewFrame() and ImGui::Render().
  void draw();

 private:
  void draw_options();
  void draw_bytes();
  void draw_row(std::size_t first);
  void draw_meaning();
  std::vector<std::uint8_t> bytes_;
  std::size_t chosen_ = 0;
  unsigned target_ = 0;
  bool go_ = false, letters_ = true, big_endian_ = false;
  int type_ = 0;
};
