#include "chat_view/packets.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "marks.hpp"
#include "wasmqtt/describe.hpp"

namespace chat_view {

using namespace semantic;
using wasmqtt::Direction;

namespace {

enum ColumnIndex { idx, direction, time, packet, topic, qos, retain, dup, payload, id, size, rtt };

const std::array<Column, 12> columns = {{
    {.name = "Idx", .width = 56, .right = true, .style = TextStyle::code},
    {.name = "Direction", .width = 124, .icon_below = 700},
    {.name = "Time (ms)", .width = 92, .right = true, .style = TextStyle::code, .hide_below = 440},
    {.name = "Packet", .width = 96, .style = TextStyle::small_strong},
    {.name = "Topic", .weight = 1, .style = TextStyle::code, .keep_end = true},
    {.name = "QoS", .width = 48, .right = true, .style = TextStyle::code, .hide_below = 400},
    {.name = "Retain", .width = 64, .style = TextStyle::small, .hide_below = 860},
    {.name = "DUP", .width = 52, .style = TextStyle::small, .hide_below = 860},
    {.name = "Payload", .weight = 1.2f, .style = TextStyle::code, .hide_below = 960},
    {.name = "Id", .width = 48, .right = true, .style = TextStyle::code, .hide_below = 560},
    {.name = "Size", .width = 56, .right = true, .style = TextStyle::code, .hide_below = 520},
    {.name = "RTT", .width = 64, .right = true, .style = TextStyle::code, .hide_below = 580},
}};

Color color_of(Ui& ui, Direction direction) {
  return direction == Direction::outbound ? ui.theme().color.accent_text : ui.theme().color.success_text;
}

std::string thousands(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, " ");
  return text;
}

// Narrower, a window is a phone's. From `words_width` on, the buttons have words beside their icons.
constexpr float narrow_width = 560, words_width = 1100;
// The table with all that the article's has; its rows and the details, one above the other.
constexpr float least_list_width = 616, least_details_width = 300, tall_height = 560;

}  // namespace

void PacketsView::draw(Ui& ui, const chat::State& state, chat::Intents& intents) {
  if (state.trace == nullptr) return;
  follow_trace(state);
  lessons_.follow(state);
  list_.update(*state.trace, filter_);
  if (state.explanations_are == chat::TextStatus::not_asked) intents.emplace_back(chat::LoadText{chat::TextFile::explanations});
  if (details_.number() != 0 && (!has_chosen(state) || ui.take_escape())) details_.show(*state.trace, 0);
  draw_tools(ui, state, intents);
  draw_notices(ui, state, intents);
  const float height = room().y;
  const bool details = details_.number() != 0;
  // Beside a list that keeps its columns, or below it where that leaves both enough rows.
  const bool beside = details && room().x >= least_list_width + least_details_width && height < tall_height;
  const float main_height = details && !beside ? std::max(120.0f, std::floor(height * 0.45f)) : height;
  const float main_width = beside ? least_list_width : 0;
  // Within a card, so that a table paints over neither its border nor its corners.
  const float inset = room().x < narrow_width || tab_ >= as_session ? 0 : Theme::space_2;
  {
    auto main_part = region(ui, {.role = Role::group, .name = "Packet list", .size = {main_width, main_height}, .padding = {inset, 0}});
    draw_main(ui, state, intents, main_height - inset);
  }
  if (!details) return;
  if (beside) ImGui::SameLine(0, 0);
  auto part = region(ui, {.role = Role::group, .name = "Chosen packet"});
  const std::uint64_t next = details_.number() == 0 ? 0 : details_.draw(ui, *state.trace, state, intents);
  if (next != details_.number()) details_.show(*state.trace, next);
}

// Another trace (a file was opened or closed) is looked at anew.
void PacketsView::follow_trace(const chat::State& state) {
  if (state.opened_file == shown_file_) return;
  shown_file_ = state.opened_file;
  list_ = {};
  table_ = {};
  timeline_ = {};
  session_ = {};
  details_.show(*state.trace, 0);
  exchange_of_ = exchange_at_ = pointed_ = 0;
  exchange_.clear();
  if (!shown_file_.empty() && tab_ >= as_session) tab_ = as_table;
}

void PacketsView::draw_main(Ui& ui, const chat::State& state, chat::Intents& intents, float height) {
  if (tab_ == as_lessons) {
    lessons_.draw(ui, state, intents, height);
    const std::string words = lessons_.take_filter();
    if (words.empty()) return;
    filter_ = {.text = words};
    tab_ = as_table;
    return ui.set_unsettled();
  }
  if (tab_ == as_trouble) return trouble_.draw(ui, state, intents, height);
  if (tab_ == as_session) return session_.draw(ui, state, height);
  if (list_.size() == 0) {
    gap(Theme::space_6);
    return text(ui, filter_ == chat::PacketFilter{} ? "No packets yet" : "No packets match these filters",
                {.style = TextStyle::small, .color = ui.theme().color.text_muted, .center = true});
  }
  mark_exchange(state);
  const std::uint64_t before = pointed_;
  if (tab_ == as_timeline) draw_timeline(ui, state, height);
  else draw_table(ui, state, height);
  // Its partners may have been drawn before it.
  if (pointed_ != before) ui.set_unsettled();
}

void PacketsView::watch_session(const chat::State& state, chat::Intents& intents) {
  const bool wanted = tab_ == as_session;
  if (wanted != state.session.has_value()) intents.emplace_back(chat::WatchSession{wanted});
}

// What belongs to the packet that is pointed at, or else to the chosen one.
void PacketsView::mark_exchange(const chat::State& state) {
  const wasmqtt::PacketTrace& trace = *state.trace;
  std::uint64_t number = pointed_ != 0 ? pointed_ : details_.number();
  if (number < trace.first() || number >= trace.end()) number = 0;
  if (number == exchange_of_ && trace.end() == exchange_at_) return;
  exchange_of_ = number;
  exchange_at_ = trace.end();
  exchange_.clear();
  if (number != 0) exchange_ = chat::exchange_of(trace, number);
  if (exchange_.size() == 1) exchange_.clear();
}

bool PacketsView::is_marked(std::uint64_t number) const {
  return std::binary_search(exchange_.begin(), exchange_.end(), number);
}

void PacketsView::draw_tools(Ui& ui, const chat::State& state, chat::Intents& intents) {
  const bool narrow = room().x < narrow_width;
  auto tools = region(ui, {.role = Role::group, .name = "Packet tools", .auto_height = true,
                           .padding = {narrow ? Theme::space_3 : Theme::space_4, Theme::space_3}});
  const float height = ui.theme().control_height();
  Rows rows(narrow ? 44.0f : height);
  const Color muted = ui.theme().color.text_muted;
  // On a phone the count stands below the heading, if it fits there beside the buttons.
  const float title_room = rows.width() - 5 * height - Theme::space_2;
  const bool stacked = narrow && text_size(ui, count_words(state, true), TextStyle::tiny).x <= title_room;
  rows.next(narrow ? title_room : text_size(ui, "Packets", TextStyle::heading).x, stacked ? 44.0f : 28.0f);
  const ImVec2 title = ImGui::GetCursorPos();
  const bool fits = !narrow || text_size(ui, "Packets", TextStyle::heading).x <= title_room;
  heading(ui, 2, "Packets", {.style = fits ? TextStyle::heading : TextStyle::subheading, .width = -1});
  draw_buttons(ui, state, intents, rows, narrow);
  // There, the details of a packet need the filters' room, too.
  if (!narrow || details_.number() == 0) draw_filters(ui, rows, narrow);
  // What was typed or chosen just now: a page at rest draws no frame after this one.
  list_.update(*state.trace, filter_);
  watch_session(state, intents);
  const std::string counts = count_words(state, stacked);
  if (stacked) {
    ImGui::SetCursorPos({title.x, title.y + 28});
    text(ui, counts, {.style = TextStyle::tiny, .color = muted, .width = title_room, .ellipsis = true});
  } else if (tab_ < as_session) {
    rows.next(text_size(ui, counts, TextStyle::small).x, 20);
    text(ui, counts, {.style = TextStyle::small, .color = muted});
  }
}

void PacketsView::draw_buttons(Ui& ui, const chat::State& state, chat::Intents& intents, Rows& rows, bool narrow) {
  const bool icons = rows.width() < words_width;
  const float height = ui.theme().control_height();
  bool first = true;
  const auto tool = [&](std::string_view label, Icon icon, bool words = true) {
    const ButtonOptions options{.kind = narrow ? ButtonKind::ghost : ButtonKind::secondary, .icon = icon, .icon_only = icons || !words};
    const float space = std::exchange(first, false) ? (narrow ? Theme::space_2 : Theme::space_3) : narrow ? 0 : Theme::space_1;
    rows.next(button_size(ui, label, options).x, height, space);
    return button(ui, label, options);
  };
  const bool paused = list_.paused();
  const bool file = !shown_file_.empty();
  if (!file && tool(paused ? "Resume" : "Pause", paused ? Icon::play : Icon::pause)) list_.set_paused(!paused);
  if (!file && tool("Clear", Icon::trash)) intents.emplace_back(chat::ClearPackets{});
  if (tool("Export", Icon::download)) intents.emplace_back(chat::ExportPackets{});
  if (tool("For Wireshark", Icon::fin)) intents.emplace_back(chat::ExportPackets{chat::PacketFile::pcapng});
  if (!file && tool("Open", Icon::folder)) intents.emplace_back(chat::OpenPackets{});
  if (file && tool("Close file", Icon::close)) intents.emplace_back(chat::ClosePackets{});
  const std::optional<bool> right = std::exchange(docked_right_, std::nullopt);
  if (!right || !tool(*right ? "Dock below" : "Dock right", *right ? Icon::dock_below : Icon::dock_right, false)) return;
  chat::PacketLayout layout = state.packet_layout;
  layout.dock = *right ? chat::PacketLayout::Dock::below : chat::PacketLayout::Dock::right;
  intents.emplace_back(chat::ArrangePackets{layout});
}

void PacketsView::draw_filters(Ui& ui, Rows& rows, bool narrow) {
  static constexpr std::string_view choices[] = {"Show All Packets", "Inbound Only", "Outbound only"};
  static constexpr std::string_view segments[] = {"All", "Inbound", "Outbound"};
  const float height = ui.theme().control_height();
  const float pings = 32 + ui.text_width("Show Pings", TextStyle::body);
  const float filter = narrow ? rows.width() - pings - Theme::space_4 : 184.0f;
  const float directions = segmented_width(ui, segments);
  static constexpr std::string_view tabs[] = {"Table", "Timeline", "Session", "Trouble", "Lessons"};
  static constexpr std::string_view short_tabs[] = {"Table", "Time", "Session", "Trouble", "Lessons"};
  const float tabs_width = std::min(rows.width(), segmented_width(ui, tabs));
  rows.next(tabs_width, height);
  radio_group(ui, "View", tabs, tab_, {.segments = narrow ? short_tabs : tabs, .width = tabs_width});
  if (tab_ >= as_session) return;
  // The two stay together.
  rows.next(filter + Theme::space_4 + pings, height);
  const ImVec2 at = ImGui::GetCursorPos();
  text_field(ui, "Filter", filter_.text, {.placeholder = "Topic or type", .label_visible = false, .width = filter});
  const float pings_height = ui.theme().touch ? 44.0f : 36.0f;
  ImGui::SetCursorPos({at.x + filter + Theme::space_4, at.y + std::floor((height - pings_height) * 0.5f)});
  checkbox(ui, "Show Pings", filter_.pings);
  // There the filter's words "in" and "out" do.
  if (narrow) return;
  rows.next(directions, height);
  int chosen = static_cast<int>(filter_.directions);
  if (radio_group(ui, "Direction", choices, chosen, {.segments = segments, .width = directions}))
    filter_.directions = static_cast<chat::PacketFilter::Directions>(chosen);
}

std::string PacketsView::count_words(const chat::State& state, bool short_words) const {
  const std::uint64_t held = state.trace->end() - state.trace->first();
  std::string words = state.opened_file.empty() ? "" : state.opened_file + ", read-only: ";
  words += thousands(list_.size()) + " of " + thousands(held) + (short_words ? "" : " packets");
  if (list_.dropped() != 0) words += ", " + thousands(list_.dropped()) + " older dropped";
  if (list_.paused()) words += ", paused: " + thousands(list_.waiting(*state.trace)) + " new";
  return words;
}

void PacketsView::draw_notices(Ui& ui, const chat::State& state, chat::Intents& intents) {
  const auto& notices = state.notices.list();
  if (notices.empty()) return;
  auto part = region(ui, {.role = Role::group, .name = "Notices", .auto_height = true,
                          .padding = {Theme::space_4, Theme::space_2}});
  const chat::Notice& last = notices.back();
  std::string words = state.zone->clock(last.at) + "  " + last.text;
  if (!last.topic.empty()) words += " Topic: " + last.topic;
  if (last.count > 1) words += " (" + std::to_string(last.count) + " times)";
  const ButtonOptions dismiss{.kind = ButtonKind::ghost, .small = true};
  const float dismiss_width = button_size(ui, "Dismiss", dismiss).x;
  const bool beside = room().x >= narrow_width;
  {
    auto notice = region(ui, {.role = Role::group, .name = "Last notice",
                              .size = {beside ? room().x - dismiss_width - Theme::space_2 : 0, 0}, .auto_height = true});
    alert(ui, words, Tone::warning);
  }
  if (beside) ImGui::SameLine(0, Theme::space_2);
  const bool dismissed = button(ui, "Dismiss", dismiss);
  if (state.notices.total() > last.count)
    text(ui, thousands(state.notices.total()) + " notices in all",
         {.style = TextStyle::small, .color = ui.theme().color.text_muted});
  if (dismissed) intents.emplace_back(chat::DismissNotices{});
}

void PacketsView::draw_table(Ui& ui, const chat::State& state, float height) {
  const wasmqtt::PacketTrace& trace = *state.trace;
  const auto cell = [&](int row, int column) -> Cell {
    const std::uint64_t number = list_[static_cast<std::size_t>(row)];
    if (row_.number != number) row_ = chat::make_row(trace, number, list_.start());
    const bool out = row_.direction == Direction::outbound;
    const bool is_remark = trace[number].type == wasmqtt::remark;
    const Palette& c = ui.theme().color;
    // The round-trip time is there only when the answer is; the rest of a row never changes.
    switch (column) {
      case idx:
        if (!is_marked(number)) return {.text = row_.index};
        shown_index_ = row_.index + ", of the same exchange";
        return {.text = row_.index, .color = c.accent_text, .spoken = shown_index_};
      case direction:
        if (is_remark) return {};
        return {.text = out ? "OUTBOUND" : "INBOUND", .color = color_of(ui, row_.direction),
                .icon = out ? Icon::arrow_right : Icon::arrow_left};
      case time: return {.text = row_.time};
      case packet: return {.text = row_.packet, .color = is_remark ? c.warning_text : color_of(ui, row_.direction)};
      case topic: return {.text = row_.topic, .color = row_.has_own_topic ? c.text : c.text_muted, .keep_start = is_remark};
      case qos: return {.text = row_.qos};
      case retain: return {.text = row_.retain ? "yes" : ""};
      case dup: return {.text = row_.dup ? "yes" : "", .color = c.warning_text};
      case payload: return {.text = shown_payload_ = one_line(row_.payload)};
      case id: return {.text = row_.id};
      case size: return {.text = row_.size};
      case rtt: return {.text = row_.round_trip};
      default: return {};
    }
  };
  row_.number = 0;
  const int selected = details_.number() == 0 ? -1 : static_cast<int>(list_.row_of(details_.number()));
  const TableResult result = table(ui, "Packets", table_, columns, static_cast<int>(list_.size()), cell,
                                   {.size = {0, height}, .row_height = 32, .selected = selected,
                                    .marked = [&](int row) { return is_marked(list_[static_cast<std::size_t>(row)]); }});
  const int pointed = result.focused >= 0 ? result.focused : result.hovered;
  pointed_ = pointed >= 0 ? list_[static_cast<std::size_t>(pointed)] : 0;
  if (result.activated >= 0) choose(state, list_[static_cast<std::size_t>(result.activated)]);
}

void PacketsView::draw_timeline(Ui& ui, const chat::State& state, float height) {
  const PacketTimeline::Result result = timeline_.draw(ui, *state.trace, list_, details_.number(), exchange_, height);
  pointed_ = result.pointed;
  if (result.activated != 0) choose(state, result.activated);
}

bool PacketsView::choose_message(Ui& ui, const chat::State& state, const chat::PacketMessage& message) {
  if (state.trace == nullptr) return false;
  const std::uint64_t number = packet_of(*state.trace, message, state.conversations);
  if (number == 0) {
    ui.announce("The packet of this message is not held any more.");
    return false;
  }
  follow_trace(state);
  if (details_.number() != number) choose(state, number);
  list_.update(*state.trace, filter_);
  if (list_.row_of(number) == list_.size()) filter_ = {};
  list_.update(*state.trace, filter_);
  table_.stick_to_bottom = false;
  table_.scroll_to = static_cast<int>(list_.row_of(number));
  timeline_.scroll_to(table_.scroll_to);
  return true;
}

// Choosing the one that is shown closes it.
void PacketsView::choose(const chat::State& state, std::uint64_t number) {
  details_.show(*state.trace, details_.number() == number ? 0 : number);
}

bool PacketsView::has_chosen(const chat::State& state) const {
  return details_.number() >= state.trace->first() && details_.number() < state.trace->end();
}

}  // namespace chat_view
