// The page around the canvas: start, size, theme, title, address, clipboard.
#include "backend.hpp"

#include <imgui.h>

#include <cmath>

namespace imgui_web {

namespace {

Backend* the_backend = nullptr;

void tell_visibility(const Backend& b) {
  if (b.visibility_handler) b.visibility_handler(can_be_seen());
}

EM_BOOL on_context_lost(int, const void*, void*) {
  Backend& b = backend();
  b.context_lost = true;
  // Now, while that does nothing: a new context knows none of these objects and complains.
  b.renderer.forget();
  imgui_web_set_context_lost(1);
  tell_visibility(b);
  return EM_TRUE;  // it may be restored
}

EM_BOOL on_context_restored(int, const void*, void*) {
  Backend& b = backend();
  b.context_lost = false;
  b.glyph_texture = 0;
  b.renderer.start();
  imgui_web_set_context_lost(0);
  tell_visibility(b);
  want(2);
  return EM_TRUE;
}

bool create_context(Backend& b, const char* selector) {
  EmscriptenWebGLContextAttributes attributes;
  emscripten_webgl_init_context_attributes(&attributes);
  attributes.majorVersion = 2;
  attributes.alpha = attributes.depth = attributes.stencil = attributes.antialias = EM_FALSE;
  attributes.preserveDrawingBuffer = EM_TRUE;  // only what changes is drawn
  attributes.powerPreference = EM_WEBGL_POWER_PREFERENCE_LOW_POWER;
  b.context = emscripten_webgl_create_context(selector, &attributes);
  if (b.context <= 0) return false;
  emscripten_webgl_make_context_current(b.context);
  emscripten_set_webglcontextlost_callback(selector, nullptr, EM_FALSE, on_context_lost);
  emscripten_set_webglcontextrestored_callback(selector, nullptr, EM_FALSE, on_context_restored);
  return true;
}

semantic::Theme theme_for(const Backend& b) {
  if (b.signals.forced) return semantic::make_forced_theme(b.signals.colors);
  semantic::Theme theme = semantic::make_theme(is_dark() ? semantic::Scheme::dark : semantic::Scheme::light);
  if (b.signals.contrast) semantic::raise_contrast(theme.color);
  return theme;
}

}  // namespace

Backend& backend() { return *the_backend; }

bool open_page(const Options& options, Extension* extension) {
  the_backend = new Backend;  // lives as long as the page
  Backend& b = *the_backend;
  b.options = options;
  b.extension = extension;
  const std::string_view element = options.element;
  const int length = static_cast<int>(element.size());
  if (!imgui_web_open(element.data(), length) || !create_context(b, "#imgui-web-canvas")) {
    constexpr std::string_view problem = "This page draws with WebGL 2, which this browser does not offer. "
                                         "Please switch on hardware acceleration or try another browser.";
    imgui_web_fail(element.data(), length, problem.data(), static_cast<int>(problem.size()));
    return false;
  }
  return true;
}

void set_up_platform() {
  ImGuiIO& io = ImGui::GetIO();
  io.ConfigInputTextCursorBlink = false;
  io.BackendPlatformName = "imgui_web";
  ImGuiPlatformIO& platform = ImGui::GetPlatformIO();
  platform.Platform_SetClipboardTextFn = [](ImGuiContext*, const char* text) { copy(text); };
  platform.Platform_GetClipboardTextFn = [](ImGuiContext*) { return backend().clipboard.c_str(); };
  backend().renderer.start();
}

bool start(const Options& options, Draw draw) {
  if (!open_page(options)) return false;
  Backend& b = backend();
  b.draw = std::move(draw);
  ImGui::CreateContext();
  ImGui::GetIO().IniFilename = nullptr;
  set_up_input();
  set_up_platform();
  add_fonts();
  b.ui.platform_scroll_bars = b.ui.platform_paints_typing = true;
  b.ui.set_shaper(&b.shaper);
  apply_theme();
  want(2);
  return true;
}

semantic::Ui& ui() { return backend().ui; }

bool is_dark() {
  const Backend& b = backend();
  if (b.preferred == Theme::system) return b.options.follow_system_theme && b.signals.dark;
  return b.preferred == Theme::dark;
}

void prefer(Theme theme) {
  backend().preferred = theme;
  apply_theme();
  want(2);
}

void apply_theme() {
  Backend& b = backend();
  if (b.extension) return b.extension->apply_theme();
  const semantic::Fonts fonts = b.ui.theme().fonts;
  b.ui.theme() = theme_for(b);
  b.ui.theme().fonts = fonts;
  b.ui.theme().reduced_motion = b.signals.reduced_motion;
  b.ui.theme().touch = b.signals.coarse;
  b.ui.theme().apply(ImGui::GetStyle());
  b.ui.forget_layouts();
  const semantic::Palette& color = b.ui.theme().color;
  imgui_web_set_colors(color.page.rgb, color.text.rgb, color.text_muted.rgb, color.selection.rgb, is_dark());
}

void set_title(std::string_view title) { imgui_web_set_title(title.data(), static_cast<int>(title.size())); }

void copy(std::string_view text) {
  backend().clipboard = text;
  imgui_web_copy(text.data(), static_cast<int>(text.size()));
}

void push_address(std::string_view url) { imgui_web_set_address(url.data(), static_cast<int>(url.size()), 1); }
void replace_address(std::string_view url) { imgui_web_set_address(url.data(), static_cast<int>(url.size()), 0); }
void go_back() { imgui_web_go_back(); }
void on_address(std::function<void(std::string_view)> handler) { backend().address_handler = std::move(handler); }
bool can_be_seen() { return !backend().hidden && !backend().context_lost; }
void on_visibility(std::function<void(bool)> handler) { backend().visibility_handler = std::move(handler); }

std::string query_parameter(std::string_view name) {
  imgui_web_query(name.data(), static_cast<int>(name.size()));
  return std::string(backend().room.text());
}

}  // namespace imgui_web

using imgui_web::backend;

extern "C" {

EMSCRIPTEN_KEEPALIVE void imgui_web_on_resize(float width, float height, int pixels_x, int pixels_y, float density) {
  imgui_web::Backend& b = backend();
  // Glyphs are images of one density, so layouts measured with another are void; and so are lengths in CSS pixels.
  if (std::abs(b.density - density) > 1e-4f) b.ui.forget_layouts(), b.mirror.forget();
  b.width = width, b.height = height, b.density = density;
  b.pixel_width = pixels_x, b.pixel_height = pixels_y;
  // The canvas was emptied when it changed its size: draw before the browser shows it.
  b.renderer.invalidate();
  if (b.shown) imgui_web::draw_frame(emscripten_get_now());
  imgui_web::want(2);
}

// Canvas, text, link, gray, highlight and its text, button and its text.
EMSCRIPTEN_KEEPALIVE unsigned* imgui_web_system_colors() {
  static unsigned colors[8];
  return colors;
}

EMSCRIPTEN_KEEPALIVE void imgui_web_on_signals(int dark, int reduced_motion, int coarse, int forced, int contrast) {
  imgui_web::Signals& s = backend().signals;
  const unsigned* const colors = imgui_web_system_colors();
  s.dark = dark, s.reduced_motion = reduced_motion, s.coarse = coarse, s.forced = forced, s.contrast = contrast;
  s.colors = {.canvas = {colors[0]}, .text = {colors[1]}, .link = {colors[2]}, .gray = {colors[3]},
              .highlight = {colors[4]}, .on_highlight = {colors[5]}, .button = {colors[6]}, .on_button = {colors[7]}};
  if (!ImGui::GetCurrentContext()) return;
  imgui_web::apply_theme();
  imgui_web::want(2);
}

EMSCRIPTEN_KEEPALIVE void imgui_web_on_address() {
  const std::string query(backend().room.text());
  if (backend().address_handler) backend().address_handler(query);
  imgui_web::want(2);
}

EMSCRIPTEN_KEEPALIVE void imgui_web_on_visibility(int visible) {
  imgui_web::Backend& b = backend();
  b.hidden = !visible;
  b.last_time = 0;
  imgui_web::tell_visibility(b);
  if (visible) b.pending = false, b.renderer.invalidate(), imgui_web::want(2);
}

EMSCRIPTEN_KEEPALIVE void imgui_web_on_paste() {
  backend().clipboard = backend().room.text();
  backend().room.release(64 * 1024);
}
}
