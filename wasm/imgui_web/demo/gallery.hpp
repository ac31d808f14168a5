// Every component in every state, for the eye and for screenshot tests. Knows semantic and imgui_web only.
#pragma once

#include "states.hpp"

#include <string>
#include <string_view>
#include <vector>

class Gallery {
 public:
  Gallery();
  void show(std::string_view view);  ///< "gallery" (default: everything), "components", "chat", "packets", "dialog", "order"
  void draw(semantic::Ui& ui);

 private:
  struct Message {
    std::string sender, text, time;
    bool own;
  };
  void components(semantic::Ui& ui);
  void buttons(semantic::Ui& ui);
  void fields(semantic::Ui& ui);
  void feedback(semantic::Ui& ui);
  void chat(semantic::Ui& ui);
  void conversation(semantic::Ui& ui);
  void bubble(semantic::Ui& ui, const Message& message);
  void packets(semantic::Ui& ui);
  void order(semantic::Ui& ui);
  void header(semantic::Ui& ui);

  std::string view_ = "gallery";
  std::string user_ = "alice", password_ = "secret", broken_ = "a/b", notes_ = "Two lines\nof text", message_, search_;
  bool qos_ = true, status_ = false, dialog_open_ = false, packets_shown_ = false, options_open_ = true;
  int shown_ = 0, clicks_ = 0, chosen_ = 0, packet_ = 4;
  States states_;
  std::vector<Message> messages_;
  semantic::LogState log_;
  semantic::TableState table_;
};
