// Dear ImGui's demo window, from imgui_demo.cpp as it is published.
#include <imgui_impl_web.h>

int main() {
  ImGui::CreateContext();
  ImGui::GetIO().ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
#ifdef IMGUI_HAS_DOCK
  ImGui::GetIO().ConfigFlags |= ImGuiConfigFlags_DockingEnable;
#endif
  if (!ImGui_ImplWeb_Init("app")) return 1;
  ImGui_ImplWeb_SetMainLoop([](void*) {
    ImGui_ImplWeb_NewFrame();
    ImGui::NewFrame();
    ImGui::ShowDemoWindow();
    ImGui::Render();
    ImGui_ImplWeb_RenderDrawData(ImGui::GetDrawData());
  });
  return 0;
}
