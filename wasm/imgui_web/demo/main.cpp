// The gallery as a page of its own: index.html?view=components|chat|packets|dialog|order
#include "gallery.hpp"

#include <imgui_web/imgui_web.hpp>

#include <memory>

int main() {
  auto gallery = std::make_shared<Gallery>();
  const bool started = imgui_web::start({}, [gallery](semantic::Ui& ui) { gallery->draw(ui); });
  if (!started) return 1;
  gallery->show(imgui_web::query_parameter("view"));
  imgui_web::on_visibility([](bool seen) { imgui_web::set_title(seen ? "Gallery" : "Gallery (out of sight)"); });
  return 0;
}
