#include "chat_view/session_tab.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "marks.hpp"

namespace chat_view {

using namespace semantic;

namespace {

constexpr float row_height = 32;
constexpr std::array<Column, 2> session_columns = {{
    {.name = "Of the session", .width = 116, .style = TextStyle::small_strong},
    {.name = "Value", .weight = 1, .style = TextStyle::code},
}};
constexpr std::array<Column, 3> subscription_columns = {{
    {.name = "Filter", .weight = 1, .style = TextStyle::code, .keep_end = true},
    {.name = "Asked", .width = 72, .right = true, .style = TextStyle::code},
    {.name = "Granted", .width = 84, .right = true, .style = TextStyle::code},
}};
constexpr std::array<Column, 4> unfinished_columns = {{
    {.name = "Id", .width = 64, .right = true, .style = TextStyle::code},
    {.name = "Topic", .weight = 1, .style = TextStyle::code, .keep_end = true},
    {.name = "QoS", .width = 56, .right = true, .style = TextStyle::code},
    {.name = "State", .width = 84, .style = TextStyle::small},
}};
constexpr std::array<Column, 4> topic_columns = {{
    {.name = "Topic", .width = 220, .style = TextStyle::code},
    {.name = "Messages", .width = 92, .right = true, .style = TextStyle::code, .hide_below = 480},
    {.name = "Last message", .weight = 1, .style = TextStyle::code},
    {.name = "Retained", .weight = 1, .style = TextStyle::code, .hide_below = 640},
}};

std::string digit(wasmqtt::Qos qos) { return std::to_string(static_cast<int>(qos)); }

float height_for(std::size_t rows) { return row_height * static_cast<float>(rows + 1); }

void part_heading(Ui& ui, std::string_view words) {
  gap(Theme::space_3);
  heading(ui, 3, words, {.style = TextStyle::small_strong});
}

void quiet(Ui& ui, std::string_view words) {
  text(ui, words, {.style = TextStyle::small, .color = ui.theme().color.text_muted});
}

}  // namespace

void SessionTab::draw(Ui& ui, const chat::State& state, float height) {
  topics_.update(*state.trace);
  auto area = scroll_area(ui, "Session state", {.role = Role::region, .size = {0, height},
                                                .padding = {Theme::space_4, Theme::space_2}});
  if (!state.session) return quiet(ui, "There is no session yet.");
  draw_session(ui, state);
  part_heading(ui, "Subscriptions");
  draw_subscriptions(ui, *state.session);
  part_heading(ui, "In flight");
  draw_unfinished(ui, *state.session);
  part_heading(ui, "Topics seen here");
  draw_topics(ui);
}

void SessionTab::draw_session(Ui& ui, const chat::State& state) {
  const chat::SessionInfo& s = *state.session;
  std::string ping = "none";
  if (s.next_ping) {
    const auto left = std::max(*s.next_ping - state.now, wasmqtt::Duration{0});
    ping = "in " + std::to_string(std::chrono::ceil<std::chrono::seconds>(left).count()) + " s, if idle";
  }
  std::vector<std::array<std::string, 2>> rows = {
      {"Client id", s.client_id},
      {"Broker", s.broker},
      {"Protocol", s.protocol},
      {"Session", s.session},
      {"When closed", s.when_closed},
      {"Keep alive", s.keep_alive},
      {"In flight", std::to_string(s.counts.in_flight) + " sent, " + std::to_string(s.counts.queued) + " queued"},
  };
  if (s.is_own) {
    rows.insert(rows.end() - 1, {"Next ping", ping});
    rows.push_back({"Received ids", std::to_string(s.counts.received_ids) + " held until PUBREL"});
  }
  if (!s.tabs.empty()) rows.insert(rows.begin() + 4, {"Connection", s.tabs});
  const auto cell = [&](int row, int column) -> Cell {
    return {.text = rows[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)]};
  };
  session_table_.stick_to_bottom = false;
  table(ui, "Session", session_table_, session_columns, static_cast<int>(rows.size()), cell,
        {.size = {0, height_for(rows.size())}, .row_height = row_height});
}

void SessionTab::draw_subscriptions(Ui& ui, const chat::SessionInfo& session) {
  const auto cell = [&](int row, int column) -> Cell {
    const chat::SessionInfo::Filter& one = session.filters[static_cast<std::size_t>(row)];
    if (column == 0) return {.text = one.filter};
    const bool granted = one.granted.has_value();
    shown_ = column == 1 ? digit(one.asked) : granted ? digit(*one.granted) : "no";
    return {.text = shown_, .color = column == 2 && !granted ? std::optional(ui.theme().color.warning_text) : std::nullopt};
  };
  subscriptions_table_.stick_to_bottom = false;
  table(ui, "Subscriptions", subscriptions_table_, subscription_columns, static_cast<int>(session.filters.size()), cell,
        {.size = {0, height_for(session.filters.size())}, .row_height = row_height});
}

void SessionTab::draw_unfinished(Ui& ui, const chat::SessionInfo& session) {
  if (session.unfinished.empty()) return quiet(ui, "Nothing: every publish with QoS 1 or 2 is acknowledged.");
  const auto cell = [&](int row, int column) -> Cell {
    const chat::SessionInfo::Unfinished& one = session.unfinished[static_cast<std::size_t>(row)];
    if (column == 1) return {.text = one.topic};
    if (column == 3) return {.text = one.state};
    shown_ = column == 2 ? digit(one.qos) : one.packet_id == 0 ? std::string() : std::to_string(one.packet_id);
    return {.text = shown_};
  };
  unfinished_table_.stick_to_bottom = false;
  table(ui, "In flight", unfinished_table_, unfinished_columns, static_cast<int>(session.unfinished.size()), cell,
        {.size = {0, height_for(session.unfinished.size())}, .row_height = row_height});
}

void SessionTab::draw_topics(Ui& ui) {
  const auto& topics = topics_.rows();
  if (topics.empty()) return quiet(ui, "No message has come or gone yet.");
  const auto cell = [&](int row, int column) -> Cell {
    const chat::TopicTree::Row& one = topics[static_cast<std::size_t>(row)];
    switch (column) {
      case 0:
        shown_ = std::string(2 * one.depth, ' ') + (one.level.empty() ? "(empty)" : one.level);
        return {.text = shown_, .spoken = one.topic};
      case 1:
        shown_ = one.messages == 0 ? std::string() : std::to_string(one.messages);
        return {.text = shown_};
      default: return {.text = shown_ = one_line(column == 2 ? one.last : one.retained)};
    }
  };
  topics_table_.stick_to_bottom = false;
  const float height = height_for(std::min<std::size_t>(topics.size(), 12));
  table(ui, "Topics", topics_table_, topic_columns, static_cast<int>(topics.size()), cell,
        {.size = {0, height}, .row_height = row_height});
  if (topics_.left_out() != 0) quiet(ui, std::to_string(topics_.left_out()) + " messages on further topics are not shown.");
}

}  // namespace chat_view
