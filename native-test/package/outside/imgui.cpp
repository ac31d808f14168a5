// The platform backend for Dear ImGui, without chat or MQTT.
#include <imgui_web/imgui_web.hpp>
#include <semantic/semantic.hpp>

int main() {
  return imgui_web::start({}, [](semantic::Ui& ui) {
    auto screen = semantic::screen(ui);
    if (semantic::button(ui, "Hello")) imgui_web::set_title("Hello to you");
  }) ? 0 : 1;
}
