// What this device remembers, whoever signs in: the name that was used last, theme, layout of the packets, the stages that were
// tried, and how many messages of whom wait to be sent. Internal to ChatApp.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "chat/chat_store.hpp"
#include "chat/intent.hpp"
#include "chat/state.hpp"

namespace chat {

class Device {
 public:
  // Both outlive this object. What is in `state` is written to `store` where Settings::remember allows it.
  Device(ChatStore& store, State& state) : store_(store), state_(state) {}

  // Into the state, at once or later; `changed` is called each time, and not any more when this object is gone.
  void load(std::function<void()> changed);

  void remember();
  void choose_theme(const std::string& theme);
  void arrange_packets(const ArrangePackets& intent);
  // What there is to try in this stage has happened, if it is the one that the user has signed in at.
  void saw(int stage);
  // Somebody signed in in another tab: what went out to them with QoS 0 while they were away is lost, which is stage 10's point.
  void saw_sign_in(std::string_view user);
  void note_waiting(const Waiting& waiting);

 private:
  void read(std::string_view key, std::string_view value);

  ChatStore& store_;
  State& state_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace chat
