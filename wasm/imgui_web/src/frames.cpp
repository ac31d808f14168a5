// When frames are drawn, and the one pending request for the next.
#include "backend.hpp"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <utility>

namespace imgui_web {

namespace {

constexpr int most_passes = 4;
constexpr float settle_step = 1e-5f;  // seconds that pass between two passes of one frame
constexpr double follow_up = 0.03;    // seconds

void draw_pass(Backend& b) {
  if (b.extension) return b.extension->pass();
  ImGui::NewFrame();
  b.ui.begin_frame();
  b.draw(b.ui);
  b.ui.end_frame();
  ImGui::Render();
}

// A pass that is drawn again is never presented, but the textures that it asked for are real.
void update_textures(Backend& b) {
  if (!b.context_lost) b.renderer.update_textures();
}

void present(Backend& b) {
  b.presents_later = false;
  if (b.context_lost) return;
  update_textures(b);
  upload_glyphs();
  b.differed = b.renderer.draw(*ImGui::GetDrawData(), b.ui.theme().color.page.vec4(), b.pixel_width, b.pixel_height);
}

EM_BOOL on_frame(double time, void*) {
  Backend& b = backend();
  b.pending = false;
  if (b.wanted > 0 || !b.presents_later) draw_frame(time);
  else present(b);
  return EM_FALSE;
}

void request_frame() {
  Backend& b = backend();
  if (b.pending || b.hidden) return;
  b.pending = true;
  emscripten_request_animation_frame(on_frame, nullptr);
}

void sync_cursor() {
  static ImGuiMouseCursor last = ImGuiMouseCursor_Arrow;
  const ImGuiMouseCursor now = ImGui::GetMouseCursor();
  if (now != last) imgui_web_set_cursor(last = now);
}

void hand_over_requests(Backend& b) {
  for (const semantic::Request& request : b.ui.take_requests()) {
    if (request.kind == semantic::Request::Kind::announce) {
      imgui_web_announce(request.text.data(), static_cast<int>(request.text.size()),
                         request.politeness == semantic::Politeness::assertive);
    } else {
      b.mirror.focus(request.id, request.select_all);
    }
  }
}

void plan_next(Backend& b) {
  if (ImGui::GetCurrentContext()->InputEventsQueue.Size > 0) b.wanted = std::max(b.wanted, 2);
  if (b.release_pointer && ImGui::GetCurrentContext()->InputEventsQueue.Size == 0) {
    b.release_pointer = false;
    ImGui::GetIO().AddMousePosEvent(-FLT_MAX, -FLT_MAX);
    b.wanted = std::max(b.wanted, 2);
  }
  const double wake = b.ui.wake_seconds();
  if (wake == 0) b.wanted = std::max(b.wanted, 1);
  const bool answered = std::exchange(b.responding, false);
  if (b.wanted > 0 || b.presents_later) request_frame();
  if (b.wanted > 0) return;
  if (answered) return imgui_web_set_timer((wake > 0 ? std::min(wake, follow_up) : follow_up) * 1000);
  b.mirror.rest(b.ui.findable());
  imgui_web_set_timer(wake > 0 ? wake * 1000 : -1);
}

void lay_out(Backend& b) {
  ImGuiIO& io = ImGui::GetIO();
  draw_pass(b);
  // ImGui spreads events that came together, press and release never into one pass.
  const ImVector<ImGuiInputEvent>& events = ImGui::GetCurrentContext()->InputEventsQueue;
  for (int pass = 1; pass < most_passes && (b.ui.unsettled() || !events.empty()); ++pass) {
    update_textures(b);
    io.DeltaTime = settle_step;
    draw_pass(b);
  }
}

// Letters, and code that runs for the first time. Keys are handled between this and the first frame.
void warm_up(Backend& b) {
  lay_out(b);
  update_textures(b);
  b.warm = true;
}

// What the user did in elements that stood in the page before the program is part of the first frame already.
void take_over(Backend& b) {
  for (int turn = 0; turn < most_passes; ++turn) {
    lay_out(b);
    update_textures(b);
    b.mirror.patch(b.ui.tree());
    if (!imgui_web_take_over()) return;
  }
}

// What was laid out, as elements.
void finish(Backend& b) {
  b.mirror.patch(b.ui.tree());
  if (b.extension) b.extension->patched();
  hand_over_requests(b);
  sync_cursor();
  ++b.frames;
  if (!b.shown) {
    b.shown = true;
    imgui_web_first_frame();
  }
}

}  // namespace

void begin_frame(double time) {
  Backend& b = backend();
  discard_full_sizes();
  ImGuiIO& io = ImGui::GetIO();
  // Not cut short: a tooltip's delay and the pause between two clicks are often spent without a frame.
  io.DeltaTime = b.last_time > 0 ? static_cast<float>(std::max((time - b.last_time) / 1000, 1e-4)) : 1.0f / 60;
  b.last_time = std::max(time, b.last_time);
  io.DisplaySize = {b.width, b.height};
  io.DisplayFramebufferScale = {b.density, b.density};
}

void end_frame() {
  Backend& b = backend();
  b.scrolled = false;
  present(b);
  finish(b);
}

// Without a graphics context the frame is laid out all the same, for the mirror.
void draw_frame(double time) {
  Backend& b = backend();
  if (b.width <= 0 || (b.extension && !b.extension->runs())) return;
  b.drawing = true;
  if (b.wanted > 0) --b.wanted;
  begin_frame(time);
  if (!b.warm) {
    warm_up(b);
    b.drawing = false;
    return want(2);
  }
  if (!b.shown) take_over(b);
  lay_out(b);
  b.scrolled = false;
  if (b.ui.unsettled()) b.wanted = std::max(b.wanted, 1);
  b.presents_later = b.responding;
  if (!b.presents_later) present(b);
  finish(b);
  b.drawing = false;
  plan_next(b);
}

// The elements change in the event; the picture is drawn once, just before the browser paints both: what the network brings
// meanwhile does not wait for it. What a frame itself changes in the elements is told by events, too. What lies under the pointer
// now is looked for in one more frame, which does not delay the paint of this one.
void respond() {
  Backend& b = backend();
  if (!b.shown || b.drawing) return want(2);
  b.responding = true;
  draw_frame(emscripten_get_now());
}

void respond_after_paint() {
  if (!backend().shown) return want(2);
  imgui_web_request_show_after_paint();
}

void show() {
  want(2);
  imgui_web_request_show();
}

void want(int frames) {
  Backend& b = backend();
  b.wanted = std::max(b.wanted, frames);
  request_frame();
}

std::uint32_t frame_count() { return backend().frames; }

}  // namespace imgui_web

extern "C" {
EMSCRIPTEN_KEEPALIVE void imgui_web_on_show() {
  if (!imgui_web::backend().hidden) imgui_web::respond();
}
// Where the browser has shown everything that changed, there is nothing new under the pointer, either.
EMSCRIPTEN_KEEPALIVE void imgui_web_on_painted() {
  imgui_web::Backend& b = imgui_web::backend();
  if (b.hidden) return;
  b.differed = false;
  imgui_web::draw_frame(emscripten_get_now());
  if (b.differed) imgui_web::want(1);
}
EMSCRIPTEN_KEEPALIVE void imgui_web_on_timer() { imgui_web::want(1); }
EMSCRIPTEN_KEEPALIVE unsigned imgui_web_frames() { return imgui_web::frame_count(); }
}
