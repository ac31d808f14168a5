#include "chat_view/trouble_tab.hpp"

#include <algorithm>
#include <array>

#include "chat/settings.hpp"
#include "marks.hpp"

namespace chat_view {

using namespace semantic;
using chat::Trouble;

namespace {

constexpr float row_height = 32;
constexpr std::array<Column, 6> lane_columns = {{
    {.name = "Lane", .weight = 1, .style = TextStyle::small_strong},
    {.name = "Sent", .width = 56, .right = true, .style = TextStyle::code, .hide_below = 300},
    {.name = "Arrived", .width = 74, .right = true, .style = TextStyle::code},
    {.name = "Waiting", .width = 80, .right = true, .style = TextStyle::code, .hide_below = 380},
    {.name = "Lost", .width = 48, .right = true, .style = TextStyle::code},
    {.name = "Doubled", .width = 78, .right = true, .style = TextStyle::code},
}};
constexpr std::array<std::string_view, 3> lane_names = {"QoS 0, at most once", "QoS 1, at least once", "QoS 2, exactly once"};
constexpr std::array<std::string_view, 3> qos_names = {"QoS 0", "QoS 1", "QoS 2"};

// Numbers far from what they count, and fields as wide as a desk, are hard to read.
float width() { return std::min(room().x, 640.0f); }

void part_heading(Ui& ui, std::string_view words) {
  gap(Theme::space_4);
  heading(ui, 3, words, {.style = TextStyle::small_strong});
}

void quiet(Ui& ui, std::string_view words) {
  text(ui, words, {.style = TextStyle::small, .color = ui.theme().color.text_muted});
}

}  // namespace

void TroubleTab::draw(Ui& ui, const chat::State& state, chat::Intents& intents, float height) {
  auto area = scroll_area(ui, "Trouble on the connection", {.role = Role::region, .size = {0, height},
                                                            .padding = {Theme::space_4, Theme::space_2}});
  const chat::WorkbenchState& workbench = state.workbench;
  if (workbench.has_trouble) draw_trouble(ui, workbench, intents);
  if (workbench.trouble_elsewhere) quiet(ui, "Another tab has the connection: trouble can be made there.");
  draw_lanes(ui, workbench, intents);
  if (!workbench.problem.empty()) alert(ui, workbench.problem, Tone::warning);
  draw_publish(ui, state.settings.mqtt5, intents);
  draw_subscribe(ui, workbench, intents);
  if (state.settings.authentication)
    quiet(ui, "This broker lets a user publish and read topics of the chat only. Stage 20 or 30 lets you try any topic, and the lanes.");
}

void TroubleTab::draw_trouble(Ui& ui, const chat::WorkbenchState& workbench, chat::Intents& intents) {
  heading(ui, 3, "Trouble", {.style = TextStyle::small_strong});
  Rows rows(ui.theme().control_height());
  const auto offer = [&](std::string_view label, Trouble what, std::optional<bool> lasts, std::string_view description) {
    const ButtonOptions options{.pressed = lasts, .description = description};
    rows.next(button_size(ui, label, options).x, ui.theme().control_height(), Theme::space_2);
    if (button(ui, label, options)) intents.emplace_back(chat::MakeTrouble{what, !lasts.value_or(false)});
  };
  offer("Pull the plug", Trouble::pull_plug, {}, "The connection ends without a DISCONNECT: the broker publishes the will.");
  offer("Lose the next acknowledgement", Trouble::lose_acknowledgement, workbench.losing,
        "The next PUBACK, PUBREC or PUBCOMP of either side is lost, and the connection with it.");
  offer("Delay by 2 s", Trouble::delay, workbench.delayed, "Everything takes two seconds longer, in each direction.");
  offer("Freeze", Trouble::freeze, workbench.frozen, "Nothing comes or goes any more, and nobody is told: the keep alive will notice.");
  offer("Forget the session", Trouble::forget_session, {},
        "Connects with a clean session once: what the broker has queued and knows of this client is gone.");
}

void TroubleTab::draw_lanes(Ui& ui, const chat::WorkbenchState& workbench, chat::Intents& intents) {
  part_heading(ui, "Three lanes");
  quiet(ui, "The same message with each QoS, from here to the broker and back. Make trouble meanwhile, and compare.");
  const bool narrow = width() < 480;
  const auto cell = [&](int row, int column) -> Cell {
    const chat::WorkbenchState::Lane& lane = workbench.lanes[static_cast<std::size_t>(row)];
    const auto lane_index = static_cast<std::size_t>(row);
    if (column == 0) return {.text = narrow ? qos_names[lane_index] : lane_names[lane_index], .spoken = lane_names[lane_index]};
    const std::uint64_t counts[] = {lane.sent, lane.arrived, lane.waiting, lane.missing(), lane.doubled};
    const std::uint64_t count = counts[column - 1];
    shown_ = std::to_string(count);
    return {.text = shown_, .color = column >= 4 && count != 0 ? std::optional(ui.theme().color.warning_text) : std::nullopt};
  };
  lanes_table_.stick_to_bottom = false;
  table(ui, "Lanes", lanes_table_, lane_columns, 3, cell, {.size = {width(), 4 * row_height}, .row_height = row_height});
  gap(Theme::space_2);
  if (button(ui, "Send in each lane", {.icon = Icon::send})) intents.emplace_back(chat::SendInLanes{});
}

void TroubleTab::draw_publish(Ui& ui, bool mqtt5, chat::Intents& intents) {
  part_heading(ui, "Publish");
  auto fields = form(ui, "Publish");
  text_field(ui, "Topic", message_.topic, {.placeholder = "a/b", .width = width()});
  text_field(ui, "Payload", message_.payload, {.width = width()});
  gap(Theme::space_2);
  const auto chosen = IdScope("publish");
  radio_group(ui, "QoS to publish with", qos_names, publish_qos_);
  checkbox(ui, "Retain", message_.retain);
  if (mqtt5) draw_properties(ui);
  gap(Theme::space_2);
  const std::optional<std::uint32_t> expiry = chat::parse_expiry(expiry_);
  const std::string_view missing = message_.topic.empty() ? "A topic is needed." : expiry ? "" : "The expiry has to be whole seconds.";
  const bool pressed = button(ui, "Publish", {.disabled_reason = missing});
  if (!missing.empty() || (!pressed && !fields.submitted())) return;
  message_.qos = static_cast<wasmqtt::Qos>(publish_qos_);
  message_.expiry = *expiry;
  intents.emplace_back(message_);
}

void TroubleTab::draw_properties(Ui& ui) {
  text_field(ui, "Expiry", expiry_, {.placeholder = "Never", .hint = "Seconds", .width = width()});
  text_field(ui, "Content type", message_.content_type, {.width = width()});
  text_field(ui, "Response topic", message_.response_topic, {.width = width()});
  text_field(ui, "User property", message_.user_property, {.placeholder = "name=value", .width = width()});
}

void TroubleTab::draw_subscribe(Ui& ui, const chat::WorkbenchState& workbench, chat::Intents& intents) {
  part_heading(ui, "Subscribe");
  {
    auto fields = form(ui, "Subscribe");
    text_field(ui, "Topic filter", filter_, {.placeholder = "a/#", .width = width()});
    gap(Theme::space_2);
    const auto chosen = IdScope("subscribe");
    radio_group(ui, "QoS to subscribe with", qos_names, subscribe_qos_);
    gap(Theme::space_2);
    const bool pressed = button(ui, "Subscribe", {.disabled_reason = filter_.empty() ? "A filter is needed." : ""});
    if (!filter_.empty() && (pressed || fields.submitted()))
      intents.emplace_back(chat::SubscribeTopic{filter_, static_cast<wasmqtt::Qos>(subscribe_qos_)});
  }
  for (const std::string& filter : workbench.filters)
    if (button(ui, "Unsubscribe from " + one_line(filter, 60), {.small = true})) intents.emplace_back(chat::UnsubscribeTopic{filter});
}

}  // namespace chat_view
