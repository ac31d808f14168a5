// Bytes in hexadecimal and as letters, eight or sixteen to a line. Internal.
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

// The least width that has room for eight to a line.
float least_hex_width(semantic::Ui& ui);
HexResult hex_view(semantic::Ui& ui, wasmqtt::Bytes bytes, const HexMarks& marks);

}  // namespace chat_view
