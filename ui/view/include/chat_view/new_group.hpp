// The dialog that makes a group. It stays until the rights service has made it, and says why when it does not.
#pragma once

#include <string>

#include "chat/intent.hpp"
#include "chat/state.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

class NewGroupView {
 public:
  void open();
  void close() { open_ = false; }
  bool is_open() const { return open_; }
  void draw(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);

 private:
  std::string problem(const chat::State& state) const;

  bool open_ = false;
  bool take_focus_ = false;
  bool asked_ = false;
  std::uint64_t accepted_before_ = 0;  // GroupRequests::accepted when it was asked for
  std::string name_;
  std::string name_problem_;
};

}  // namespace chat_view
