// Dear ImGui's own widgets, as a page.
#include <imgui.h>
#include <imgui_impl_web.h>

int main() {
  ImGui::CreateContext();
  if (!ImGui_ImplWeb_Init("app")) return 1;
  ImGui_ImplWeb_SetMainLoop([](void*) {
    ImGui_ImplWeb_NewFrame();
    ImGui::NewFrame();
    ImGui::Button("Hello");
    ImGui::Render();
    ImGui_ImplWeb_RenderDrawData(ImGui::GetDrawData());
  });
  return 0;
}
