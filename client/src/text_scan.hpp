// The common case of text on the wire, eight bytes at a time: ASCII without U+0000.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace wasmqtt {

enum class Wildcards : bool { allowed, refused };

// Gathers pieces of text, and tells whether every byte was 01 to 7F and, where wildcards are refused, neither + nor #.
class TextScan {
 public:
  // A register of 16 bytes where there is one, two words elsewhere. Loops over single words get vectorised by compilers,
  // in a way that suits long texts and makes short ones slow.
  using Piece [[gnu::vector_size(16)]] = std::uint64_t;

  explicit TextScan(Wildcards wildcards) : refuse_(wildcards == Wildcards::refused) {}

  // Adding 7F sets the high bit of each byte but 00. A byte above 7F carries into the next one, but is seen itself.
  void add(Piece piece) {
    seen_ |= piece;
    kept_ &= piece + all(0x7f);
    if (refuse_) kept_ &= ((piece | all(0x08)) ^ all('+')) + all(0x7f);  // # is + without 08
  }
  bool plain() const {
    const Piece bad = seen_ | ~kept_;
    return ((bad[0] | bad[1]) & word(0x80)) == 0;
  }

  static Piece load(const char* at) {
    Piece piece;
    std::memcpy(&piece, at, sizeof piece);
    return piece;
  }
  // Up to 16 bytes; the rest is filled with what is plain.
  static Piece load(const char* at, std::size_t size) {
    Piece piece = all(1);
    if (size >= 8) {
      std::uint64_t words[2];
      std::memcpy(&words[0], at, 8);
      std::memcpy(&words[1], at + size - 8, 8);
      return Piece{words[0], words[1]};
    }
    if (size != 0) std::memcpy(&piece, at, size);
    return piece;
  }

 private:
  static constexpr std::uint64_t word(std::uint64_t byte) { return byte * 0x0101'0101'0101'0101; }
  static constexpr Piece all(std::uint64_t byte) { return Piece{word(byte), word(byte)}; }

  bool refuse_;
  Piece seen_{};
  Piece kept_ = ~Piece{};
};

// False means: look closer.
inline bool is_plain(std::string_view text, Wildcards wildcards) {
  TextScan scan(wildcards);
  const char* at = text.data();
  if (text.size() < 16) {
    scan.add(TextScan::load(at, text.size()));
    return scan.plain();
  }
  const char* const last = at + text.size() - 16;
  for (; at < last; at += 16) scan.add(TextScan::load(at));
  scan.add(TextScan::load(last));
  return scan.plain();
}

}  // namespace wasmqtt
