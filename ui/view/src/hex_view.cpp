#include "hex_view.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "chat/digits.hpp"
#include "marks.hpp"

namespace chat_view {

using namespace semantic;

namespace {

constexpr std::size_t most_shown_bytes = 16 * 1024;
// "0010  3c 00 …  <.": the offset, two blanks, three columns for each byte, a blank, the letters.
constexpr std::size_t digits_at = 6;
constexpr std::size_t letters_at(std::size_t per_line) { return digits_at + 1 + 3 * per_line; }
constexpr std::size_t columns(std::size_t per_line) { return letters_at(per_line) + per_line; }

float column_width(Ui& ui) { return ui.text_width("0000000000", TextStyle::code) / 10; }

// As many as there is room for.
std::size_t bytes_per_line(Ui& ui, float room) {
  std::size_t most = 32;
  while (most > 8 && room < static_cast<float>(columns(most)) * column_width(ui)) most -= 8;
  return most;
}

// The byte of a line at this column; -1: none.
int byte_at(float column, std::size_t per_line) {
  const auto within = [&](std::size_t from, float width) {
    const float index = std::floor((column - static_cast<float>(from)) / width);
    return index >= 0 && index < static_cast<float>(per_line) ? static_cast<int>(index) : -1;
  };
  const int by_digits = within(digits_at, 3);
  return by_digits >= 0 ? by_digits : within(letters_at(per_line), 1);
}

class HexLine {
 public:
  HexLine(Ui& ui, wasmqtt::Bytes bytes, std::size_t at, std::size_t per_line)
      : ui_(ui), bytes_(bytes), at_(at), per_line_(per_line), place_(ImGui::GetCursorScreenPos()), advance_(column_width(ui)),
        height_(ui.theme().type(TextStyle::code).line_height) {}

  void draw(const HexMarks& marks) {
    const Palette& c = ui_.theme().color;
    std::string line = chat::digits(at_, 4, 16) + "  ", letters;
    for (std::size_t i = at_; i < at_ + per_line_; ++i) {
      if (i >= bytes_.size()) {
        line += "   ";
        continue;
      }
      line += chat::digits(bytes_[i], 2, 16) + ' ';
      letters += bytes_[i] >= 0x20 && bytes_[i] < 0x7F ? static_cast<char>(bytes_[i]) : '.';
      const std::size_t digits = digits_at + 3 * (i - at_), letter = letters_at(per_line_) + (i - at_);
      if (i >= marks.begin && i < marks.end) {
        fill(digits, 2, 2, c.selection);
        fill(letter, 1, 0, c.selection);
      }
      if (static_cast<int>(i) == marks.byte) frame(digits);
    }
    text(ui_, line + " " + letters, {.style = TextStyle::code, .width = -1});
  }

  int pointed() const {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    if (!ImGui::IsWindowHovered() || mouse.y < place_.y || mouse.y >= place_.y + height_) return -1;
    const int byte = byte_at((mouse.x - place_.x) / advance_, per_line_);
    return byte >= 0 && at_ + static_cast<std::size_t>(byte) < bytes_.size() ? static_cast<int>(at_) + byte : -1;
  }

 private:
  void fill(std::size_t column, float characters, float around, Color color) {
    const float x = place_.x + static_cast<float>(column) * advance_;
    ImGui::GetWindowDrawList()->AddRectFilled({x - around, place_.y}, {x + characters * advance_ + around, place_.y + height_},
                                              color.u32(), around);
  }
  void frame(std::size_t column) {
    const float x = place_.x + static_cast<float>(column) * advance_;
    ImGui::GetWindowDrawList()->AddRect({x - 3, place_.y}, {x + 2 * advance_ + 3, place_.y + height_},
                                        ui_.theme().color.accent_text.u32(), 3);
  }

  Ui& ui_;
  wasmqtt::Bytes bytes_;
  std::size_t at_, per_line_;
  ImVec2 place_;
  float advance_, height_;
};

}  // namespace

float hex_width(Ui& ui, float room) { return std::ceil(static_cast<float>(columns(bytes_per_line(ui, room))) * column_width(ui)); }

HexResult hex_view(Ui& ui, wasmqtt::Bytes all, const HexMarks& marks) {
  const wasmqtt::Bytes bytes = all.first(std::min(all.size(), most_shown_bytes));
  // The letters of a short packet stand beside its bytes.
  const std::size_t per_line = std::min(bytes_per_line(ui, room().x), std::max<std::size_t>(8, (bytes.size() + 7) / 8 * 8));
  const float line_height = ui.theme().type(TextStyle::code).line_height;
  HexResult result;
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  for (std::size_t at = 0; at < bytes.size(); at += per_line) {
    if (!ImGui::IsRectVisible({1, line_height})) {
      ImGui::Dummy({1, line_height});
      continue;
    }
    HexLine line(ui, bytes, at, per_line);
    line.draw(marks);
    if (const int pointed = line.pointed(); pointed >= 0) result.pointed = pointed;
  }
  ImGui::PopStyleVar();
  result.clicked = result.pointed >= 0 && ImGui::IsMouseClicked(ImGuiMouseButton_Left);
  if (bytes.size() < all.size())
    text(ui, std::to_string(all.size() - bytes.size()) + " more bytes",
         {.style = TextStyle::small, .color = ui.theme().color.text_muted});
  return result;
}

}  // namespace chat_view
