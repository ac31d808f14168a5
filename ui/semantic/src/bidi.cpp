#include "bidi.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace semantic::bidi {

namespace {

constexpr int most_levels = 125;     // max_depth, BD2
constexpr std::size_t most_open_brackets = 63;  // BD16
constexpr std::uint32_t unmatched = 0xFFFFFFFF;

using Text = std::span<const std::uint32_t>;

bool is_isolate_initiator(Class c) { return c == Class::LRI || c == Class::RLI || c == Class::FSI; }
bool is_removed(Class c) { return c == Class::BN || (c >= Class::LRE && c <= Class::PDF); }
bool is_strong(Class c) { return c == Class::L || c == Class::R || c == Class::AL; }
bool is_neutral(Class c) {
  return c == Class::B || c == Class::S || c == Class::WS || c == Class::ON || c >= Class::LRI;
}
Class direction_of(int level) { return level & 1 ? Class::R : Class::L; }
// Numbers count as right to left among neutrals (rules N0 to N2).
Class strong_of(Class c) { return c == Class::EN || c == Class::AN ? Class::R : c; }

// Rules P2 and P3 from `begin` up to `end`, or to the PDI that ends an isolate that begins before `begin`.
std::uint8_t first_strong(std::span<const Class> classes, std::size_t begin, bool in_isolate) {
  int depth = 0;
  for (std::size_t i = begin; i < classes.size(); ++i) {
    const Class c = classes[i];
    if (is_isolate_initiator(c)) {
      ++depth;
    } else if (c == Class::PDI) {
      if (depth > 0) --depth;
      else if (in_isolate) return 0;
    } else if (depth == 0 && is_strong(c)) {
      return c == Class::L ? 0 : 1;
    }
  }
  return 0;
}

// One paragraph.
class Paragraph {
 public:
  Paragraph(Text text, std::span<const Class> classes, std::uint8_t base, std::span<std::uint8_t> levels)
      : text_(text), original_(classes), base_(base), levels_(levels), classes_(classes.begin(), classes.end()) {}

  void resolve() {
    match_isolates();
    explicit_levels();
    for_each_sequence();
    reset_whitespace();
    fill_removed();
  }

 private:
  struct Embedding {
    std::uint8_t level;
    Class override_class;  // ON: none
    bool isolate;
  };

  // BD9.
  void match_isolates() {
    match_.assign(text_.size(), unmatched);
    std::vector<std::uint32_t> open;
    for (std::uint32_t i = 0; i < text_.size(); ++i) {
      if (is_isolate_initiator(original_[i])) {
        open.push_back(i);
      } else if (original_[i] == Class::PDI && !open.empty()) {
        match_[i] = open.back();
        match_[open.back()] = i;
        open.pop_back();
      }
    }
  }

  // Rules X1 to X8.
  void explicit_levels() {
    std::array<Embedding, most_levels + 2> stack;
    std::size_t depth = 0;
    stack[0] = {base_, Class::ON, false};
    int overflowing_isolates = 0, overflowing_embeddings = 0, valid_isolates = 0;
    const auto top = [&]() -> const Embedding& { return stack[depth]; };
    const auto next_level = [&](bool rtl) { return rtl ? (top().level + 1) | 1 : (top().level + 2) & ~1; };
    const auto place = [&](std::size_t i) {
      levels_[i] = top().level;
      if (top().override_class != Class::ON) classes_[i] = top().override_class;
    };
    for (std::size_t i = 0; i < text_.size(); ++i) {
      const Class c = original_[i];
      if (c == Class::B) {
        levels_[i] = base_;
      } else if (c >= Class::LRE && c <= Class::RLO) {
        levels_[i] = top().level;
        const int level = next_level(c == Class::RLE || c == Class::RLO);
        const Class forced = c == Class::LRO ? Class::L : c == Class::RLO ? Class::R : Class::ON;
        if (level <= most_levels && overflowing_isolates == 0 && overflowing_embeddings == 0)
          stack[++depth] = {static_cast<std::uint8_t>(level), forced, false};
        else if (overflowing_isolates == 0)
          ++overflowing_embeddings;
      } else if (is_isolate_initiator(c)) {
        place(i);
        const bool full = overflowing_isolates > 0 || overflowing_embeddings > 0;
        const bool rtl = c == Class::RLI || (c == Class::FSI && !full && first_strong(original_, i + 1, true) == 1);
        const int level = next_level(rtl);
        if (level <= most_levels && !full) {
          ++valid_isolates;
          stack[++depth] = {static_cast<std::uint8_t>(level), Class::ON, true};
        } else {
          ++overflowing_isolates;
        }
      } else if (c == Class::PDI) {
        if (overflowing_isolates > 0) {
          --overflowing_isolates;
        } else if (valid_isolates > 0) {
          overflowing_embeddings = 0;
          while (!top().isolate) --depth;
          --depth;
          --valid_isolates;
        }
        place(i);
      } else if (c == Class::PDF) {
        levels_[i] = top().level;
        if (overflowing_isolates > 0) continue;
        if (overflowing_embeddings > 0) --overflowing_embeddings;
        else if (!top().isolate && depth > 0) --depth;
      } else if (c != Class::BN) {
        place(i);
      }
    }
  }

  // BD13: the isolating run sequences, each resolved as soon as it is whole.
  void for_each_sequence() {
    std::vector<std::uint32_t> kept;  // what rule X9 leaves
    for (std::uint32_t i = 0; i < text_.size(); ++i)
      if (!is_removed(original_[i])) kept.push_back(i);
    std::vector<std::uint32_t> run_of(text_.size()), starts;  // of level runs, in `kept`
    for (std::uint32_t k = 0; k < kept.size(); ++k) {
      if (k == 0 || levels_[kept[k]] != levels_[kept[k - 1]]) starts.push_back(k);
      run_of[kept[k]] = static_cast<std::uint32_t>(starts.size()) - 1;
    }
    const auto end_of = [&](std::size_t run) {
      return run + 1 < starts.size() ? starts[run + 1] : static_cast<std::uint32_t>(kept.size());
    };
    for (std::size_t first = 0; first < starts.size(); ++first) {
      const std::uint32_t head = kept[starts[first]];
      if (original_[head] == Class::PDI && match_[head] != unmatched) continue;  // goes on an earlier run
      sequence_.clear();
      std::size_t run = first;
      std::uint32_t last = 0;
      for (;;) {
        for (std::uint32_t k = starts[run]; k < end_of(run); ++k) sequence_.push_back(kept[k]);
        last = sequence_.back();
        if (!is_isolate_initiator(original_[last]) || match_[last] == unmatched) break;
        run = run_of[match_[last]];
      }
      const std::uint8_t level = levels_[head];
      const std::uint8_t before = starts[first] > 0 ? levels_[kept[starts[first] - 1]] : base_;
      const bool open_ended = is_isolate_initiator(original_[last]);
      const std::uint8_t after = open_ended || end_of(run) == kept.size() ? base_ : levels_[kept[end_of(run)]];
      sos_ = direction_of(std::max(level, before));
      eos_ = direction_of(std::max(level, after));
      embedding_ = direction_of(level);
      resolve_weak();
      resolve_brackets();
      resolve_neutral();
    }
    for (const std::uint32_t i : kept) levels_[i] = implicit_level(levels_[i], classes_[i]);
  }

  Class& at(std::size_t k) { return classes_[sequence_[k]]; }

  // Rules W1 to W7.
  void resolve_weak() {
    const std::size_t count = sequence_.size();
    Class previous = sos_, strong = sos_;
    for (std::size_t k = 0; k < count; ++k) {  // W1 to W3; W2 asks for AL, so W3 comes with it
      Class& c = at(k);
      if (c == Class::NSM) c = previous >= Class::LRI ? Class::ON : previous;
      previous = c;
      if (is_strong(c)) strong = c;
      if (c == Class::EN && strong == Class::AL) c = Class::AN;
    }
    for (std::size_t k = 0; k < count; ++k)
      if (at(k) == Class::AL) at(k) = Class::R;
    for (std::size_t k = 1; k + 1 < count; ++k) {  // W4
      const Class left = at(k - 1);
      if (left != at(k + 1)) continue;
      if ((at(k) == Class::ES && left == Class::EN) || (at(k) == Class::CS && (left == Class::EN || left == Class::AN)))
        at(k) = left;
    }
    for (std::size_t k = 0; k < count; ++k) {  // W5, W6
      if (at(k) == Class::ET) {
        std::size_t end = k;
        while (end < count && at(end) == Class::ET) ++end;
        const bool beside_number = (k > 0 && at(k - 1) == Class::EN) || (end < count && at(end) == Class::EN);
        for (std::size_t i = k; i < end; ++i) at(i) = beside_number ? Class::EN : Class::ON;
        k = end - 1;
      } else if (at(k) == Class::ES || at(k) == Class::CS) {
        at(k) = Class::ON;
      }
    }
    strong = sos_;
    for (std::size_t k = 0; k < count; ++k) {  // W7
      if (is_strong(at(k))) strong = at(k);
      if (at(k) == Class::EN && strong == Class::L) at(k) = Class::L;
    }
  }

  // BD16 and rule N0.
  void resolve_brackets() {
    struct Open {
      std::uint32_t pair;
      std::size_t at;
    };
    std::vector<Open> open;
    std::vector<std::size_t> closing(sequence_.size(), 0);  // of the pair that opens there
    for (std::size_t k = 0; k < sequence_.size(); ++k) {
      if (at(k) != Class::ON) continue;
      const Bracket found = bracket(text_[sequence_[k]]);
      if (found.pair == 0) continue;
      if (found.opens) {
        if (open.size() == most_open_brackets) {
          std::fill(closing.begin(), closing.end(), std::size_t{0});
          break;
        }
        open.push_back({found.pair, k});
        continue;
      }
      for (std::size_t i = open.size(); i-- > 0;) {
        if (open[i].pair != found.pair) continue;
        closing[open[i].at] = k;
        open.resize(i);
        break;
      }
    }
    for (std::size_t k = 0; k < closing.size(); ++k)
      if (closing[k] != 0) resolve_pair(k, closing[k]);
  }

  void resolve_pair(std::size_t begin, std::size_t end) {
    bool opposite = false;
    Class found = Class::ON;
    for (std::size_t k = begin + 1; k < end && found == Class::ON; ++k) {
      const Class strong = strong_of(at(k));
      if (strong == embedding_) found = embedding_;
      else if (is_strong(strong)) opposite = true;
    }
    if (found == Class::ON && opposite) {
      Class context = sos_;
      for (std::size_t k = begin; k-- > 0;) {
        const Class strong = strong_of(at(k));
        if (!is_strong(strong)) continue;
        context = strong;
        break;
      }
      found = context;  // the opposite where both say so, else the embedding direction: which is what context then is
    }
    if (found == Class::ON) return;
    set_bracket(begin, found);
    set_bracket(end, found);
  }

  // With what was a nonspacing mark on it.
  void set_bracket(std::size_t k, Class c) {
    at(k) = c;
    while (++k < sequence_.size() && original_[sequence_[k]] == Class::NSM) at(k) = c;
  }

  // Rules N1 and N2.
  void resolve_neutral() {
    const std::size_t count = sequence_.size();
    for (std::size_t k = 0; k < count; ++k) {
      if (!is_neutral(at(k))) continue;
      std::size_t end = k;
      while (end < count && is_neutral(at(end))) ++end;
      const Class before = k > 0 ? strong_of(at(k - 1)) : sos_;
      const Class after = end < count ? strong_of(at(end)) : eos_;
      for (std::size_t i = k; i < end; ++i) at(i) = before == after ? before : embedding_;
      k = end - 1;
    }
  }

  // Rules I1 and I2.
  static std::uint8_t implicit_level(std::uint8_t level, Class c) {
    if (level & 1) return static_cast<std::uint8_t>(level + (c == Class::R ? 0 : 1));
    return static_cast<std::uint8_t>(level + (c == Class::L ? 0 : c == Class::R ? 1 : 2));
  }

  // Rule L1, the end of the paragraph included; the ends of its lines are whoever breaks them to do.
  void reset_whitespace() {
    bool trailing = true;
    for (std::size_t i = text_.size(); i-- > 0;) {
      const Class c = original_[i];
      if (c == Class::S || c == Class::B) trailing = true;
      else if (!is_removed(c) && c != Class::WS && c < Class::LRI) trailing = false;
      if (trailing) levels_[i] = base_;
    }
  }

  void fill_removed() {
    for (std::size_t i = 0; i < text_.size(); ++i)
      if (is_removed(original_[i])) levels_[i] = i > 0 ? levels_[i - 1] : base_;
  }

  Text text_;
  std::span<const Class> original_;
  std::uint8_t base_;
  std::span<std::uint8_t> levels_;
  std::vector<Class> classes_;
  std::vector<std::uint32_t> match_, sequence_;
  Class sos_ = Class::L, eos_ = Class::L, embedding_ = Class::L;
};

void classify(Text text, std::vector<Class>& classes) {
  classes.resize(text.size());
  std::transform(text.begin(), text.end(), classes.begin(), class_of);
}

}  // namespace

bool needs_levels(Text text) {
  return std::any_of(text.begin(), text.end(), [](std::uint32_t codepoint) {
    if (codepoint < 0x590) return false;
    const Class c = class_of(codepoint);
    return c == Class::R || c == Class::AL || c == Class::AN || (c >= Class::LRE && c != Class::PDF && c != Class::PDI);
  });
}

std::uint8_t base_level(Text text) {
  std::vector<Class> classes;
  classify(text, classes);
  return first_strong(classes, 0, false);
}

void resolve(Text text, std::uint8_t base, std::vector<std::uint8_t>& levels) {
  std::vector<Class> classes;
  classify(text, classes);
  levels.assign(text.size(), base);
  for (std::size_t begin = 0; begin < text.size();) {
    const auto separator = std::find(classes.begin() + static_cast<std::ptrdiff_t>(begin), classes.end(), Class::B);
    const std::size_t end = std::min(text.size(), static_cast<std::size_t>(separator - classes.begin()) + 1);
    const std::size_t size = end - begin;
    Paragraph(text.subspan(begin, size), std::span(classes).subspan(begin, size), base, std::span(levels).subspan(begin, size))
        .resolve();
    begin = end;
  }
}

void visual_order(std::span<const std::uint8_t> levels, std::vector<std::uint32_t>& order) {
  order.resize(levels.size());
  std::iota(order.begin(), order.end(), 0u);
  int highest = 0, lowest_odd = most_levels + 2;
  for (const std::uint8_t level : levels) {
    highest = std::max<int>(highest, level);
    if (level & 1) lowest_odd = std::min<int>(lowest_odd, level);
  }
  for (int level = highest; level >= lowest_odd; --level) {
    for (std::size_t k = 0; k < order.size(); ++k) {
      if (levels[order[k]] < level) continue;
      std::size_t end = k;
      while (end < order.size() && levels[order[end]] >= level) ++end;
      std::reverse(order.begin() + static_cast<std::ptrdiff_t>(k), order.begin() + static_cast<std::ptrdiff_t>(end));
      k = end;
    }
  }
}

}  // namespace semantic::bidi
