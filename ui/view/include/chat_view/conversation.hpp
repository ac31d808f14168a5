// One conversation: heading, status, and the messages as bubbles. Only the messages in sight are drawn.
#pragma once

#include <cstdint>
#include <map>
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

class ConversationView {
 public:
  // Fills what the current region has left but `reserve` pixels at the bottom (the composer). `narrow`: its heading is the
  // page's only one, with a way back and the button for the packets.
  void draw(semantic::Ui& ui, const chat::State& state, chat::Intents& intents, bool narrow, float reserve,
            bool& show_packets);
  // What was asked for and needs a confirmation: over everything else.
  void draw_dialog(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  // Whether each message leads to its packets, which are in sight.
  void offer_packets(bool offer) { offer_packets_ = offer; }
  // The message whose packets were asked for in this frame: its identifier. Empty: none.
  std::string take_asked_for() { return std::exchange(asked_for_, {}); }

  // Outlines this message; brings it into sight, once its chat is open.
  void mark(const std::optional<chat::PacketMessage>& message) { marked_ = message; }
  void show(const chat::PacketMessage& message) { shown_ = message; }

  // "Members" was pressed in this frame.
  bool take_members() { return std::exchange(members_, false); }
  // The text that is to be written again, when "Edit" was pressed in this frame.
  std::optional<std::string> take_edited() { return std::exchange(edited_, std::nullopt); }

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

  // The time of a message and its state.
  struct Meta {
    std::string time, words;
    bool drawn_words;         // or only told
    float width;
    semantic::Color color;
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
  void draw_message(semantic::Ui& ui, const chat::State& state, const Item& item, chat::Intents& intents);
  void draw_name(semantic::Ui& ui, const Item& item);
  void draw_bubble(semantic::Ui& ui, const chat::State& state, const Item& item);
  void draw_meta(semantic::Ui& ui, const Item& item, const Meta& meta, ImVec2 at);
  void draw_note(semantic::Ui& ui, std::string_view words);
  void draw_failure(semantic::Ui& ui, const Item& item, chat::Intents& intents);
  void draw_rejection(semantic::Ui& ui, const Item& item);
  // What is wrong with a message, and what can be done about it; true when that is to be done.
  bool draw_problem(semantic::Ui& ui, const Item& item, std::string_view problem, std::string_view action);
  void draw_jump(semantic::Ui& ui, Place& place, const chat::Conversation& conversation, ImVec2 corner);

  // The text as it is shown: a long one is shortened until the user asks for the rest.
  std::string_view shown_text(const chat::Conversation& conversation, const chat::ChatMessage& message) const;

  std::map<chat::ConversationKey, Place> places_;
  bool offer_packets_ = false;
  std::optional<chat::PacketMessage> marked_, shown_;
  bool deleting_ = false;
  std::string asked_for_;
  bool members_ = false;
  std::optional<std::string> edited_;
  // Long messages that are shown whole, by their number: another may have the same identifier.
  std::set<std::pair<chat::ConversationKey, std::uint64_t>> expanded_;
};

}  // namespace chat_view
