// Bytes in hexadecimal and as letters, as many to a line as there is room for. Internal.
#pragma once

#include "semantic/semantic.hpp"
#include "wasmqtt/types.hpp"

namespace chat_view {

struct HexMarks {
  std::size_t begin = 0, end = 0;  // marked
  int byte = -1;                   // framed
};
struct HexResult {
  int pointed = -1;  // the byte under the pointer
  bool clicked = false;
};

// The width of what hex_view() makes of this room; it is at least that of eight bytes to a line.
float hex_width(semantic::Ui& ui, float room);
HexResult hex_view(semantic::Ui& ui, wasmqtt::Bytes bytes, const HexMarks& marks);

}  // namespace chat_view
