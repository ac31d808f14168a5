#include "picture.hpp"

#include <imgui.h>

#include <cstring>
#include <utility>

namespace imgui_web {
namespace {

class Digest {
 public:
  void add(const void* data, std::size_t size) {
    const auto* at = static_cast<const char*>(data);
    std::uint64_t word = 0;
    for (; size >= sizeof word; at += sizeof word, size -= sizeof word) {
      std::memcpy(&word, at, sizeof word);
      mix(word);
    }
    word = size;
    std::memcpy(&word, at, size);
    mix(word);
  }
  template <class T>
  void add(const ImVector<T>& all) {
    add(all.Data, static_cast<std::size_t>(all.size_in_bytes()));
  }
  std::uint64_t value() const { return value_; }

 private:
  void mix(std::uint64_t word) {
    value_ = (value_ ^ word) * 0x9e37'79b9'7f4a'7c15u;
    value_ ^= value_ >> 29;
  }

  std::uint64_t value_ = 0;
};

}  // namespace

bool Picture::take(const ImDrawData& data, std::uint32_t page_color) {
  Digest digest;
  digest.add(&page_color, sizeof page_color);
  digest.add(&data.DisplaySize, sizeof data.DisplaySize);
  digest.add(&data.FramebufferScale, sizeof data.FramebufferScale);
  for (const ImDrawList* list : data.CmdLists) {
    digest.add(list->VtxBuffer);
    digest.add(list->IdxBuffer);
    for (const ImDrawCmd& command : list->CmdBuffer) {
      const std::uint64_t rest[] = {command.GetTexID(), command.VtxOffset, command.IdxOffset, command.ElemCount};
      digest.add(&command.ClipRect, sizeof command.ClipRect);
      digest.add(rest, sizeof rest);
    }
  }
  const std::uint64_t before = std::exchange(digest_, digest.value());
  return !std::exchange(known_, true) || before != digest_;
}

}  // namespace imgui_web
