// The calculator as a web page.
#include "calculator.hpp"

#include <imgui.h>
#include <imgui_impl_web.h>

int main() {
  ImGui::CreateContext();
  if (!ImGui_ImplWeb_Init("app")) return 1;
  static Calculator calculator;
  ImGui_ImplWeb_SetMainLoop([](void*) {
    ImGui_ImplWeb_NewFrame();
    ImGui::NewFrame();
    calculator.draw();
    ImGui::Render();
    ImGui_ImplWeb_RenderDrawData(ImGui::GetDrawData());
  });
  return 0;
}
