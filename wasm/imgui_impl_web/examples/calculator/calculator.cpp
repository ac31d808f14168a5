#include "calculator.hpp"

#include <imgui.h>

#include <cstdio>
#include <cstdlib>

namespace {

constexpr const char* keys[] = {"7", "8", "9", "/", "4", "5", "6", "*", "1", "2", "3", "-", "0", ".", "=", "+"};
constexpr std::size_t longest = 12;

std::string to_text(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", number);
  return text;
}

}  // namespace

void Calculator::draw() {
  ImGui::SetNextWindowPos({20, 20}, ImGuiCond_FirstUseEver);
  ImGui::SetNextWindowSize({260, 420}, ImGuiCond_FirstUseEver);
  if (ImGui::Begin("Calculator", nullptr, ImGuiWindowFlags_MenuBar)) {
    if (ImGui::BeginMenuBar()) {
      if (ImGui::BeginMenu("View")) {
        ImGui::MenuItem("Tape", nullptr, &with_tape_);
        ImGui::EndMenu();
      }
      ImGui::EndMenuBar();
    }
    read_keyboard();
    ImGui::TextUnformatted(shown_.c_str());
    draw_keys();
    if (with_tape_ && !tape_.empty()) draw_tape();
  }
  ImGui::End();
}

void Calculator::draw_keys() {
  for (int i = 0; i < IM_ARRAYSIZE(keys); ++i) {
    if (i % 4 != 0) ImGui::SameLine();
    if (ImGui::Button(keys[i], {48, 36})) press(keys[i][0]);
  }
  if (ImGui::Button("Clear", {104, 0})) press('C');
}

void Calculator::draw_tape() {
  if (!ImGui::BeginTable("tape", 2, ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerV)) return;
  ImGui::TableSetupColumn("Calculation");
  ImGui::TableSetupColumn("Result");
  ImGui::TableHeadersRow();
  for (const Line& line : tape_) {
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(line.calculation.c_str());
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(to_text(line.result).c_str());
  }
  ImGui::EndTable();
}

void Calculator::read_keyboard() {
  for (int digit = 0; digit <= 9; ++digit)
    if (ImGui::IsKeyPressed(static_cast<ImGuiKey>(ImGuiKey_0 + digit), false)) press(static_cast<char>('0' + digit));
}

void Calculator::press(char key) {
  if (key == 'C') {
    shown_ = "0";
    operation_ = 0;
    fresh_ = true;
  } else if ((key >= '0' && key <= '9') || key == '.') {
    if (fresh_) shown_ = key == '.' ? "0" : "";
    fresh_ = false;
    if (shown_.size() < longest && (key != '.' || shown_.find('.') == std::string::npos)) shown_ += key;
  } else {
    if (operation_ && !fresh_) calculate();
    left_ = std::atof(shown_.c_str());
    operation_ = key == '=' ? 0 : key;
    fresh_ = true;
  }
}

void Calculator::calculate() {
  const double right = std::atof(shown_.c_str());
  const double result = operation_ == '+' ? left_ + right : operation_ == '-' ? left_ - right : operation_ == '*' ? left_ * right : left_ / right;
  tape_.push_back({to_text(left_) + ' ' + operation_ + ' ' + to_text(right), result});
  shown_ = to_text(result);
}
