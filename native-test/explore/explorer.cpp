#include "explorer.hpp"

#include <algorithm>

#include "stage.hpp"
#include "visited.hpp"

namespace wasmqtt::explore {
namespace {

class Search {
 public:
  // `any_depth`: what was seen is not looked at again, however deep it was.
  Search(const Mix& mix, const Faulties& faulties, const Limits& limits, bool any_depth, const char* words)
      : stage_(mix, faulties), limits_(limits), any_depth_(any_depth), words_(words) {}

  Report run() {
    report_.complete = true;
    enter();
    while (levels_ != 0 && report_.failures.empty()) {
      Level& level = all_[levels_ - 1];
      if (level.next == level.choices.size()) {
        --levels_;
        continue;
      }
      if (is_to_stop()) {
        report_.complete = false;
        break;
      }
      if (level.left) stage_.restore(levels_ - 1);
      level.left = true;
      stage_.perform(level.choices[level.next++]);
      ++report_.transitions;
      enter();
    }
    return std::move(report_);
  }

 private:
  struct Level {
    Path choices;
    std::size_t next = 0;
    bool left = false;  // the world is not in this state any more
  };

  // The world is in a state that may be a new one.
  void enter() {
    if (failed()) return;
    const auto seen = visited_.insert(stage_.world().fingerprint(), any_depth_ ? 0 : levels_);
    if (seen == Visited::Seen::before) return;
    report_.states += seen == Visited::Seen::never ? 1 : 0;
    report_.depth = std::max(report_.depth, levels_);
    if (all_.size() <= levels_) all_.resize(levels_ + 1);
    Level& level = all_[levels_];
    const bool rests = stage_.world().choices(level.choices);
    level.next = 0;
    level.left = false;
    if (rests || level.choices.size() > 1) stage_.save(levels_);
    if (rests) {
      ++report_.ends;
      stage_.finish();
      level.left = true;
      if (failed()) return;
    }
    if (levels_ >= limits_.depth) report_.complete = false;
    else ++levels_;
  }

  bool is_to_stop() const {
    if (report_.states >= limits_.states) return true;
    return report_.transitions % often == 0 && limits_.stop && limits_.stop(report_);
  }

  bool failed() {
    const auto& failures = stage_.world().failures();
    const bool wanted = std::any_of(failures.begin(), failures.end(),
                                    [this](const std::string& one) { return one.find(words_) != std::string::npos; });
    if (!wanted) return false;
    report_.failures.assign(failures.begin(), failures.end());
    report_.counterexample = stage_.path();
    return true;
  }

  static constexpr std::uint64_t often = has_arena ? 4096 : 100;

  Stage stage_;
  const Limits& limits_;
  bool any_depth_;
  const char* words_;
  Report report_;
  Visited visited_;
  std::vector<Level> all_;
  std::size_t levels_ = 0;  // of them in use: the length of the path
};

}  // namespace

Report explore(const Mix& mix, const Faulties& faulties, const Limits& limits) {
  return Search(mix, faulties, limits, true, "").run();
}

Report shortest(const Mix& mix, const Faulties& faulties, const Limits& limits, const char* words) {
  Report last;
  for (std::size_t depth = 1; depth <= limits.depth; ++depth) {
    Limits next = limits;
    next.depth = depth;
    Report report = Search(mix, faulties, next, false, words).run();
    report.states = std::max(report.states, last.states);
    report.transitions += last.transitions;
    const bool over = !report.failures.empty() || report.complete || report.states >= limits.states ||
                      (limits.stop && limits.stop(report));
    last = std::move(report);
    if (over) break;
  }
  return last;
}

}  // namespace wasmqtt::explore
