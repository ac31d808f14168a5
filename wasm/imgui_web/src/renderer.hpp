// Draws Dear ImGui's lists with WebGL 2. The context is nobody else's, so its state is set once and never asked for: each
// answer would wait for the graphics process.
#pragma once

#include <imgui.h>

#include <cstdint>

namespace imgui_web {

class Renderer {
 public:
  /// In a context that has just been created or restored. Draws everything anew.
  void start();
  /// The context is lost, and with it all that was in it.
  void forget();
  /// Brings to the context what ImGui changed in its textures. Also for a frame that is not drawn.
  void update_textures();
  /// A frame of so many device pixels over `page`. One that equals the last is left on the screen as it is.
  void draw(const ImDrawData& data, ImVec4 page, int width, int height);
  /// What is on the screen is gone, or something in a texture changed unseen: the next frame is drawn in any case.
  void invalidate() { last_ = 0; }

 private:
  unsigned program_ = 0, array_ = 0, vertices_ = 0, indices_ = 0;
  std::uint64_t last_ = 0;  // what is on the screen; 0: unknown
};

}  // namespace imgui_web
