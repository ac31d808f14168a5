// Prepared lessons: what to try on the real connection, step by step, and how to see in the packets that it has happened. They
// are data (data/lessons.json), which a teacher can add to: see README.md.
//
//   std::optional<std::vector<Lesson>> lessons = read_lessons(text);
//   LessonProgress progress;
//   progress.start(lesson, trace);
//   progress.update(trace);                                // each frame; looks at new packets only
//   if (progress.seen(0)) tick();
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chat/intent.hpp"
#include "chat/packet_list.hpp"

namespace chat {

struct LessonStep {
  std::string says;
  std::optional<Intent> action;  // what its button does
  std::string seen;              // a filter, as in PacketFilter::text; empty: nothing in the packets shows it
};

struct Lesson {
  std::string id{};   // for ?lesson=
  int stage = 0;      // 0: any
  std::string title{}, says{};
  std::vector<LessonStep> steps{};
};

// nullopt: the text is no list of lessons.
std::optional<std::vector<Lesson>> read_lessons(std::string_view json);

class LessonProgress {
 public:
  // From the packets on that are held now: what has been seen already counts, too.
  void start(const Lesson& lesson);
  void update(const wasmqtt::PacketTrace& trace);
  // Once seen, for ever.
  bool seen(std::size_t step) const { return step < seen_.size() && seen_[step]; }
  bool done() const;

 private:
  std::vector<std::string> filters_;
  std::vector<bool> seen_;
  std::uint64_t next_ = 1;
};

}  // namespace chat
