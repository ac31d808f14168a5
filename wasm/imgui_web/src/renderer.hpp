// Draws Dear ImGui's lists with WebGL 2, of each frame only what differs from the last. The context is nobody else's: it keeps
// what was drawn, and its state is set once and never asked for, since each answer would wait for the graphics process.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <vector>

namespace imgui_web {

class Renderer {
 public:
  /// In a context that has just been created or restored. Draws everything anew.
  void start();
  /// The context is lost, and with it all that was in it.
  void forget();
  /// Brings to the context what ImGui changed in its textures. Also for a frame that is not drawn.
  void update_textures();
  /// A frame of so many device pixels over `page`. What equals the last frame is left on the screen as it is. False: all of it.
  bool draw(const ImDrawData& data, ImVec4 page, int width, int height);
  /// What is on the screen is gone, or something in a texture changed unseen: the next frame is drawn as a whole.
  void invalidate() { shown_.clear(); }

 private:
  unsigned program_ = 0, array_ = 0, vertices_ = 0, indices_ = 0;
  bool program_used_ = false;
  std::vector<std::uint64_t> shown_, next_;  // one hash for each tile of the screen; shown_ is empty when that is unknown
};

}  // namespace imgui_web
