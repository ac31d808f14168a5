// How many bytes of answers lie in the output: what a peer that keeps sending without reading would make grow without end.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wasmqtt {

// Never fewer than there are, and at most twice as many as there have been at once: kept as two sums, of which the older is
// dropped when the output has been consumed beyond it, so that no list of positions is needed.
class UnreadAnswers {
 public:
  // One more answer is about to be appended to an output whose unconsumed part is [begin, end) of the stream.
  void add(std::size_t bytes, std::uint64_t begin, std::uint64_t end) {
    if (begin == end) older_ = newer_ = 0;
    if (begin >= older_until_) {
      older_ = newer_;
      newer_ = 0;
      older_until_ = end;
    }
    newer_ += bytes;
  }
  std::size_t bytes() const { return older_ + newer_; }
  void clear() { *this = {}; }

 private:
  std::size_t older_ = 0;
  std::size_t newer_ = 0;
  std::uint64_t older_until_ = 0;  // position in the stream
};

}  // namespace wasmqtt
