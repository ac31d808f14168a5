#include "chat_view/packet_timeline.hpp"

#include <algorithm>
#include <cmath>

#include "chat/digits.hpp"
#include "chat/packet_fields.hpp"
#include "marks.hpp"

namespace chat_view {

using namespace semantic;
using wasmqtt::Direction;
using Part = chat::PacketBrackets::Part;

namespace {

constexpr float row_height = 44, fold_height = 26, arrow_y = 30;
constexpr float brackets_x = 80, lane_width = 9, client_x = brackets_x + lane_width * chat::PacketBrackets::lanes + 10, broker_room = 40;
constexpr std::chrono::milliseconds longest_to_scale{500};
constexpr float pixels_per_millisecond = 0.16f;

// One packet's row.
class TimelineRow {
 public:
  TimelineRow(Ui& ui, const wasmqtt::PacketTrace& trace, const chat::PacketRow& row, const Rect& rect)
      : ui_(ui), entry_(trace[row.number]), row_(row), rect_(rect), client_(rect.x + client_x),
        broker_(rect.x + rect.w - broker_room) {}

  void draw(std::string_view words, const chat::PacketBrackets::Parts& parts, float lead, std::string_view fold) {
    const Palette& c = ui_.theme().color;
    lanes();
    for (std::size_t lane = 0; lane < parts.size(); ++lane) bracket(lane, parts[lane]);
    if (!fold.empty()) folded(fold);
    const float y = rect_.y + lead + arrow_y;
    draw_text(ui_, {rect_.x + 8, y - 10}, row_.time, TextStyle::code, c.text_muted, 68);
    if (entry_.type == wasmqtt::remark)
      return draw_text(ui_, {client_ + 12, y - 17}, row_.topic, TextStyle::small, c.warning_text, broker_ - client_ - 24);
    arrow(y);
    draw_text(ui_, {client_ + 12, y - 24}, words, TextStyle::small, c.text, broker_ - client_ - 24);
  }

 private:
  ImDrawList& list() { return *ImGui::GetWindowDrawList(); }

  void lanes() {
    const ImU32 color = ui_.theme().color.control_border.u32();
    for (const float x : {client_, broker_}) list().AddLine({x, rect_.y}, {x, rect_.y + rect_.h}, color, 2);
  }

  // Silence: the lanes are cut, and say for how long.
  void folded(std::string_view words) {
    const Palette& c = ui_.theme().color;
    const float y = rect_.y + fold_height * 0.5f;
    for (const float x : {client_, broker_}) {
      list().AddRectFilled({x - 2, y - 5}, {x + 2, y + 5}, c.panel.u32());
      for (const float part : {-5.0f, 5.0f}) list().AddLine({x - 4, y + part + 2}, {x + 4, y + part - 2}, c.control_border.u32(), 2);
    }
    draw_text(ui_, {client_ + 12, y - 8}, words, TextStyle::tiny, c.text_muted, broker_ - client_ - 24);
  }

  void bracket(std::size_t lane, Part part) {
    if (part == Part::none) return;
    const float x = rect_.x + brackets_x + static_cast<float>(lane) * lane_width;
    const float y = rect_.y + rect_.h - row_height + arrow_y;
    const ImU32 color = ui_.theme().color.text_muted.u32();
    list().AddLine({x, part == Part::begins ? y : rect_.y}, {x, part == Part::ends ? y : rect_.y + rect_.h}, color, 1.5f);
    if (part != Part::passes) list().AddLine({x, y}, {x + 6, y}, color, 1.5f);
  }

  void arrow(float y) {
    const Palette& c = ui_.theme().color;
    const bool out = entry_.direction == Direction::outbound;
    const ImU32 color = (out ? c.accent_text : c.success_text).u32();
    if (chat::waits_for_answer(entry_)) {
      for (float x = client_; x < broker_; x += 10) list().AddLine({x, y}, {std::min(x + 5, broker_), y}, color, 2);
    } else {
      list().AddLine({client_, y}, {broker_, y}, color, 2);
    }
    const float tip = out ? broker_ : client_, back = out ? -9.0f : 9.0f;
    list().AddTriangleFilled({tip, y}, {tip + back, y - 5}, {tip + back, y + 5}, color);
  }

  Ui& ui_;
  const wasmqtt::TraceEntry& entry_;
  const chat::PacketRow& row_;
  Rect rect_;
  float client_, broker_;
};

// "publish Id 3 QoS 1 retain DUP chat/status/alice"
std::string words_of(const chat::PacketRow& row, bool waits) {
  std::string words = row.packet;
  if (!row.id.empty()) words += " Id " + row.id;
  if (!row.qos.empty()) words += " QoS " + row.qos;
  if (row.retain) words += " retain";
  if (row.dup) words += " DUP";
  if (row.will) words += " with will";
  if (!row.topic.empty() && row.has_own_topic) words += " " + row.topic;
  return waits ? words + ", not answered" : words;
}

// How long nothing happened before this packet: the room for it, or the words where that is too much.
float lead_before(wasmqtt::Duration gap, std::string& fold) {
  if (gap > longest_to_scale) {
    fold = chat::decimal(gap.count() / 1000, 2) + " s without a packet";
    return fold_height;
  }
  return std::round(static_cast<float>(std::max<wasmqtt::Duration::rep>(gap.count(), 0)) / 1000 * pixels_per_millisecond);
}

}  // namespace

PacketTimeline::Result PacketTimeline::draw(Ui& ui, const wasmqtt::PacketTrace& trace, const chat::PacketList& list,
                                            std::uint64_t chosen, std::span<const std::uint64_t> lit, float height) {
  if (rows_ > list.size()) log_.clear();
  rows_ = list.size();
  brackets_.update(trace, list);
  Result result;
  const Palette& c = ui.theme().color;
  const auto draw_one = [&](int index) {
    const auto at = static_cast<std::size_t>(index);
    const std::uint64_t number = list[at];
    const wasmqtt::TraceEntry& entry = trace[number];
    const chat::PacketRow row = chat::make_row(trace, number, list.start());
    const std::string_view way = entry.type == wasmqtt::remark ? "" : entry.direction == Direction::outbound ? "outbound " : "inbound ";
    const std::string words = words_of(row, chat::waits_for_answer(entry));
    std::string fold;
    const float lead = at == 0 ? 0 : lead_before(entry.at - trace[list[at - 1]].at, fold);
    const SurfaceResult item = button_surface(ui, row.index + " " + std::string(way) + words, {room().x, lead + row_height},
                                              {.kind = ButtonKind::ghost, .pressed = chosen == number,
                                               .description = fold});
    if (item.activated) result.activated = number;
    if (item.hovered || (item.focused && ui.focus_visible())) result.pointed = number;
    const Rect& r = item.rect;
    if (std::binary_search(lit.begin(), lit.end(), number))
      ImGui::GetWindowDrawList()->AddRectFilled({r.x, r.y + lead}, r.max(), c.accent_soft.u32(), Theme::radius);
    TimelineRow(ui, trace, row, r).draw(words, brackets_.parts(at), lead, fold);
  };
  const ImVec2 top = ImGui::GetCursorScreenPos();
  draw_text(ui, {top.x + client_x - 20, top.y + 4}, "Client", TextStyle::small_strong, c.text_muted);
  draw_text(ui, {top.x + room().x - broker_room - 22, top.y + 4}, "Broker", TextStyle::small_strong, c.text_muted);
  ImGui::Dummy({1, 20});
  log(ui, "Timeline", log_, static_cast<int>(list.size()), draw_one,
      {.size = {0, height - 36}, .padding = {0, 0}, .estimated_height = row_height, .gap = 0});
  return result;
}

}  // namespace chat_view
