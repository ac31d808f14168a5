// States that were seen, by their fingerprints, and how deep. Open addressing: nine bytes a place.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace wasmqtt::explore {

class Visited {
 public:
  enum class Seen : std::uint8_t { never, deeper, before };
  // `depth`: of this visit; kept when it is the least.
  Seen insert(std::uint64_t print, std::size_t depth) {
    if (2 * count_ >= prints_.size()) grow();
    const auto capped = static_cast<std::uint8_t>(std::min<std::size_t>(depth, 255));
    const std::size_t place = find(print | (print == 0 ? 1 : 0));
    if (prints_[place] != 0) {
      if (depths_[place] <= capped) return Seen::before;
      depths_[place] = capped;
      return Seen::deeper;
    }
    prints_[place] = print | (print == 0 ? 1 : 0);
    depths_[place] = capped;
    ++count_;
    return Seen::never;
  }
  std::size_t count() const { return count_; }
  void clear() { *this = {}; }

 private:
  std::size_t find(std::uint64_t print) const {
    std::size_t place = static_cast<std::size_t>(print) & (prints_.size() - 1);
    while (prints_[place] != 0 && prints_[place] != print) place = (place + 1) & (prints_.size() - 1);
    return place;
  }
  void grow() {
    Visited larger;
    const std::size_t size = prints_.empty() ? 1024 : prints_.size() * 2;
    larger.prints_.resize(size);
    larger.depths_.resize(size);
    for (std::size_t i = 0; i < prints_.size(); ++i) {
      if (prints_[i] == 0) continue;
      const std::size_t place = larger.find(prints_[i]);
      larger.prints_[place] = prints_[i];
      larger.depths_[place] = depths_[i];
    }
    larger.count_ = count_;
    *this = std::move(larger);
  }

  std::vector<std::uint64_t> prints_;
  std::vector<std::uint8_t> depths_;
  std::size_t count_ = 0;
};

}  // namespace wasmqtt::explore
