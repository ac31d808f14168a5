// The details of the chosen packet: fields, JSON, bytes.
#include <algorithm>
#include <array>
#include <cmath>

#include "chat/digits.hpp"
#include "chat/packet_fields.hpp"
#include "chat/topic_words.hpp"
#include "chat_view/packets.hpp"
#include "marks.hpp"
#include "wasmqtt/describe.hpp"

namespace chat_view {

using namespace semantic;

namespace {

constexpr std::array<Column, 2> field_columns = {{
    {.name = "Field", .width = 152, .style = TextStyle::small_strong},
    {.name = "Value", .weight = 1, .style = TextStyle::code},
}};
constexpr float row_height = 32;
constexpr std::size_t most_shown_bytes = 16 * 1024;
constexpr std::size_t most_shown_value = 400;

}  // namespace

void PacketsView::draw_details(Ui& ui, const chat::State& state) {
  const wasmqtt::TraceEntry& entry = (*state.trace)[chosen_];
  auto area = scroll_area(ui, "Packet details", {.role = Role::region, .padding = {Theme::space_4, Theme::space_3}});
  const bool out = entry.direction == wasmqtt::Direction::outbound;
  const bool is_remark = entry.type == wasmqtt::remark;
  heading(ui, 3, "Packet " + std::to_string(chosen_) + ": " + std::string(chat::packet_name(entry)) +
                     (is_remark ? "" : out ? ", outbound" : ", inbound"), {.style = TextStyle::subheading});
  draw_partner(ui, state);
  if (is_remark) return text(ui, fields_.empty() ? std::string_view{} : fields_[0].value);
  // draw_partner() may have chosen the other one.
  if (!has_chosen(state)) return;
  if (entry.type == wasmqtt::PacketType::publish) {
    const std::string topic = chat::packet_topic(entry, state.trace->bytes(entry), state.trace->alias_topic(entry));
    if (const std::string_view words = chat::topic_words(topic); !words.empty())
      text(ui, words, {.style = TextStyle::small, .color = ui.theme().color.text_muted});
  }
  // Side by side where there is room, so that a field and its bytes are seen together.
  const float bytes_width = std::ceil(39 * ui.text_width("0", TextStyle::code));
  const float fields_width = room().x - bytes_width - Theme::space_4;
  const bool beside = fields_width >= 248;
  const ImVec2 top = ImGui::GetCursorScreenPos();
  draw_fields(ui, beside ? fields_width : 0);
  const float below = ImGui::GetCursorScreenPos().y;
  if (beside) ImGui::SetCursorScreenPos({top.x + fields_width + Theme::space_4, top.y + 7});
  else gap(Theme::space_3);
  ImGui::BeginGroup();
  heading(ui, 4, "Bytes", {.style = TextStyle::small_strong});
  draw_hex(ui, state.trace->bytes((*state.trace)[chosen_]));
  ImGui::EndGroup();
  ImGui::SetCursorScreenPos({top.x, std::max(below, ImGui::GetCursorScreenPos().y)});
  gap(Theme::space_3);
  heading(ui, 4, "JSON", {.style = TextStyle::small_strong});
  text(ui, chat::packet_json(fields_), {.style = TextStyle::code});
}

void PacketsView::draw_partner(Ui& ui, const chat::State& state) {
  const wasmqtt::TraceEntry& entry = (*state.trace)[chosen_];
  const std::uint64_t partner = entry.partner;
  const bool held = partner >= state.trace->first() && partner < state.trace->end();
  const ButtonOptions close_options{.kind = ButtonKind::ghost, .icon = Icon::close, .icon_only = room().x < 400, .small = true};
  const float right = ImGui::GetCursorScreenPos().x + room().x;
  std::uint64_t next = 0;
  if (partner != 0 && held) {
    const std::string name = (partner > chosen_ ? "Answer: " : "Answer to: ") +
                             std::string(wasmqtt::name_of((*state.trace)[partner].type)) + " " + std::to_string(partner);
    if (button(ui, name, {.small = true})) next = partner;
    if (ImGui::GetItemRectMax().x + Theme::space_2 + button_size(ui, "Close details", close_options).x <= right)
      ImGui::SameLine(0, Theme::space_2);
  }
  const bool close = button(ui, "Close details", close_options);
  if (next != 0) choose(state, next);
  else if (close) choose(state, chosen_);
}

void PacketsView::draw_fields(Ui& ui, float width) {
  const auto cell = [&](int row, int column) -> Cell {
    const chat::PacketField& field = fields_[static_cast<std::size_t>(row)];
    if (column == 0) return {.text = field.name};
    shown_value_ = one_line(field.value, most_shown_value);
    return {.text = shown_value_};
  };
  const float height = row_height * static_cast<float>(fields_.size() + 1);
  const TableResult result = table(ui, "Fields", fields_table_, field_columns, static_cast<int>(fields_.size()), cell,
                                   {.size = {width, height}, .row_height = row_height, .selected = field_});
  if (result.activated >= 0) field_ = field_ == result.activated ? -1 : result.activated;
  // The keyboard's field, until the pointer is moved: scrolling alone brings other rows under it.
  const ImVec2 moved = ImGui::GetIO().MouseDelta;
  if (result.focused != focused_) by_keyboard_ = result.focused >= 0;
  else if (moved.x != 0 || moved.y != 0) by_keyboard_ = false;
  focused_ = result.focused;
  pointed_ = by_keyboard_ ? focused_ : result.hovered;
}

const chat::PacketField* PacketsView::marked_field() const {
  const auto marked = static_cast<std::size_t>(pointed_ >= 0 ? pointed_ : field_);
  return marked < fields_.size() ? &fields_[marked] : nullptr;
}

void PacketsView::draw_hex(Ui& ui, wasmqtt::Bytes bytes) {
  const Palette& c = ui.theme().color;
  const chat::PacketField* const marked = marked_field();
  const std::size_t begin = marked ? marked->begin : 0;
  const std::size_t end = marked ? marked->end : 0;
  std::string caption = "Point at a field to highlight its bytes.";
  if (marked) caption = marked->name + (begin == end ? ": no bytes" : ": " + chat::digits(begin, 4, 16));
  if (begin + 1 < end) caption += " to " + chat::digits(end - 1, 4, 16);
  text(ui, caption, {.style = TextStyle::small, .color = marked ? c.accent_text : c.text_muted, .ellipsis = true});
  const float advance = ui.text_width("0000000000", TextStyle::code) / 10;
  const std::size_t per_line = room().x > 76 * advance ? 16 : 8;
  const std::size_t shown = std::min(bytes.size(), most_shown_bytes);
  const float line_height = ui.theme().type(TextStyle::code).line_height;
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  for (std::size_t at = 0; at < shown; at += per_line) {
    const ImVec2 place = ImGui::GetCursorScreenPos();
    if (!ImGui::IsRectVisible({1, line_height})) {
      ImGui::Dummy({1, line_height});
      continue;
    }
    std::string line = chat::digits(at, 4, 16) + "  ";
    std::string letters;
    for (std::size_t i = at; i < at + per_line; ++i) {
      if (i >= shown) {
        line += "   ";
        continue;
      }
      line += chat::digits(bytes[i], 2, 16) + ' ';
      letters += bytes[i] >= 0x20 && bytes[i] < 0x7F ? static_cast<char>(bytes[i]) : '.';
      if (i < begin || i >= end) continue;
      const auto mark = [&](std::size_t column, float characters, float around) {
        const float x = place.x + static_cast<float>(column) * advance;
        ImGui::GetWindowDrawList()->AddRectFilled({x - around, place.y}, {x + characters * advance + around, place.y + line_height},
                                                  c.selection.u32(), around);
      };
      mark(6 + 3 * (i - at), 2, 2);
      mark(7 + 3 * per_line + (i - at), 1, 0);
    }
    text(ui, line + " " + letters, {.style = TextStyle::code, .width = -1});
  }
  ImGui::PopStyleVar();
  if (shown < bytes.size())
    text(ui, std::to_string(bytes.size() - shown) + " more bytes",
         {.style = TextStyle::small, .color = c.text_muted});
}

}  // namespace chat_view
