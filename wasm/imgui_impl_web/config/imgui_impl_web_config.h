// Dear ImGui's compile-time configuration for wasmqtt::imgui_impl_web: all of it, as it is published.
#pragma once

// The hooks that tell of each item.
#define IMGUI_ENABLE_TEST_ENGINE

// Emoji lie above U+FFFF.
#define IMGUI_USE_WCHAR32

// WebGL 2 has no vertex offset to draw a long list in parts.
#define ImDrawIdx unsigned int
