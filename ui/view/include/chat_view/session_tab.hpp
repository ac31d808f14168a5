// The session beside its packets: what was agreed, what is under way, the subscriptions, the topics and what is retained there.
#pragma once

#include <string>

#include "chat/state.hpp"
#include "chat/topic_tree.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

class SessionTab {
 public:
  // `state.session` has to be watched. Fills a region of this height.
  void draw(semantic::Ui& ui, const chat::State& state, float height);

 private:
  void draw_session(semantic::Ui& ui, const chat::State& state);
  void draw_subscriptions(semantic::Ui& ui, const chat::SessionInfo& session);
  void draw_unfinished(semantic::Ui& ui, const chat::SessionInfo& session);
  void draw_topics(semantic::Ui& ui);

  chat::TopicTree topics_;
  semantic::TableState session_table_, subscriptions_table_, unfinished_table_, topics_table_;
  std::string shown_;  // in the cell that is being drawn
};

}  // namespace chat_view
