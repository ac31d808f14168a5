// The gallery as a page of its own: index.html?view=components|chat|packets|dialog
#include "gallery.hpp"

#include <imgui_web/imgui_web.hpp>

#include <memory>

int main() {
  auto gallery = std::make_shared<Gallery>();
  const bool started = imgui_web::start({}, [gallery](semantic::Ui& ui) { gallery->draw(ui); });
  if (started) gallery->show(imgui_web::query_parameter("view"));
  return started ? 0 : 1;
}
