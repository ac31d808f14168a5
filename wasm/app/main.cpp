// MQTT Chat in the browser. The page draws its first frame before anything is connected.
#include <imgui_web/imgui_web.hpp>

#include "chat_page.hpp"

int main() {
  // Lives as long as the page: main() returns, the browser's events go on.
  static mqtt_chat::ChatPage* page = nullptr;
  const bool started = imgui_web::start({}, [](semantic::Ui& ui) { page->draw(ui); });
  if (!started) return 1;
  page = new mqtt_chat::ChatPage;
  return 0;
}
