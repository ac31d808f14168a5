#include "backend.hpp"

#include <imgui.h>
#include <imgui_internal.h>
#include <misc/freetype/imgui_freetype.h>

#include <GLES3/gl3.h>

#include <cmath>
#include <utility>
#include <vector>

extern "C" {
// Cuts text into (code point, begin, end) triples; returns their number, at most `capacity`.
int imgui_web_shape(const char* text, int length, std::uint32_t* out, int capacity);
// metrics: advance, left, top, colour; returns width | height << 16 of the image, 0: nothing to draw.
// `font`: as font_number().
int imgui_web_measure_glyph(std::uint32_t codepoint, int font, float pixels, float* metrics);
int imgui_web_draw_glyph(unsigned char* rgba, int capacity, float* metrics);
void imgui_web_font_metrics(int font, float pixels, float* ascent_descent);
// False: what is drawn cannot be read back, and goes from the canvas straight into the texture.
int imgui_web_glyphs_readable();
int imgui_web_is_colored(std::uint32_t codepoint);
void imgui_web_upload_glyph(int x, int y);
}

namespace imgui_web {

namespace {

// Code points that draw the same wherever they stand. All others are left to the browser's shaper.
bool is_simple(std::uint32_t c) {
  if (c < 0x300) return true;
  if (c >= 0x370 && c < 0x483) return true;       // Greek, Cyrillic
  if (c >= 0x48A && c < 0x590) return true;       // Cyrillic, Armenian
  if (c >= 0x1E00 && c < 0x200B) return true;     // Latin extended, Greek extended, spaces
  if (c >= 0x2010 && c < 0x20D0 && !(c >= 0x2028 && c < 0x2030)) return true;
  if (c >= 0x2100 && c < 0x2E80) return false;    // symbols may be emoji with a selector
  if (c >= 0x2E80 && c < 0x302A) return true;
  if (c >= 0x3030 && c < 0x3099) return true;     // kana without combining marks
  if (c >= 0x309B && c < 0xA4D0) return true;     // CJK
  if (c >= 0xAC00 && c < 0xD7A4) return true;     // Hangul syllables
  return (c >= 0xF900 && c < 0xFB00) || (c >= 0xFF00 && c < 0xFFF0) || (c >= 0x20000 && c < 0x40000);
}

// A glyph that is in the texture only: Dear ImGui's own copy of its pixels is empty.
struct UnreadGlyph {
  std::uint32_t codepoint;
  int font;
  float pixels;
  ImFontAtlasRectId rect;
  bool uploaded;
};
std::vector<UnreadGlyph> unread;

bool contains_glyph(ImFontAtlas*, ImFontConfig*, ImWchar c) { return c >= 32; }

// Dear ImGui counts the glyphs of one size with 16 bits, and a loader that has them all would let it come to an end: by its demo's
// "Load all", or by years of other people's words. What a screen can show at once is far less.
bool is_full(const ImFontBaked& baked) { return baked.Glyphs.Size >= 1 << 13 || baked.MetricsTotalSurface >= 1u << 24; }

bool init_baked(ImFontAtlas*, ImFontConfig* source, ImFontBaked* baked, void*) {
  if (source->MergeMode) return true;  // the lines are another font's
  const float density = baked->RasterizerDensity * source->RasterizerDensity;
  float metrics[2];
  imgui_web_font_metrics(static_cast<int>(source->FontNo), baked->Size * density, metrics);
  baked->Ascent = metrics[0] / density;
  if (source->FontLoaderFlags & centered_lines) baked->Ascent = std::round((baked->Size + (metrics[0] - metrics[1]) / density) / 2);
  baked->Descent = -metrics[1] / density;
  return true;
}

bool load_glyph(ImFontAtlas* atlas, ImFontConfig* source, ImFontBaked* baked, void*, ImWchar codepoint,
                ImFontGlyph* glyph, float* advance) {
  if (is_full(*baked)) return false;
  static std::vector<unsigned char> image;  // scratch
  const float density = baked->RasterizerDensity * source->RasterizerDensity;
  float metrics[4];
  const int size = imgui_web_measure_glyph(codepoint, static_cast<int>(source->FontNo), baked->Size * density, metrics);
  if (advance) {
    *advance = metrics[0] / density;
    return true;
  }
  glyph->Codepoint = codepoint;
  glyph->AdvanceX = metrics[0] / density;
  const int width = size & 0xFFFF, height = size >> 16;
  if (size == 0) return true;  // a space
  const bool readable = imgui_web_glyphs_readable();
  if (readable) {
    image.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 4);
    if (!imgui_web_draw_glyph(image.data(), static_cast<int>(image.size()), metrics)) return true;
  }
  const ImFontAtlasRectId id = ImFontAtlasPackAddRect(atlas, width, height);
  if (id == ImFontAtlasRectId_Invalid) return false;
  ImTextureRect* rect = ImFontAtlasPackGetRect(atlas, id);
  glyph->X0 = metrics[1] / density;
  glyph->Y0 = metrics[2] / density + baked->Ascent;
  glyph->X1 = glyph->X0 + static_cast<float>(width) / density;
  glyph->Y1 = glyph->Y0 + static_cast<float>(height) / density;
  glyph->Visible = true;
  glyph->Colored = readable ? metrics[3] != 0 : imgui_web_is_colored(codepoint) != 0;
  glyph->PackId = id;
  if (!readable) {
    unread.push_back({codepoint, static_cast<int>(source->FontNo), baked->Size * density, id, false});
    return true;
  }
  ImFontAtlasBakedSetFontGlyphBitmap(atlas, baked, source, glyph, rect, image.data(), ImTextureFormat_RGBA32, width * 4);
  return true;
}

// A face, drawn so many quarters of a device pixel further to the right.
int font_number(semantic::FontFace face, int quarters) { return static_cast<int>(face) | quarters << 2; }

ImFont* add_font(semantic::FontFace face, const char* name, int quarters = 0) {
  ImFontConfig config;
  config.FontLoader = ImGuiFreeType::GetFontLoader();
  config.FontNo = static_cast<ImU32>(font_number(face, quarters));
  ImStrncpy(config.Name, name, sizeof config.Name);
  return ImGui::GetIO().Fonts->AddFont(&config);
}

ImFontLoader make_loader() {
  ImFontLoader loader;
  loader.Name = "browser";
  loader.FontSrcContainsGlyph = contains_glyph;
  loader.FontBakedInit = init_baked;
  loader.FontBakedLoadGlyph = load_glyph;
  return loader;
}

}  // namespace

}  // namespace imgui_web

// The only rasteriser of the page: see wasmqtt_imconfig.h.
const ImFontLoader* ImGuiFreeType::GetFontLoader() {
  static const ImFontLoader loader = imgui_web::make_loader();
  return &loader;
}

namespace imgui_web {

void add_fonts() {
  semantic::Fonts& fonts = backend().ui.theme().fonts;
  fonts.regular = add_font(semantic::FontFace::regular, "browser regular");
  fonts.semibold = add_font(semantic::FontFace::semibold, "browser semibold");
  fonts.mono = add_font(semantic::FontFace::mono, "browser mono");
  for (const auto face : {semantic::FontFace::regular, semantic::FontFace::semibold, semantic::FontFace::mono})
    for (int quarters = 1; quarters < 4; ++quarters)
      fonts.shifted[static_cast<std::size_t>(face)][static_cast<std::size_t>(quarters - 1)] = add_font(face, "browser, shifted", quarters);
}

void discard_full_sizes() {
  ImFontAtlas* const atlas = ImGui::GetIO().Fonts;
  if (!atlas->Builder) return;
  auto& pool = atlas->Builder->BakedPool;
  for (int i = 0; i < pool.Size; ++i)
    if (!pool[i].WantDestroy && is_full(pool[i])) ImFontAtlasBakedDiscard(atlas, pool[i].ContainerFont, &pool[i]);
}

void upload_glyphs() {
  if (unread.empty()) return;
  ImFontAtlas* atlas = ImGui::GetIO().Fonts;
  const ImTextureID texture = atlas->TexData->GetTexID();
  const bool is_new = std::exchange(backend().glyph_texture, texture) != texture;
  glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(texture));
  glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
  std::erase_if(unread, [&](UnreadGlyph& glyph) {
    const ImTextureRect* rect = ImFontAtlasPackGetRectSafe(atlas, glyph.rect);
    if (!rect) return true;
    if (glyph.uploaded && !is_new) return false;
    float metrics[4];
    if (imgui_web_measure_glyph(glyph.codepoint, glyph.font, glyph.pixels, metrics)) imgui_web_upload_glyph(rect->x, rect->y);
    glyph.uploaded = true;
    backend().renderer.invalidate();
    return false;
  });
}

void BrowserShaper::shape(std::string_view text, std::vector<semantic::Cluster>& out) {
  bool simple = true;
  for (std::size_t at = 0; simple && at < text.size();) simple = is_simple(semantic::decode_utf8(text, at));
  if (simple) return simple_.shape(text, out);
  scratch_.resize(text.size() * 3);  // a cluster has a byte at least
  const int count = imgui_web_shape(text.data(), static_cast<int>(text.size()), scratch_.data(), static_cast<int>(text.size()));
  for (int i = 0; i < count; ++i) {
    const std::uint32_t* cluster = &scratch_[static_cast<std::size_t>(i) * 3];
    out.push_back({cluster[0], cluster[1], cluster[2]});
  }
}

}  // namespace imgui_web
