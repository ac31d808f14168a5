// The hex viewer as a web page.
#include "hex_viewer.hpp"

#include <imgui.h>
#include <imgui_impl_web.h>

int main() {
  ImGui::CreateContext();
  if (!ImGui_ImplWeb_Init("app")) return 1;
  ImGui_ImplWeb_SetClearColor({0.12f, 0.12f, 0.14f, 1});
  static HexViewer viewer;
  ImGui_ImplWeb_SetMainLoop([](void*) {
    ImGui_ImplWeb_NewFrame();
    ImGui::NewFrame();
    viewer.draw();
    ImGui::Render();
    ImGui_ImplWeb_RenderDrawData(ImGui::GetDrawData());
  });
  return 0;
}
