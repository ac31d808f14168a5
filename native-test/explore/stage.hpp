// A world that can go back: by copies of its memory, or, where there are none, by repeating what led to where it was.
//
//   Stage stage(mix, honest);
//   stage.save(0);
//   stage.perform(choice); ... stage.restore(0);
#pragma once

#include "arena.hpp"
#include "small_world.hpp"

namespace wasmqtt::explore {

// One at a time.
class Stage {
 public:
  Stage(const Mix& mix, const Faulties& faulties);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  SmallWorld& world() { return *world_; }
  void perform(Choice choice);
  void finish();
  // The state after `level` choices of the path; saved before it is restored.
  void save(std::size_t level);
  void restore(std::size_t level);
  const Path& path() const { return path_; }

 private:
  void begin();

  const Mix& mix_;
  Faulties faulties_;
  SmallWorld* world_ = nullptr;
  Path path_;
  std::vector<Arena::Image> images_;
};

}  // namespace wasmqtt::explore
