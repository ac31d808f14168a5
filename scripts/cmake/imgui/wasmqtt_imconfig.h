// Dear ImGui's compile-time configuration, the same for every layer (IMGUI_USER_CONFIG).
#pragma once

// Emoji lie above U+FFFF.
#define IMGUI_USE_WCHAR32

// A long message and its packet are more than 65,536 vertices, and WebGL2 has no vertex offset to draw them in parts.
#define ImDrawIdx unsigned int

// Only the current names, so that newer versions keep compiling.
#define IMGUI_DISABLE_OBSOLETE_FUNCTIONS

// A page has no files and no shell; the browser owns links and storage.
#define IMGUI_DISABLE_FILE_FUNCTIONS
#define IMGUI_DISABLE_DEFAULT_SHELL_FUNCTIONS

// Developer windows that no user sees would be a third of the download.
#define IMGUI_DISABLE_DEMO_WINDOWS
#define IMGUI_DISABLE_DEBUG_TOOLS

#ifdef __EMSCRIPTEN__
// The browser draws the glyphs: with this option Dear ImGui gets its rasteriser from ImGuiFreeType::GetFontLoader(), which
// imgui_web implements, and neither stb_truetype nor a font is part of the download.
#define IMGUI_DISABLE_DEFAULT_FONT
#define IMGUI_ENABLE_FREETYPE
#endif
