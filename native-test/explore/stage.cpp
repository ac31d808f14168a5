#include "stage.hpp"

namespace wasmqtt::explore {

Stage::Stage(const Mix& mix, const Faulties& faulties) : mix_(mix), faulties_(faulties) {
  (void)faulties_();  // whatever is made once in a program is made outside the arena
  if constexpr (has_arena) Arena::clear();
  begin();
}

Stage::~Stage() {
  if constexpr (has_arena) Arena::clear();
  else delete world_;
}

void Stage::begin() {
  {
    Arena::Scope scope;
    world_ = new SmallWorld(mix_, faulties_);
  }
  world_->note_durable();
}

void Stage::perform(Choice choice) {
  {
    Arena::Scope scope;
    world_->perform(choice);
  }
  world_->note_durable();
  path_.push_back(choice);
}

void Stage::finish() {
  Arena::Scope scope;
  world_->finish();
}

void Stage::save(std::size_t level) {
  if constexpr (!has_arena) return;
  if (images_.size() <= level) images_.resize(level + 1);
  Arena::save(images_[level]);
}

void Stage::restore(std::size_t level) {
  const Path path(path_.begin(), path_.begin() + static_cast<std::ptrdiff_t>(level));
  path_.resize(level);
  if constexpr (has_arena) return Arena::restore(images_[level]);
  delete world_;
  begin();
  path_.clear();
  for (const Choice choice : path) perform(choice);
}

}  // namespace wasmqtt::explore
