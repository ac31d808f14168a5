// One message of a conversation: what stands above it, its bubble with time and state, and what can be done about it.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "chat/intent.hpp"
#include "chat/packet_message.hpp"
#include "chat/state.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

class MessageView {
 public:
  // One message and what surrounds it.
  struct Item {
    const chat::Conversation& conversation;
    const chat::ChatMessage& message;
    const chat::ChatMessage* before;
    bool right;      // on the right: own ones
    bool new_above;  // the "New" divider
    bool new_day;
    bool new_run;    // another sender than before, or a pause
    bool last_own;   // of one's own the last: its state is said in words
  };

  void draw(semantic::Ui& ui, const chat::State& state, const Item& item, chat::Intents& intents);
  // The text as it is shown: a long one is shortened until the user asks for the rest.
  std::string_view shown_text(const chat::Conversation& conversation, const chat::ChatMessage& message) const;

  // Whether each message leads to its packets.
  void offer_packets(bool offer) { offer_packets_ = offer; }
  // The message whose packets were asked for in this frame.
  std::optional<chat::PacketMessage> take_asked_for() { return std::exchange(asked_for_, std::nullopt); }
  // Outlines this message.
  void mark(const std::optional<chat::PacketMessage>& message) { marked_ = message; }
  // The text that is to be written again, when "Edit" was pressed in this frame.
  std::optional<std::string> take_edited() { return std::exchange(edited_, std::nullopt); }

 private:
  // The time of a message and its state.
  struct Meta {
    std::string time, words;
    bool drawn_words;         // or only told
    float width;
    semantic::Color color;
  };

  void draw_name(semantic::Ui& ui, const Item& item);
  void draw_bubble(semantic::Ui& ui, const chat::State& state, const Item& item);
  void draw_meta(semantic::Ui& ui, const Item& item, const Meta& meta, ImVec2 at);
  void draw_note(semantic::Ui& ui, std::string_view words);
  void draw_failure(semantic::Ui& ui, const Item& item, chat::Intents& intents);
  void draw_rejection(semantic::Ui& ui, const Item& item);
  // What is wrong with a message, and what can be done about it; true when that is to be done.
  bool draw_problem(semantic::Ui& ui, const Item& item, std::string_view problem, std::string_view action);

  bool offer_packets_ = false;
  std::optional<chat::PacketMessage> marked_, asked_for_;
  std::optional<std::string> edited_;
  // Long messages that are shown whole, by their number: another may have the same identifier.
  std::set<std::pair<chat::ConversationKey, std::uint64_t>> expanded_;
};

}  // namespace chat_view
