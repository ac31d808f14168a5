#include "arena.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

namespace wasmqtt::explore {
namespace {

constexpr std::size_t room = std::size_t{64} << 20;  // addresses; memory only as far as it is used
constexpr std::size_t grain = 16;
constexpr std::size_t small_classes = 64;     // up to 1 KiB, in steps of the grain
constexpr std::size_t classes = small_classes + 16;  // then powers of two
// The client's slabs for messages, of which small worlds use the beginning. What lies behind it stays zero, which
// clear() proves.
constexpr std::size_t slab = 64 * 1024;
constexpr std::size_t slab_used = 4096;
constexpr std::size_t most_slabs = 8;

struct Free {
  Free* next;
};

// At the beginning of the arena: it is copied with the rest.
struct Head {
  std::size_t end;
  std::size_t slabs;
  Free* free[classes];
  Free* free_slabs;
};

unsigned char* base = nullptr;
unsigned char* slabs_base = nullptr;
bool active = false;

Head& head() { return *reinterpret_cast<Head*>(base); }

[[noreturn]] void give_up(const char* why) {
  std::fputs(why, stderr);
  std::abort();
}

std::size_t class_of(std::size_t size) {
  if (size <= small_classes * grain) return (size + grain - 1) / grain - 1;
  std::size_t number = small_classes;
  for (std::size_t most = 2 * small_classes * grain; most < size; most *= 2) ++number;
  return number;
}

std::size_t size_of_class(std::size_t number) {
  if (number < small_classes) return (number + 1) * grain;
  return (2 * small_classes * grain) << (number - small_classes);
}

void prepare() {
  if (base == nullptr) {
    void* const all = mmap(nullptr, room + most_slabs * slab, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED) give_up("no memory for worlds\n");
    base = static_cast<unsigned char*>(all);
    slabs_base = base + room;
  }
  if (head().end == 0) head().end = (sizeof(Head) + grain - 1) / grain * grain;
}

void* take_slab() {
  if (Free* const free = head().free_slabs) {
    head().free_slabs = free->next;
    return free;
  }
  if (head().slabs == most_slabs) give_up("a world has too many slabs\n");
  return slabs_base + slab * head().slabs++;
}

[[maybe_unused]] void* take(std::size_t size) {
  if (size == slab) return take_slab();
  const std::size_t number = class_of(size == 0 ? 1 : size);
  if (number >= classes) give_up("a world asks for too much memory\n");
  if (Free* const free = head().free[number]) {
    head().free[number] = free->next;
    return free;
  }
  // The class stands in front of the block.
  const std::size_t whole = grain + size_of_class(number);
  if (head().end + whole > room) give_up("a world has too much memory\n");
  unsigned char* const block = base + head().end;
  head().end += whole;
  *reinterpret_cast<std::size_t*>(block) = number;
  return block + grain;
}

[[maybe_unused]] bool owns(const void* pointer) {
  const auto* const byte = static_cast<const unsigned char*>(pointer);
  return base != nullptr && byte >= base && byte < base + room + most_slabs * slab;
}

[[maybe_unused]] void give_back(void* pointer) {
  Free* const free = static_cast<Free*>(pointer);
  if (static_cast<unsigned char*>(pointer) >= slabs_base) {
    free->next = head().free_slabs;
    head().free_slabs = free;
    return;
  }
  const std::size_t number = *reinterpret_cast<std::size_t*>(static_cast<unsigned char*>(pointer) - grain);
  free->next = head().free[number];
  head().free[number] = free;
}

}  // namespace

Arena::Scope::Scope() {
  prepare();
  active = has_arena;
}
Arena::Scope::~Scope() { active = false; }

void Arena::save(Image& image) {
  const std::size_t end = head().end, slabs = head().slabs;
  if (image.bytes.size() < end + slabs * slab_used) image.bytes.resize(end + slabs * slab_used);
  std::memcpy(image.bytes.data(), base, end);
  for (std::size_t i = 0; i < slabs; ++i) std::memcpy(image.bytes.data() + end + i * slab_used, slabs_base + i * slab, slab_used);
}

void Arena::restore(const Image& image) {
  const Head& saved = *reinterpret_cast<const Head*>(image.bytes.data());
  const std::size_t end = saved.end, slabs = saved.slabs;
  std::memcpy(base, image.bytes.data(), end);
  for (std::size_t i = 0; i < slabs; ++i) std::memcpy(slabs_base + i * slab, image.bytes.data() + end + i * slab_used, slab_used);
}

void Arena::clear() {
  prepare();
  for (std::size_t i = 0; i < most_slabs; ++i) {
    for (const unsigned char* byte = slabs_base + i * slab + slab_used; byte != slabs_base + (i + 1) * slab; ++byte) {
      if (*byte != 0) give_up("a world uses more of its slab than is saved\n");
    }
  }
  std::memset(base, 0, sizeof(Head));
  prepare();
}

std::size_t Arena::size() { return head().end + head().slabs * slab_used; }

}  // namespace wasmqtt::explore

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WASMQTT_NO_ARENA
#endif
#endif
#if !defined(WASMQTT_NO_ARENA) && !defined(__SANITIZE_ADDRESS__)

void* operator new(std::size_t size) {
  if (wasmqtt::explore::active) return wasmqtt::explore::take(size);
  void* const block = std::malloc(size == 0 ? 1 : size);
  if (block == nullptr) std::abort();
  return block;
}
void* operator new[](std::size_t size) { return ::operator new(size); }
void operator delete(void* pointer) noexcept {
  if (pointer == nullptr) return;
  if (wasmqtt::explore::owns(pointer)) wasmqtt::explore::give_back(pointer);
  else std::free(pointer);
}
void operator delete[](void* pointer) noexcept { ::operator delete(pointer); }
void operator delete(void* pointer, std::size_t) noexcept { ::operator delete(pointer); }
void operator delete[](void* pointer, std::size_t) noexcept { ::operator delete(pointer); }

#endif
