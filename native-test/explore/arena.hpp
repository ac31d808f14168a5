// The memory of one world, which can be copied and put back: everything that is allocated within a Scope lies in one piece
// at one address, so that pointers in it stay right.
//
//   { Arena::Scope scope; world = new World; }
//   Arena::Image image; Arena::save(image);
//   { Arena::Scope scope; world->perform(...); }
//   Arena::restore(image);                                // nothing has happened
//
// It replaces operator new and delete of the program. Under AddressSanitizer, whose own heap sees more, there is none of it,
// and worlds are made again by repeating what happened.
#pragma once

#include <cstddef>
#include <vector>

namespace wasmqtt::explore {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool has_arena = false;
#elif defined(__has_feature)
inline constexpr bool has_arena = !__has_feature(address_sanitizer);
#else
inline constexpr bool has_arena = true;
#endif

class Arena {
 public:
  // Of one thread, for there is one arena in a process.
  class Scope {
   public:
    Scope();
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
  };
  struct Image {
    std::vector<unsigned char> bytes;
  };
  static void save(Image& image);
  static void restore(const Image& image);
  static void clear();  // what lies in it is gone, without destructors
  static std::size_t size();
};

}  // namespace wasmqtt::explore
