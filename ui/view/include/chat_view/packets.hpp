// The packet inspector: every packet sent and received, its fields and bytes, and the handshakes as a timeline.
#pragma once

#include <cstdint>
#include <string>

#include "chat/intent.hpp"
#include "chat/packet_fields.hpp"
#include "chat/packet_list.hpp"
#include "chat/state.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

class Rows;

class PacketsView {
 public:
  // Fills what the current region has left.
  void draw(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  // Chooses the packet that brought or took away the chat message with this identifier, if it is held.
  void choose_message(semantic::Ui& ui, const chat::State& state, std::string_view id);

 private:
  void draw_tools(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  void draw_buttons(semantic::Ui& ui, chat::Intents& intents, Rows& rows);
  void draw_filters(semantic::Ui& ui, Rows& rows, bool narrow);
  std::string count_words(const chat::State& state, bool short_words) const;
  void draw_notices(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  void draw_table(semantic::Ui& ui, const chat::State& state, float height);
  void draw_timeline(semantic::Ui& ui, const chat::State& state, float height);
  void draw_details(semantic::Ui& ui, const chat::State& state);
  void draw_partner(semantic::Ui& ui, const chat::State& state);
  void draw_fields(semantic::Ui& ui, float width);  // 0: all the room
  const chat::PacketField* marked_field() const;
  void draw_hex(semantic::Ui& ui, wasmqtt::Bytes bytes);
  void choose(const chat::State& state, std::uint64_t number);
  bool has_chosen(const chat::State& state) const;

  chat::PacketList list_;
  chat::PacketFilter filter_;
  semantic::TableState table_;
  semantic::TableState fields_table_;
  semantic::LogState timeline_;
  chat::PacketRow row_;                      // of the cell that is being drawn
  std::vector<chat::PacketField> fields_;    // of the chosen packet
  std::uint64_t chosen_ = 0;                 // packet number; 0: none
  std::size_t timeline_rows_ = 0;
  int field_ = -1;                           // whose bytes are marked
  int focused_ = -1;                         // the field that the keyboard has reached
  int pointed_ = -1;                         // that, or the one under the pointer
  bool by_keyboard_ = false;
  std::string shown_value_;                  // of the cell that is being drawn
  bool show_timeline_ = false;
};

}  // namespace chat_view
