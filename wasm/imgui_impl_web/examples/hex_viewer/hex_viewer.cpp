#include "hex_viewer.hpp"

#include <imgui.h>

#include <algorithm>
#include <cstdio>

namespace {

constexpr std::size_t per_row = 16;
constexpr const char* types[] = {"8 bits", "16 bits", "32 bits"};

char letter_of(std::uint8_t byte) { return byte >= 0x20 && byte < 0x7F ? static_cast<char>(byte) : '.'; }

}  // namespace

// All values of a byte, and a sentence again and again.
HexViewer::HexViewer() {
  constexpr char sentence[] = "The quick brown fox jumps over the lazy dog. ";
  for (unsigned i = 0; i < 256; ++i) bytes_.push_back(static_cast<std::uint8_t>(i));
  for (std::size_t i = 0; bytes_.size() < 4096; ++i) bytes_.push_back(static_cast<std::uint8_t>(sentence[i % (sizeof sentence - 1)]));
}

void HexViewer::draw() {
  ImGui::SetNextWindowPos({10, 10}, ImGuiCond_FirstUseEver);
  ImGui::SetNextWindowSize({720, 420}, ImGuiCond_FirstUseEver);
  if (ImGui::Begin("Hex viewer")) {
    draw_options();
    draw_bytes();
    draw_meaning();
  }
  ImGui::End();
}

void HexViewer::draw_options() {
  ImGui::SetNextItemWidth(100);
  ImGui::InputScalar("Address", ImGuiDataType_U32, &target_, nullptr, nullptr, "%04X", ImGuiInputTextFlags_CharsHexadecimal);
  go_ = ImGui::IsItemDeactivatedAfterEdit();
  ImGui::SameLine();
  go_ |= ImGui::Button("Go to");
  ImGui::SameLine();
  ImGui::Checkbox("Letters", &letters_);
  if (go_) chosen_ = std::min<std::size_t>(target_, bytes_.size() - 1);
}

void HexViewer::draw_bytes() {
  const float below = ImGui::GetFrameHeightWithSpacing() + ImGui::GetTextLineHeightWithSpacing();
  const int columns = letters_ ? 18 : 17;
  if (!ImGui::BeginTable(letters_ ? "bytes" : "bytes alone", columns, ImGuiTableFlags_ScrollY | ImGuiTableFlags_SizingFixedFit, {0, -below})) return;
  if (go_) ImGui::SetScrollY(static_cast<float>(chosen_ / per_row) * ImGui::GetTextLineHeightWithSpacing());
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(bytes_.size() / per_row));
  while (clipper.Step())
    for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) draw_row(static_cast<std::size_t>(row) * per_row);
  ImGui::EndTable();
}

void HexViewer::draw_row(std::size_t first) {
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  ImGui::Text("%04X", static_cast<unsigned>(first));
  char letters[per_row + 1] = {};
  for (std::size_t i = 0; i < per_row; ++i) {
    const std::uint8_t byte = bytes_[first + i];
    char label[16];
    std::snprintf(label, sizeof label, "%02X##%zu", byte, first + i);
    ImGui::TableNextColumn();
    if (ImGui::Selectable(label, chosen_ == first + i)) chosen_ = first + i;
    letters[i] = letter_of(byte);
  }
  if (!letters_) return;
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(letters);
}

void HexViewer::draw_meaning() {
  ImGui::SetNextItemWidth(100);
  ImGui::Combo("Read as", &type_, types, IM_ARRAYSIZE(types));
  ImGui::SameLine();
  ImGui::Checkbox("Big endian", &big_endian_);
  const std::size_t size = std::size_t{1} << type_;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size && chosen_ + i < bytes_.size(); ++i) {
    const std::uint32_t byte = bytes_[chosen_ + i];
    value |= byte << 8 * (big_endian_ ? size - 1 - i : i);
  }
  ImGui::Text("At %04X: %u", static_cast<unsigned>(chosen_), value);
}
