// A thousand widgets in one window, all in sight of a screen of 1920 by 1080 pixels: what their elements cost.
#include <imgui_impl_web.h>

#include <array>
#include <cstdio>

namespace {

constexpr int columns = 20, rows = 50;

void draw(std::array<bool, columns * rows>& on) {
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
  ImGui::Begin("Many", nullptr, ImGuiWindowFlags_NoDecoration);
  int count = 0;
  for (const bool one : on) count += one;
  ImGui::Text("%d are on", count);
  for (int i = 0; i < columns * rows; ++i) {
    char label[16];
    std::snprintf(label, sizeof label, "No. %d", i + 1);
    if (i % columns != 0) ImGui::SameLine(static_cast<float>(i % columns) * 95);
    ImGui::Checkbox(label, &on[static_cast<std::size_t>(i)]);
  }
  ImGui::End();
}

}  // namespace

int main() {
  ImGui::CreateContext();
  ImGui::GetStyle().FramePadding = {2, 0};
  ImGui::GetStyle().ItemSpacing = {4, 4};
  if (!ImGui_ImplWeb_Init("app")) return 1;
  static std::array<bool, columns * rows> on{};
  ImGui_ImplWeb_SetMainLoop([](void*) {
    ImGui_ImplWeb_NewFrame();
    ImGui::NewFrame();
    draw(on);
    ImGui::Render();
    ImGui_ImplWeb_RenderDrawData(ImGui::GetDrawData());
  });
  return 0;
}
