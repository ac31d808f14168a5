#include "damage.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace imgui_web {

namespace {

constexpr int tile = 64;

int tiles_across(const PixelRect& screen) { return (screen.right + tile - 1) / tile; }
int tiles_down(const PixelRect& screen) { return (screen.bottom + tile - 1) / tile; }

void mix(std::uint64_t& hash, std::uint64_t value) {
  hash = (hash ^ value) * 0xD6E8FEB86659FD93ull;
  hash ^= hash >> 32;
}

void mix_bytes(std::uint64_t& hash, const void* data, std::size_t size) {
  const auto* at = static_cast<const unsigned char*>(data);
  for (const auto* const end = at + size; at < end; at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, std::min(sizeof word, static_cast<std::size_t>(end - at)));
    mix(hash, word);
  }
}

struct Tiles {
  std::vector<std::uint64_t>& hashes;
  int across;

  void add(const PixelRect& r, std::uint64_t hash) const {
    for (int y = r.top / tile; y <= (r.bottom - 1) / tile; ++y)
      for (int x = r.left / tile; x <= (r.right - 1) / tile; ++x)
        mix(hashes[static_cast<std::size_t>(y * across + x)], hash);
  }
};

// A triangle's pixels, and a pixel around them: where an edge falls between two is the graphics card's decision.
PixelRect box_of(const ImVec2 (&p)[3], ImVec2 density) {
  const auto [left, right] = std::minmax({p[0].x, p[1].x, p[2].x});
  const auto [top, bottom] = std::minmax({p[0].y, p[1].y, p[2].y});
  return {static_cast<int>(std::floor(left * density.x)) - 1, static_cast<int>(std::floor(top * density.y)) - 1,
          static_cast<int>(std::ceil(right * density.x)) + 1, static_cast<int>(std::ceil(bottom * density.y)) + 1};
}

}  // namespace

PixelRect PixelRect::operator&(const PixelRect& other) const {
  return {std::max(left, other.left), std::max(top, other.top), std::min(right, other.right), std::min(bottom, other.bottom)};
}

PixelRect clip_of(const ImDrawCmd& command, ImVec2 density, const PixelRect& screen) {
  const ImVec4& c = command.ClipRect;
  return PixelRect{static_cast<int>(c.x * density.x), static_cast<int>(c.y * density.y), static_cast<int>(c.z * density.x),
                   static_cast<int>(c.w * density.y)} & screen;
}

void hash_tiles(const ImDrawData& data, ImU32 page, const PixelRect& screen, std::vector<std::uint64_t>& tiles) {
  const int across = tiles_across(screen);
  tiles.assign(static_cast<std::size_t>(across * tiles_down(screen)), page + 1ull);
  const Tiles all{tiles, across};
  for (const ImDrawList* list : data.CmdLists) {
    each_command(*list, [&](const ImDrawCmd& command) {
      const PixelRect clip = clip_of(command, data.FramebufferScale, screen);
      if (clip.empty()) return;
      std::uint64_t start = static_cast<std::uint64_t>(command.GetTexID());
      mix_bytes(start, &clip, sizeof clip);
      const ImDrawIdx* const indices = list->IdxBuffer.Data + command.IdxOffset;
      for (unsigned i = 0; i + 2 < command.ElemCount; i += 3) {
        std::uint64_t hash = start;
        ImVec2 points[3];
        for (unsigned k = 0; k < 3; ++k) {
          const ImDrawVert& vertex = list->VtxBuffer.Data[indices[i + k]];
          mix_bytes(hash, &vertex, sizeof vertex);
          points[k] = vertex.pos;
        }
        if (const PixelRect box = box_of(points, data.FramebufferScale) & clip; !box.empty()) all.add(box, hash);
      }
    });
  }
}

PixelRect difference(const std::vector<std::uint64_t>& before, const std::vector<std::uint64_t>& after, const PixelRect& screen) {
  if (before.size() != after.size()) return screen;
  const int across = tiles_across(screen);
  PixelRect found{screen.right, screen.bottom, 0, 0};
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (before[i] == after[i]) continue;
    const int x = static_cast<int>(i) % across * tile, y = static_cast<int>(i) / across * tile;
    found = {std::min(found.left, x), std::min(found.top, y), std::max(found.right, x + tile), std::max(found.bottom, y + tile)};
  }
  return found & screen;
}

}  // namespace imgui_web
