#include "chat_view/packet_details.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "chat/digits.hpp"
#include "chat/mosquitto_pub.hpp"
#include "chat/packet_fields.hpp"
#include "chat/topic_words.hpp"
#include "hex_view.hpp"
#include "marks.hpp"
#include "wasmqtt/describe.hpp"

namespace chat_view {

using namespace semantic;

namespace {

constexpr std::array<Column, 3> field_columns = {{
    {.name = "Field", .width = 152, .style = TextStyle::small_strong},
    {.name = "Value", .weight = 1, .style = TextStyle::code},
    {.name = "Bits", .width = 96, .style = TextStyle::code, .hide_below = 400},
}};
constexpr float row_height = 32;
// With the bits, before the bytes get more than eight to a line.
constexpr float least_fields_width = 232, roomy_fields_width = 416;
constexpr std::size_t most_shown_value = 400;

// After the last item, where that leaves room for one of this width.
void beside_if_it_fits(float width, float right) {
  if (ImGui::GetItemRectMax().x + Theme::space_2 + width <= right) ImGui::SameLine(0, Theme::space_2);
}

}  // namespace

void PacketDetails::show(const wasmqtt::PacketTrace& trace, std::uint64_t number) {
  *this = {};
  table_.stick_to_bottom = false;
  number_ = number;
  if (number == 0) return;
  const wasmqtt::TraceEntry& entry = trace[number];
  fields_ = chat::packet_fields(entry, trace.bytes(entry), trace.alias_topic(entry));
}

std::uint64_t PacketDetails::draw(Ui& ui, const wasmqtt::PacketTrace& trace, const chat::State& state, chat::Intents& intents) {
  const wasmqtt::TraceEntry& entry = trace[number_];
  if (!std::exchange(looked_, true) && state.opened_file.empty()) message_ = chat::message_of(trace, number_, state.conversations);
  // In sight whatever the parts above are scrolled to, and of one height: what is pointed at stays where it is.
  const float explanation = std::clamp(std::floor(room().y * 0.34f), 60.0f, 116.0f);
  std::uint64_t next = number_;
  {
    auto area = scroll_area(ui, "Packet details", {.role = Role::region, .size = {0, -explanation},
                                                   .padding = {Theme::space_4, Theme::space_3}});
    next = draw_head(ui, trace);
    if (entry.type == wasmqtt::PacketType::publish) {
      const std::string topic = chat::packet_topic(entry, trace.bytes(entry), trace.alias_topic(entry));
      if (const std::string_view words = chat::topic_words(topic); !words.empty())
        text(ui, words, {.style = TextStyle::small, .color = ui.theme().color.text_muted});
    }
    if (entry.type == wasmqtt::remark) text(ui, fields_.empty() ? std::string_view{} : fields_[0].value);
    else draw_parts(ui, trace.bytes(entry));
    draw_command(ui, trace, state, intents);
  }
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() - ImGui::GetStyle().ItemSpacing.y);
  draw_explanation(ui, entry, state, intents);
  return next;
}

std::uint64_t PacketDetails::draw_head(Ui& ui, const wasmqtt::PacketTrace& trace) {
  const wasmqtt::TraceEntry& entry = trace[number_];
  const bool out = entry.direction == wasmqtt::Direction::outbound;
  heading(ui, 3, "Packet " + std::to_string(number_) + ": " + std::string(chat::packet_name(entry)) +
                     (entry.type == wasmqtt::remark ? "" : out ? ", outbound" : ", inbound"), {.style = TextStyle::subheading});
  const std::uint64_t partner = entry.partner;
  const bool held = partner >= trace.first() && partner < trace.end();
  const ButtonOptions close_options{.kind = ButtonKind::ghost, .icon = Icon::close, .icon_only = room().x < 400, .small = true};
  const ButtonOptions show{.icon = Icon::back, .small = true};
  const float close = button_size(ui, "Close details", close_options).x, right = ImGui::GetCursorScreenPos().x + room().x;
  std::uint64_t next = number_;
  if (partner != 0 && held) {
    const std::string name = (partner > number_ ? "Answer: " : "Answer to: ") +
                             std::string(wasmqtt::name_of(trace[partner].type)) + " " + std::to_string(partner);
    if (button(ui, name, {.small = true})) next = partner;
    beside_if_it_fits(message_ ? button_size(ui, "Show message", show).x : close, right);
  }
  if (message_) {
    if (button(ui, "Show message", show)) asked_for_ = message_;
    beside_if_it_fits(close, right);
  }
  return button(ui, "Close details", close_options) ? 0 : next;
}

void PacketDetails::draw_parts(Ui& ui, wasmqtt::Bytes bytes) {
  // Side by side where there is room, so that a field and its bytes are seen together.
  const float fields_width = room().x - hex_width(ui, room().x - roomy_fields_width - Theme::space_4) - Theme::space_4;
  const bool beside = fields_width >= least_fields_width;
  const ImVec2 top = ImGui::GetCursorScreenPos();
  draw_fields(ui, beside ? fields_width : 0, bytes);
  const float below = ImGui::GetCursorScreenPos().y;
  if (beside) ImGui::SetCursorScreenPos({top.x + fields_width + Theme::space_4, top.y});
  else gap(Theme::space_3);
  ImGui::BeginGroup();
  draw_bytes(ui, bytes);
  ImGui::EndGroup();
  ImGui::SetCursorScreenPos({top.x, std::max(below, ImGui::GetCursorScreenPos().y)});
  gap(Theme::space_3);
  heading(ui, 4, "JSON", {.style = TextStyle::small_strong});
  text(ui, chat::packet_json(fields_), {.style = TextStyle::code});
}

// The same message from a command line.
void PacketDetails::draw_command(Ui& ui, const wasmqtt::PacketTrace& trace, const chat::State& state, chat::Intents& intents) {
  const wasmqtt::TraceEntry& entry = trace[number_];
  const auto [command, problem] = chat::mosquitto_pub_command(entry, trace.bytes(entry), trace.alias_topic(entry), state.page.host,
                                                              state.settings.authentication ? state.user : std::string());
  if (command.empty() && problem.empty()) return;
  gap(Theme::space_3);
  heading(ui, 4, "Command line", {.style = TextStyle::small_strong});
  if (!problem.empty()) return text(ui, problem, {.style = TextStyle::small});
  if (button(ui, "Copy as mosquitto_pub", {.icon = Icon::copy, .small = true})) {
    intents.emplace_back(chat::CopyText{command});
    ui.announce("Copied");
  }
  text(ui, command, {.style = TextStyle::code});
}

void PacketDetails::draw_fields(Ui& ui, float width, wasmqtt::Bytes bytes) {
  const auto cell = [&](int row, int column) -> Cell {
    const chat::PacketField& field = fields_[static_cast<std::size_t>(row)];
    if (column == 0) return {.text = field.name};
    if (column == 2) return {.text = shown_bits_ = chat::bits_of(field, bytes)};
    shown_value_ = one_line(field.value, most_shown_value);
    return {.text = shown_value_};
  };
  const float height = row_height * static_cast<float>(fields_.size() + 1);
  const int selected = pointed_byte_ >= 0 ? chat::field_at(fields_, static_cast<std::size_t>(pointed_byte_)) : field_;
  const TableResult result = table(ui, "Fields", table_, field_columns, static_cast<int>(fields_.size()), cell,
                                   {.size = {width, height}, .row_height = row_height, .selected = selected});
  if (result.activated >= 0) {
    field_ = field_ == result.activated ? -1 : result.activated;
    byte_ = -1;
  }
  // The keyboard's field, until the pointer is moved: scrolling alone brings other rows under it.
  const ImVec2 moved = ImGui::GetIO().MouseDelta;
  if (result.focused != focused_) by_keyboard_ = result.focused >= 0;
  else if (moved.x != 0 || moved.y != 0) by_keyboard_ = false;
  focused_ = result.focused;
  pointed_ = by_keyboard_ ? focused_ : result.hovered;
}

int PacketDetails::marked() const {
  if (pointed_ >= 0) return pointed_;
  if (pointed_byte_ >= 0 && (byte_ != pointed_byte_ || field_ < 0)) return chat::field_at(fields_, static_cast<std::size_t>(pointed_byte_));
  return field_;
}

void PacketDetails::draw_bytes(Ui& ui, wasmqtt::Bytes bytes) {
  draw_steps(ui, bytes);
  const int mark = marked();
  HexMarks marks;
  if (mark >= 0) {
    const chat::PacketField& field = fields_[static_cast<std::size_t>(mark)];
    marks = {field.begin, field.end, pointed_ >= 0 ? -1 : pointed_byte_ >= 0 ? pointed_byte_ : byte_};
  }
  text(ui, caption(bytes), {.style = TextStyle::small, .color = mark >= 0 ? ui.theme().color.accent_text : ui.theme().color.text_muted,
                            .ellipsis = true});
  const HexResult hex = hex_view(ui, bytes, marks);
  if (hex.clicked) choose_byte(hex.pointed, byte_ == hex.pointed ? field_ : -1);
  // Its row has been drawn.
  // A pointer that rests does not take back what the keyboard has chosen since.
  const ImVec2 moved = ImGui::GetIO().MouseDelta;
  const bool rests = moved.x == 0 && moved.y == 0 && !hex.clicked;
  const int pointed = rests && hex.pointed >= 0 ? pointed_byte_ : hex.pointed;
  if (pointed != pointed_byte_ || hex.clicked) ui.set_unsettled();
  pointed_byte_ = pointed;
}

// The way from a byte to its field without a pointer.
void PacketDetails::draw_steps(Ui& ui, wasmqtt::Bytes bytes) {
  const int last = static_cast<int>(bytes.size()) - 1;
  const auto step = [&](std::string_view label, Icon icon, bool possible, int by) {
    const ButtonOptions options{.kind = ButtonKind::ghost, .icon = icon, .icon_only = true, .small = true, .disabled = !possible};
    ImGui::SameLine(0, Theme::space_1);
    if (!button(ui, label, options)) return;
    choose_byte(std::clamp(byte_ + by, 0, last), -1);
    pointed_ = pointed_byte_ = -1;
    ui.announce(caption(bytes));
    ui.set_unsettled();
  };
  const float top = ImGui::GetCursorScreenPos().y;
  ImGui::SetCursorScreenPos({ImGui::GetCursorScreenPos().x, top + 7});
  heading(ui, 4, "Bytes", {.style = TextStyle::small_strong, .width = -1});
  ImGui::SameLine(0, Theme::space_1);
  ImGui::SetCursorScreenPos({ImGui::GetCursorScreenPos().x, top});
  ImGui::Dummy({0, 0});
  step("Previous byte", Icon::arrow_left, byte_ > 0, -1);
  step("Next byte", Icon::arrow_right, byte_ < last, 1);
}

void PacketDetails::choose_byte(int byte, int after) {
  byte_ = byte;
  field_ = chat::field_at(fields_, static_cast<std::size_t>(byte), after);
}

std::string PacketDetails::caption(wasmqtt::Bytes bytes) const {
  const int mark = marked();
  if (mark < 0) return "Point at a field or a byte.";
  const chat::PacketField& field = fields_[static_cast<std::size_t>(mark)];
  const int byte = pointed_ >= 0 ? -1 : pointed_byte_ >= 0 ? pointed_byte_ : byte_;
  if (byte >= 0) {
    const auto at = static_cast<std::size_t>(byte);
    return chat::digits(at, 4, 16) + " is " + chat::digits(bytes[at], 2, 16) + ": " + field.name;
  }
  if (field.begin == field.end) return field.name + ": no bytes";
  const std::string from = field.name + ": " + chat::digits(field.begin, 4, 16);
  return field.begin + 1 < field.end ? from + " to " + chat::digits(field.end - 1, 4, 16) : from;
}

void PacketDetails::draw_explanation(Ui& ui, const wasmqtt::TraceEntry& entry, const chat::State& state, chat::Intents& intents) {
  const Palette& c = ui.theme().color;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + room().x, at.y + 1}, c.border.u32());
  auto area = scroll_area(ui, "Explanation", {.role = Role::region, .padding = {Theme::space_4, Theme::space_2}});
  if (state.explanations_are == chat::TextStatus::failed) {
    text(ui, "The explanations could not be loaded.", {.style = TextStyle::small, .color = c.warning_text});
    if (button(ui, "Load again", {.small = true})) intents.emplace_back(chat::LoadText{chat::TextFile::explanations});
    return;
  }
  const int mark = marked();
  const std::string name = mark < 0 ? std::string(chat::packet_name(entry)) : fields_[static_cast<std::size_t>(mark)].name;
  const chat::Explanation& one = mark < 0 ? state.explanations.of_packet(name, entry.version)
                                          : state.explanations.of_field(name, entry.version);
  if (one.empty()) return;
  text(ui, name + ": " + one.says, {.style = TextStyle::small});
  if (!one.statement.empty()) text(ui, one.statement, {.style = TextStyle::small, .color = c.text_muted});
}

}  // namespace chat_view
