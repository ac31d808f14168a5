#include "imgui_impl_web.h"

#include "keys.hpp"
#include "program.hpp"

#include <misc/freetype/imgui_freetype.h>

#include <utility>

extern "C" void imgui_impl_web_prepare();

namespace {

using imgui_impl_web::Mark;
using imgui_web::backend;

imgui_impl_web::Program* program = nullptr;
constexpr float default_size = 15;

ImFont* add_font(float size, bool merged, ImFont* into) {
  ImFontConfig config;
  config.FontLoader = ImGuiFreeType::GetFontLoader();
  config.FontLoaderFlags = imgui_web::centered_lines;
  config.SizePixels = size;
  config.MergeMode = merged;
  config.DstFont = into;
  ImStrncpy(config.Name, "browser", sizeof config.Name);
  return ImGui::GetIO().Fonts->AddFont(&config);
}

// What a font of the program lacks, the browser draws.
void complete_fonts() {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  if (atlas.Fonts.empty()) add_font(default_size, false, nullptr);
  for (ImFont* const font : atlas.Fonts)
    if (font->Sources.back()->FontLoader != ImGuiFreeType::GetFontLoader()) add_font(font->LegacySize > 0 ? font->LegacySize : default_size, true, font);
}

}  // namespace

bool ImGui_ImplWeb_Init(const char* element_id) {
  IM_ASSERT(!program && "ImGui_ImplWeb_Init() was called twice");
  imgui_impl_web_prepare();
  program = new imgui_impl_web::Program;
  if (!imgui_web::open_page({.element = element_id}, program)) {
    delete std::exchange(program, nullptr);
    return false;
  }
  imgui_web::set_up_platform();
  ImGuiIO& io = ImGui::GetIO();
  io.BackendPlatformName = io.BackendRendererName = "imgui_impl_web";
  io.ConfigWindowsMoveFromTitleBarOnly = true;
  io.IniFilename = nullptr;
  program->start();
  return true;
}

void ImGui_ImplWeb_Shutdown() {
  if (!program) return;
  program->stop();
  backend().extension = nullptr;
  backend().renderer.forget();
  delete program;
  program = nullptr;
}

void ImGui_ImplWeb_NewFrame() {
  IM_ASSERT(program && "ImGui_ImplWeb_Init() comes first");
  if (!backend().drawing) imgui_web::begin_frame(emscripten_get_now());
  complete_fonts();
  program->new_frame();
}

void ImGui_ImplWeb_RenderDrawData(ImDrawData* data) {
  program->render(*data);
  if (!backend().drawing) imgui_web::end_frame();
}

void ImGui_ImplWeb_SetMainLoop(void (*frame)(void*), void* user) {
  program->frame = [frame, user] { frame(user); };
  imgui_web::want(2);
}

void ImGui_ImplWeb_WantFrames(int count) { imgui_web::want(count); }
void ImGui_ImplWeb_SetClearColor(const ImVec4& color) { program->set_clear_color(color); }
ImFont* ImGui_ImplWeb_AddFont(float size_pixels) { return add_font(size_pixels, false, nullptr); }
void ImGui_ImplWeb_NameItem(const char* name) { program->name_last_item(name); }
void ImGui_ImplWeb_DescribeItem(const char* description) { program->told().of_last_item().description = description; }
void ImGui_ImplWeb_SetItemPurpose(const char* autocomplete) { program->told().of_last_item().purpose = autocomplete; }
void ImGui_ImplWeb_NameTable(const char* name) { program->told().name_table(name); }

void ImGui_ImplWeb_SetItemRange(float min, float max) {
  imgui_impl_web::ItemFacts& facts = program->told().of_last_item();
  facts.min = min;
  facts.max = max;
}

void ImGui_ImplWeb_SetItemChecked(bool checked) {
  imgui_impl_web::ItemFacts& facts = program->told().of_last_item();
  facts.checkable = true;
  facts.checked = checked;
}

void ImGui_ImplWeb_SetItemValue(const char* text) {
  imgui_impl_web::ItemFacts& facts = program->told().of_last_item();
  facts.has_value = true;
  facts.value = text;
}

void ImGui_ImplWeb_NameProgress(const char* name, float fraction) {
  program->told().mark_last(Mark::What::progress, name).fraction = fraction;
}

void ImGui_ImplWeb_Text(const char* text, int heading_level) {
  const unsigned first = imgui_impl_web::Recorder::vertex();
  ImGui::TextUnformatted(text);
  Mark& mark = program->told().mark_last(Mark::What::text, text);
  mark.first = first;
  mark.heading = heading_level;
}

void ImGui_ImplWeb_Announce(const char* text, bool assertive) {
  backend().ui.announce(text, assertive ? semantic::Politeness::assertive : semantic::Politeness::polite);
}

extern "C" {
EMSCRIPTEN_KEEPALIVE int imgui_impl_web_may_pan_over(float x, float y) { return program && program->may_pan_over({x, y}); }
EMSCRIPTEN_KEEPALIVE int imgui_impl_web_on_pan_begin(float x, float y) { return program && program->begin_pan({x, y}); }

EMSCRIPTEN_KEEPALIVE void imgui_impl_web_on_pan(float x, float y) {
  if (program) program->pan({x, y});
}

EMSCRIPTEN_KEEPALIVE int imgui_impl_web_on_scroll_key(semantic::Id id, float lines, float pages, float lengths) {
  return program && program->scroll(id, lines, pages, lengths);
}

EMSCRIPTEN_KEEPALIVE int imgui_impl_web_on_field_key(semantic::Id id, int key) {
  constexpr ImGuiKey keys[] = {ImGuiKey_Tab, ImGuiKey_UpArrow, ImGuiKey_DownArrow};
  return program && program->take_field_key(id, keys[key]);
}
}
