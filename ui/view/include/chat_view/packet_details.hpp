// One packet in detail: its fields, its bytes, its JSON, and what each of them is for. Pointing at a field marks its bytes,
// and pointing at a byte its field.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chat/intent.hpp"
#include "chat/packet_fields.hpp"
#include "chat/packet_message.hpp"
#include "chat/state.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

class PacketDetails {
 public:
  // Packet `number`, which the trace holds; 0: none.
  void show(const wasmqtt::PacketTrace& trace, std::uint64_t number);
  std::uint64_t number() const { return number_; }
  // The chat message that the packet is about, if that is in sight.
  const std::optional<chat::PacketMessage>& message() const { return message_; }
  // The same, once, when "Show message" was pressed in this frame.
  std::optional<chat::PacketMessage> take_message() { return std::exchange(asked_for_, std::nullopt); }

  // Fills what the current region has left. Returns the packet to show from now on: another one, or 0 to close.
  std::uint64_t draw(semantic::Ui& ui, const wasmqtt::PacketTrace& trace, const chat::State& state, chat::Intents& intents);

 private:
  std::uint64_t draw_head(semantic::Ui& ui, const wasmqtt::PacketTrace& trace);
  void draw_parts(semantic::Ui& ui, wasmqtt::Bytes bytes);
  void draw_command(semantic::Ui& ui, const wasmqtt::PacketTrace& trace, const chat::State& state, chat::Intents& intents);
  void draw_fields(semantic::Ui& ui, float width, wasmqtt::Bytes bytes);  // 0: all the room
  void draw_bytes(semantic::Ui& ui, wasmqtt::Bytes bytes);
  void draw_steps(semantic::Ui& ui, wasmqtt::Bytes bytes);
  std::string caption(wasmqtt::Bytes bytes) const;
  void draw_explanation(semantic::Ui& ui, const wasmqtt::TraceEntry& entry, const chat::State& state, chat::Intents& intents);
  int marked() const;
  void choose_byte(int byte, int after);

  std::uint64_t number_ = 0;
  bool looked_ = false;       // for the message, once
  std::optional<chat::PacketMessage> message_, asked_for_;
  std::vector<chat::PacketField> fields_;
  semantic::TableState table_;
  int field_ = -1;            // chosen: its bytes are marked
  int byte_ = -1;             // chosen: its field is
  int pointed_ = -1;          // the field under the pointer, or that the keyboard has reached
  int pointed_byte_ = -1;     // the byte under the pointer
  int focused_ = -1;          // the field that the keyboard has reached
  bool by_keyboard_ = false;
  std::string shown_value_, shown_bits_;  // of the cell that is being drawn
};

}  // namespace chat_view
