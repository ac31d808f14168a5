// Bytes and text between JavaScript and the WebAssembly heap.
//
// From JavaScript: the C++ object owns a Room and hands its address over; JavaScript fills it and calls.
//
//   WasmqttBorder.place(room, [bytes, more]);      // js/border.js; or placeText(room, text)
//   _my_library_received(self);
//
//   void received(My* self) { self->use(self->room.bytes()); }
//
// To JavaScript: an address and a size in bytes, which WasmqttBorder.bytes(), .text() or .exactText() read in that call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace wasmqtt {

// Where JavaScript places bytes for C++. Movable, not copyable; its address has to stay where JavaScript knows it.
class Room {
 public:
  // Takes room for `size` bytes and returns its address; what lay there is lost. The heap may grow and move by this, so
  // JavaScript looks at the heap afterwards: js/border.js is its only caller there.
  std::uint8_t* make(std::size_t size);

  // What was placed last; valid until the next make(), release() or move.
  std::span<const std::uint8_t> bytes() const { return {memory_.get(), size_}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(memory_.get()), size_}; }

  // Gives the memory back if it is more than `kept` bytes; otherwise the next make() uses it again.
  void release(std::size_t kept = 0);

 private:
  std::unique_ptr<std::uint8_t[]> memory_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace wasmqtt
