// Small pieces that several views draw. Internal.
#pragma once

#include <string>
#include <string_view>

#include "chat/presence.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

// The logo; draws only.
void draw_logo(semantic::Ui& ui, ImVec2 at, float size);

// A dot at the lower right of an avatar; draws only.
void draw_presence_dot(semantic::Ui& ui, ImVec2 avatar_at, float avatar_size, chat::Presence::Kind kind,
                       semantic::Color around);

// The first `bytes` bytes on one line.
std::string one_line(std::string_view text, std::size_t bytes = 120);

// The current window's size below the cursor.
ImVec2 room();

// Lays out items from left to right in rows of one height, vertically centred.
class Rows {
 public:
  explicit Rows(float height);

  float width() const { return width_; }

  // Moves ImGui's cursor to where something of this size belongs, `space` after what stands before it in its row.
  void next(float width, float height, float space = semantic::Theme::space_4);

 private:
  ImVec2 start_;
  float width_, y_, height_;
  float used_ = 0;
};

}  // namespace chat_view
