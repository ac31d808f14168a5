// One conversation: heading, status, and the messages as bubbles. Only the messages in sight are drawn.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "chat/intent.hpp"
#include "chat/packet_message.hpp"
#include "chat/state.hpp"
#include "chat_view/message_view.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

class ConversationView {
 public:
  // Fills what the current region has left but `reserve` pixels at the bottom (the composer). `narrow`: its heading is the
  // page's only one, with a way back and the button for the packets.
  void draw(semantic::Ui& ui, const chat::State& state, chat::Intents& intents, bool narrow, float reserve,
            bool& show_packets);
  // What was asked for and needs a confirmation: over everything else.
  void draw_dialog(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  // Whether each message leads to its packets.
  void offer_packets(bool offer) { message_view_.offer_packets(offer); }
  // The message whose packets were asked for in this frame.
  std::optional<chat::PacketMessage> take_asked_for() { return message_view_.take_asked_for(); }

  // Outlines this message; brings it into sight, once its chat is open.
  void mark(const std::optional<chat::PacketMessage>& message) { message_view_.mark(message); }
  void show(const chat::PacketMessage& message) { shown_ = message; }

  // "Members" was pressed in this frame.
  bool take_members() { return std::exchange(members_, false); }
  // The text that is to be written again, when "Edit" was pressed in this frame.
  std::optional<std::string> take_edited() { return message_view_.take_edited(); }

 private:
  // Where the reader is in a conversation.
  struct Place {
    semantic::LogState log;
    std::uint64_t reordered = 0;
    std::uint64_t removed = 0;
    std::uint64_t last_seen = 0;  // Conversation::next_number() when the reader was at the bottom
    std::uint64_t newest = 0;     // number of the last message
    std::uint64_t new_from = 0;   // Conversation::new_from() that was brought into sight
  };
  void draw_heading(semantic::Ui& ui, const chat::State& state, chat::Intents& intents, bool narrow, bool& show_packets);
  void draw_tools(semantic::Ui& ui, bool group, bool narrow, float padding, bool& show_packets);
  void draw_second_line(semantic::Ui& ui, const chat::State& state, bool narrow, ImVec2 at, float width);
  void draw_name_warning(semantic::Ui& ui, const chat::ConversationKey& key);
  void draw_log(semantic::Ui& ui, const chat::State& state, const chat::Conversation& conversation,
                chat::Intents& intents, float height);
  void follow_place(Place& place, const chat::Conversation& conversation);
  void follow_shown(Place& place, const chat::Conversation& conversation);
  void report_place(const chat::State& state, const chat::Conversation& conversation, Place& place, bool settled,
                    chat::Intents& intents);
  void draw_jump(semantic::Ui& ui, Place& place, const chat::Conversation& conversation, ImVec2 corner);

  std::map<chat::ConversationKey, Place> places_;
  MessageView message_view_;
  std::optional<chat::PacketMessage> shown_;
  bool deleting_ = false;
  bool members_ = false;
};

}  // namespace chat_view
