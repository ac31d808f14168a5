#include "wasmqtt/border.hpp"

#include <emscripten.h>

extern "C" EMSCRIPTEN_KEEPALIVE std::uint8_t* wasmqtt_border_make(wasmqtt::Room* room, std::size_t size) {
  return room->make(size);
}

namespace wasmqtt {

std::uint8_t* Room::make(std::size_t size) {
  if (size > capacity_) {
    memory_.reset();  // first: both at once may not fit
    memory_.reset(new std::uint8_t[size]);
    capacity_ = size;
  }
  size_ = size;
  return memory_.get();
}

void Room::release(std::size_t kept) {
  if (capacity_ <= kept) return;
  memory_.reset();
  size_ = capacity_ = 0;
}

}  // namespace wasmqtt
