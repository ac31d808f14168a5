// What the canvas shows: whether a frame would change it.
//
//   if (picture.take(draw_data, page_color)) draw();   // false: the canvas shows exactly this already
//   picture.forget();                                  // it lost its content, or a texture got another one
#pragma once

#include <cstdint>

struct ImDrawData;

namespace imgui_web {

// Most frames change nothing: each key and each move of the mouse has some. Two that differ are taken for equal once in
// 2^64 times.
class Picture {
 public:
  // Notes it as what is shown from now on; whether that is anything new.
  bool take(const ImDrawData& data, std::uint32_t page_color);
  void forget() { known_ = false; }

 private:
  bool known_ = false;
  std::uint64_t digest_ = 0;
};

}  // namespace imgui_web
