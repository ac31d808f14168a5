// What the files of this backend share. One page, one Backend.
#pragma once

#include "imgui_web/imgui_web.hpp"

#include "glyphs.hpp"
#include "mirror.hpp"
#include "renderer.hpp"

#include <imgui.h>

#include <emscripten.h>
#include <emscripten/html5.h>

#include <memory>

#include "wasmqtt/border.hpp"

namespace imgui_web {

struct Signals {
  bool dark = false, reduced_motion = false, forced = false, coarse = false, contrast = false;
  semantic::SystemColors colors;
};

// What a program that draws with Dear ImGui's own widgets does otherwise: see ../imgui_impl_web. Null: all is semantic's.
struct Extension {
  virtual bool runs() const = 0;                    ///< False: it has a loop of its own, or none yet.
  virtual void pass() = 0;                          ///< One pass of a frame, from ImGui::NewFrame() to ImGui::Render().
  virtual void apply_theme() = 0;                   ///< The style is the program's.
  virtual ImGuiKey key(std::string_view code) = 0;  ///< ImGuiKey_None: not ImGui's.
  virtual void patched() = 0;                       ///< The mirror has this frame's elements.

 protected:
  ~Extension() = default;
};

struct Backend {
  Options options;
  Draw draw;
  Extension* extension = nullptr;
  semantic::Ui ui;
  Mirror mirror;
  Renderer renderer;
  BrowserShaper shaper;
  Theme preferred = Theme::system;
  Signals signals;
  std::function<void(std::string_view)> address_handler;
  std::function<void(bool)> visibility_handler;
  std::string clipboard;           // what ImGui asked for last
  wasmqtt::Room room;              // for the text of one call
  EMSCRIPTEN_WEBGL_CONTEXT_HANDLE context = 0;
  float width = 0, height = 0, density = 1;
  int pixel_width = 0, pixel_height = 0;
  ImTextureID glyph_texture = 0;   // that upload_glyphs() filled last
  std::uint32_t frames = 0;
  int wanted = 0;
  double last_time = 0;
  bool pending = false, drawing = false, context_lost = false, hidden = false, shown = false;
  bool warm = false;               // laid out once
  bool presents_later = false;     // what was laid out is drawn just before the browser's next paint
  bool differed = false;           // the last picture, from the one before
  bool responding = false;         // the frame that is drawn answers an event, and one more follows when it has been shown
  bool scrolled = false;           // since the last frame
  bool release_pointer = false;    // a finger went up: the pointer leaves the page with the next frame
};

Backend& backend();
// The element, its canvas and context. False: a sentence there says what is missing.
bool open_page(const Options& options, Extension* extension = nullptr);
// What ImGui asks of its platform and renderer; its context is the current one.
void set_up_platform();
void apply_theme();
void add_fonts();
// Of a font's sizes, those that hold all the glyphs that they may begin anew. Between two frames.
void discard_full_sizes();
// Puts glyphs that cannot be read back into the texture, which has to exist; all of them when it is a new one.
void upload_glyphs();
void set_up_input();
void draw_frame(double time);
// The two halves of a frame whose program has a loop of its own: before and after its pass.
void begin_frame(double time);
void end_frame();
// Draws inside the event: what the user does next belongs to what this one changes.
void respond();
// When the browser has painted what the event changed by itself.
void respond_after_paint();

}  // namespace imgui_web

// The JavaScript side, js/*.js. Strings go as pointer and length, UTF-8.
extern "C" {
int imgui_web_open(const char* element, int length);
void imgui_web_fail(const char* element, int element_length, const char* message, int length);
int imgui_web_take_over();  // js/early.js
void imgui_web_first_frame();
void imgui_web_set_context_lost(int lost);
void imgui_web_set_timer(double milliseconds);
void imgui_web_request_show();
void imgui_web_request_show_after_paint();
void imgui_web_set_title(const char* text, int length);
void imgui_web_copy(const char* text, int length);
void imgui_web_set_address(const char* url, int length, int push);
void imgui_web_go_back();
void imgui_web_query(const char* name, int length);  // the value comes into the room
void imgui_web_set_cursor(int cursor);
void imgui_web_set_colors(unsigned page, unsigned text, unsigned muted, unsigned selection, int dark);  // 0xRRGGBB
void imgui_web_announce(const char* text, int length, int assertive);
}
