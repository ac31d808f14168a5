// Trouble on the connection, messages and subscriptions of any kind, and the same message with each QoS in three lanes.
#pragma once

#include <string>

#include "chat/intent.hpp"
#include "chat/state.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

class TroubleTab {
 public:
  // Fills a region of this height.
  void draw(semantic::Ui& ui, const chat::State& state, chat::Intents& intents, float height);

 private:
  void draw_trouble(semantic::Ui& ui, const chat::WorkbenchState& workbench, chat::Intents& intents);
  void draw_lanes(semantic::Ui& ui, const chat::WorkbenchState& workbench, chat::Intents& intents);
  void draw_publish(semantic::Ui& ui, bool mqtt5, chat::Intents& intents);
  void draw_properties(semantic::Ui& ui);
  void draw_subscribe(semantic::Ui& ui, const chat::WorkbenchState& workbench, chat::Intents& intents);

  chat::PublishTopic message_;
  std::string expiry_;
  int publish_qos_ = 0, subscribe_qos_ = 0;
  std::string filter_;
  semantic::TableState lanes_table_;
  std::string shown_;  // in the cell that is being drawn
};

}  // namespace chat_view
