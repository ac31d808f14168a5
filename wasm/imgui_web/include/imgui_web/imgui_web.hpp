// Dear ImGui in the browser, behaving like the web. A platform backend for Emscripten and WebGL2.
//
//   #include <imgui_web/imgui_web.hpp>
//   #include <semantic/semantic.hpp>
//
//   int main() {
//     return imgui_web::start({}, [](semantic::Ui& ui) {
//       auto screen = semantic::screen(ui);
//       if (semantic::button(ui, "Hello")) imgui_web::set_title("Hello to you");
//     }) ? 0 : 1;
//   }
//
// with <div id="app"></div> in the page, and the CMake target wasmqtt::imgui_web linked; nothing else is needed.
//
// What is there:
//  [x] Frames on demand: nothing happens, nothing is drawn. Animations, inertia, timers ask for their frames.
//  [x] Device pixel ratio, browser zoom, ResizeObserver, soft keyboard (visualViewport).
//  [x] WebGL context lost and restored; where it is not restored, a sentence says so, and the page's text stays readable.
//  [x] Mouse, pen and touch. Scroll areas of `semantic` are scrolled by the browser itself, with its inertia.
//  [x] Text fields are real <input>/<textarea> elements over the drawn ones: IME, undo, spelling, autofill, paste.
//  [x] Accessibility: a real element with role and name exactly over each semantic widget, patched where it changed.
//  [x] Text that can be selected, copied and found in the page; of a semantic::log with LogOptions::text also what is
//      scrolled away, the newest 2,000 items or 256 KiB (where the browser knows hidden="until-found").
//  [x] Glyphs come from the browser's own fonts: any script, colour emoji, shaped Arabic; no font is downloaded. Also where
//      the browser resists fingerprinting and lets no canvas be read.
//  [x] Bidirectional text (UAX #9); right-to-left paragraphs are aligned to the right.
//  [x] prefers-color-scheme, prefers-reduced-motion, prefers-contrast, forced-colors; changes are followed.
//  [x] A first view in HTML, which works before the program is there and is taken over: <div data-imgui-web>, see README.md.
//  [x] No eval, no inline script, no style attribute in markup: a strict Content-Security-Policy holds.
// What is not:
//  [ ] ImGui's own InputText gets keys but no IME nor soft keyboard: use semantic::text_field. For programs with ImGui's own
//      widgets there is imgui_impl_web.
//  [ ] Multi-viewport, gamepads.
//
// There is one page, so the functions are free functions. All of them, and all callbacks, run on the main thread.
#pragma once

#include <semantic/ui.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace imgui_web {

struct Options {
  const char* element = "app";        ///< id of the element to fill; its children stay below the page until the first frame
  bool follow_system_theme = true;    ///< else prefer() decides
};

/// Draws one frame; called between ImGui::NewFrame() and ImGui::Render().
using Draw = std::function<void(semantic::Ui&)>;

/// Begins. False when WebGL2 is missing: the element then holds a plain message, and nothing else happens.
/// Returns immediately; main() may return as well.
bool start(const Options& options, Draw draw);

semantic::Ui& ui();

/// Draws at least `frames` more frames. Call it whenever what is shown has changed: a message arrived, a timer fired.
void want(int frames = 2);
/// The same as soon as what is under way has ended, without waiting for the browser's next frame: for another view.
void show();
/// Frames drawn since start(). Also `Module.imguiWebFrames()` in JavaScript.
std::uint32_t frame_count();

enum class Theme : std::uint8_t { system, light, dark };
/// What the user chose in the page; forced colours take precedence over it.
void prefer(Theme theme);
bool is_dark();  ///< What is shown now.

void set_title(std::string_view title);
/// Puts text on the clipboard. Works only soon after a click or a key, as browsers demand.
void copy(std::string_view text);
/// The address's query and path, as history entries. `url` is relative to the page ("?stage=20").
/// Replaced more often than browsers allow (50 times in half a minute), the address follows a second later.
void push_address(std::string_view url);
void replace_address(std::string_view url);
void go_back();
/// Called with the query ("?stage=20") when the user goes back or forward.
void on_address(std::function<void(std::string_view query)> handler);
/// False while nothing that is drawn can be seen: the page is hidden, or its WebGL context is lost. While it is hidden no
/// frame is drawn; without a context frames are laid out, and after a second their text is shown as plain text.
bool can_be_seen();
/// Called whenever can_be_seen() may have changed, with what it returns.
void on_visibility(std::function<void(bool visible)> handler);
/// Reads a parameter of the page's query, decoded; empty when it is missing.
std::string query_parameter(std::string_view name);

}  // namespace imgui_web
