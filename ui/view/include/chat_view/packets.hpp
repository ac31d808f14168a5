// The packet inspector: every packet sent and received, its fields and bytes, and the handshakes as a timeline.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "chat/intent.hpp"
#include "chat/packet_list.hpp"
#include "chat/packet_message.hpp"
#include "chat/state.hpp"
#include "chat_view/lessons_tab.hpp"
#include "chat_view/packet_details.hpp"
#include "chat_view/packet_timeline.hpp"
#include "chat_view/session_tab.hpp"
#include "chat_view/trouble_tab.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

class Rows;

class PacketsView {
 public:
  // Fills what the current region has left.
  void draw(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  // Whether the packets lie to the right of the chat, where the user may choose that; nullopt: there is no choice.
  void offer_dock(std::optional<bool> right) { docked_right_ = right; }
  // To begin with the lesson that the address names.
  void show_lessons() { tab_ = as_lessons; }
  // Chooses the packet that brought or took away this chat message. False: it is not held any more.
  bool choose_message(semantic::Ui& ui, const chat::State& state, const chat::PacketMessage& message);
  // The chat message that the chosen packet is about; and the same, once, when it was asked for in this frame.
  const std::optional<chat::PacketMessage>& message() const { return details_.message(); }
  std::optional<chat::PacketMessage> take_message() { return details_.take_message(); }

 private:
  void draw_tools(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  void draw_buttons(semantic::Ui& ui, const chat::State& state, chat::Intents& intents, Rows& rows, bool narrow);
  void draw_filters(semantic::Ui& ui, Rows& rows, bool narrow);
  std::string count_words(const chat::State& state, bool short_words) const;
  void draw_notices(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  void draw_table(semantic::Ui& ui, const chat::State& state, float height);
  void draw_timeline(semantic::Ui& ui, const chat::State& state, float height);
  void follow_trace(const chat::State& state);
  void draw_main(semantic::Ui& ui, const chat::State& state, chat::Intents& intents, float height);
  void watch_session(const chat::State& state, chat::Intents& intents);
  void mark_exchange(const chat::State& state);
  bool is_marked(std::uint64_t number) const;
  void choose(const chat::State& state, std::uint64_t number);
  bool has_chosen(const chat::State& state) const;

  chat::PacketList list_;
  chat::PacketFilter filter_;
  semantic::TableState table_;
  PacketTimeline timeline_;
  SessionTab session_;
  TroubleTab trouble_;
  LessonsTab lessons_;
  chat::PacketRow row_;                      // of the cell that is being drawn
  PacketDetails details_;                    // of the chosen packet
  std::string shown_index_, shown_payload_;  // of the cell that is being drawn
  enum Tab { as_table, as_timeline, as_session, as_trouble, as_lessons };
  int tab_ = as_table;
  std::optional<bool> docked_right_;
  std::string shown_file_;                   // whose packets these are; empty: of the connection
  std::uint64_t pointed_ = 0;                // in the table or the timeline; 0: none
  std::vector<std::uint64_t> exchange_;      // of the pointed packet, else of the chosen one
  std::uint64_t exchange_of_ = 0, exchange_at_ = 0;  // what it was found for
};

}  // namespace chat_view
