#include "chat_view/login.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "chat/names.hpp"
#include "marks.hpp"

namespace chat_view {

using namespace semantic;

namespace {

// In the middle of a tall window, as if all were unfolded: so the card stays where it is when that is done.
float room_above(ImVec2 area) {
  constexpr float tallest_card = 936;
  const float least = area.x < 640 ? Theme::space_3 : Theme::space_6;
  return std::floor(std::clamp((area.y - tallest_card) * 0.5f, least, 240.0f));
}

// A button that unfolds what is below it; its words begin where those of the other lines do.
bool unfolding(Ui& ui, std::string_view label, bool& open) {
  constexpr float padding = 12;
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() - padding);
  if (button(ui, label, {.kind = ButtonKind::ghost, .small = true, .expanded = open})) open = !open;
  return open;
}

// The host of a ws:// or wss:// address, with its port: what comes before an @ only looks like one.
std::string_view host_of(std::string_view url) {
  if (const std::size_t slashes = url.find("//"); slashes != std::string_view::npos) url.remove_prefix(slashes + 2);
  const std::string_view authority = url.substr(0, url.find_first_of("/\\?"));
  return authority.substr(authority.rfind('@') + 1);
}

// A link can name any broker, and a password manager fills in the password: where it would go stands beside the button.
void draw_other_broker(Ui& ui, const chat::State& state) {
  const std::string broker = chat::broker_url(state.settings, state.page);
  if (broker == chat::default_broker(state.page, state.settings)) return;
  gap(Theme::space_4);
  const std::string_view what = state.settings.authentication ? "Your password goes to another broker than this page's: "
                                                              : "You connect to another broker than this page's: ";
  std::string hosts;
  for (const std::string& one : chat::addresses_of(broker)) hosts.append(hosts.empty() ? "" : ", ").append(host_of(one));
  text(ui, std::string(what) + hosts, {.color = ui.theme().color.warning_text});
}

// What happened before the page came, and how the last sign-in went.
void draw_notes(Ui& ui, const chat::State& state) {
  if (!state.page.note.empty()) {
    gap(Theme::space_4);
    text(ui, state.page.note, {.style = TextStyle::small, .color = ui.theme().color.text_muted});
  }
  if (!state.returning.empty()) {
    gap(Theme::space_4);
    text(ui, "You were signed in as " + state.returning + ". Passwords are not stored: please enter yours to continue.",
         {.style = TextStyle::small});
  }
  if (const std::string waiting = waiting_words(state); !waiting.empty() && !state.signing_in) {
    gap(Theme::space_4);
    text(ui, waiting, {.style = TextStyle::small, .color = ui.theme().color.warning_text});
  }
  if (!state.login_problem.empty()) {
    gap(Theme::space_4);
    alert(ui, state.login_problem);
  }
}

// Those of sign-ins that failed: CONNACK says why.
void draw_packets_button(Ui& ui, const chat::State& state, bool& show) {
  const bool any = state.trace != nullptr && state.trace->first() != state.trace->end() && !state.signing_in;
  if (!any && !show) return;
  gap(Theme::space_3);
  if (button(ui, "Show Packets", {.icon = Icon::packets, .small = true, .pressed = show})) show = !show;
}

// Those of scripts/run's brokers; elsewhere nobody knows who they are. Returns the one that was chosen; empty: none was.
std::string_view draw_users(Ui& ui, const chat::State& state) {
  const std::string& host = state.page.host;
  const bool local = host == "localhost" || host == "127.0.0.1" || host == "[::1]";
  if (!local || !state.settings.broker.empty()) return {};
  gap(Theme::space_3);
  auto part = group(ui, Role::group, "Example users");
  const ButtonOptions options{.small = true, .disabled = state.signing_in};
  Rows rows(button_size(ui, "admin", options).y);
  std::string_view chosen;
  for (const std::string_view name : {"sebastian", "peter", "hannes", "vy", "minh", "jenny", "admin"}) {
    const ImVec2 size = button_size(ui, name, options);
    rows.next(size.x, size.y, Theme::space_2);
    if (button(ui, name, options)) chosen = name;
  }
  return chosen;
}

}  // namespace

void LoginView::signed_in() {
  password_.clear();
  show_password_ = false;
  user_typed_ = false;
  user_problem_.clear();
  password_problem_.clear();
}

void LoginView::draw(Ui& ui, const chat::State& state, chat::Intents& intents, ImVec2 size, bool& show_packets) {
  const std::string broker = chat::broker_url(state.settings, state.page);
  // What was typed stays: the name that the device remembers may come later.
  if (state.settings.user != known_user_) {
    known_user_ = state.settings.user;
    if (!user_typed_) user_ = known_user_;
  }
  if (broker != known_broker_) broker_ = known_broker_ = broker;
  if (state.settings.expiry != known_expiry_) {
    known_expiry_ = state.settings.expiry;
    expiry_ = known_expiry_ == 0 ? std::string() : std::to_string(known_expiry_);
  }

  auto area = scroll_area(ui, "Login page", {.role = Role::main, .size = size});
  const float room = ImGui::GetContentRegionAvail().x;
  const float width = std::min(440.0f, room - 2 * Theme::space_4);
  const float left = std::floor((room - width) * 0.5f);
  gap(room_above(ImGui::GetContentRegionAvail()));
  ImGui::SetCursorPosX(left);
  const float padding = width < 360 ? Theme::space_4 : Theme::space_6;
  {
    auto card = region(ui, {.role = Role::region, .name = "Sign in", .size = {width, 0}, .auto_height = true,
                            .surface = Surface::card, .padding = {padding, padding}});
    const ImVec2 at = ImGui::GetCursorScreenPos();
    constexpr float logo = 52;
    draw_logo(ui, {at.x, at.y + 4}, logo);
    const float indent = logo + Theme::space_4;
    ImGui::SetCursorScreenPos({at.x + indent, at.y});
    heading(ui, 1, "Login", {.style = TextStyle::title, .width = -1});
    ImGui::SetCursorScreenPos({at.x + indent, at.y + 38});
    text(ui, "Enter your credentials to access the MQTT Chat!",
         {.style = TextStyle::small, .color = ui.theme().color.text_muted, .width = width - 2 * padding - indent});
    gap(Theme::space_4);
    draw_fields(ui, state, intents, show_packets);
  }
  gap(Theme::space_6);
}

void LoginView::draw_fields(Ui& ui, const chat::State& state, chat::Intents& intents, bool& show_packets) {
  auto fields = form(ui, "Login");
  // While signing in the fields were disabled, and so lost the focus.
  if (was_signing_in_ && !state.signing_in && !state.login_problem.empty())
    focus_ = state.settings.authentication ? Focus::password : Focus::user;
  was_signing_in_ = state.signing_in;
  const Focus focus = std::exchange(focus_, Focus::none);
  const FieldResult user =
      text_field(ui, "Username", user_,
                 {.placeholder = "Your name", .error = user_problem_, .autocomplete = "username", .required = true,
                  .disabled = state.signing_in, .take_focus = focus == Focus::user, .select_all = true});
  focused_ = user.focused ? Focus::user : Focus::none;
  if (user.changed) {
    user_typed_ = true;
    intents.emplace_back(chat::ExpectSignIn{user_});
    if (!user_problem_.empty()) user_problem_ = chat::check_user_name(chat::trim(user_));
  }
  if (state.settings.authentication) {
    gap(Theme::space_3);
    draw_password(ui, state, focus == Focus::password);
    if (const std::string_view chosen = draw_users(ui, state); !chosen.empty()) {
      user_ = chosen;
      user_typed_ = true;
      intents.emplace_back(chat::ExpectSignIn{user_});
      user_problem_.clear();
      focus_ = Focus::password;
      ui.set_unsettled();
    }
  }
  draw_notes(ui, state);
  draw_packets_button(ui, state, show_packets);
  draw_other_broker(ui, state);
  gap(Theme::space_4);
  const bool pressed = button(ui, state.signing_in ? "Signing In..." : "Sign In",
                              {.kind = ButtonKind::primary, .disabled = state.signing_in, .width = -1});
  gap(Theme::space_3);
  draw_options(ui, state, intents);
  if ((pressed || fields.submitted()) && !state.signing_in) submit(ui, state, intents);
}

void LoginView::draw_password(Ui& ui, const chat::State& state, bool take_focus) {
  const bool disabled = state.signing_in, required = chat::needs_password(state.settings);
  const ButtonOptions show{.kind = ButtonKind::ghost, .icon = Icon::eye, .icon_only = true, .small = true,
                           .disabled = disabled, .pressed = show_password_};
  const float size = button_size(ui, "Show password", show).x;
  const FieldResult field =
      text_field(ui, "Password", password_,
                 {.hint = required ? "" : "Leave it empty if a certificate signs you in.", .error = password_problem_,
                  .autocomplete = "current-password", .required = required,
                  .password = !show_password_, .disabled = disabled, .take_focus = take_focus, .select_all = true,
                  .end_room = size - Theme::space_1});
  if (field.focused) focused_ = Focus::password;
  if (field.changed) password_problem_.clear();
  const ImVec2 after = ImGui::GetCursorPos();
  const float edge = (field.box.h - size) * 0.5f;
  ImGui::SetCursorScreenPos({field.box.x + field.box.w - size - edge, field.box.y + edge});
  if (button(ui, "Show password", show)) show_password_ = !show_password_;
  ImGui::SetCursorPos(after);
}

void LoginView::submit(Ui& ui, const chat::State& state, chat::Intents& intents) {
  const std::string_view user = chat::trim(user_);
  user_problem_ = chat::check_user_name(user);
  password_problem_ = chat::needs_password(state.settings) && password_.empty() ? "Please enter your password." : "";
  const bool expiry_is_wrong = state.settings.mqtt5 && !chat::parse_expiry(expiry_);
  if (!user_problem_.empty() || !password_problem_.empty()) {
    focus_ = user_problem_.empty() ? Focus::password : Focus::user;
    // A field that gets the focus is described by it, and need not say it twice.
    if (focused_ == focus_) ui.announce(user_problem_.empty() ? password_problem_ : user_problem_, Politeness::assertive);
    ui.set_unsettled();
    return;
  }
  if (expiry_is_wrong) return;
  // A broker typed and not yet taken over (Enter in its field). One that is refused does not come into the address.
  if (broker_ != known_broker_) {
    if (const std::string_view problem = broker_problem(state); !problem.empty()) {
      options_open_ = advanced_open_ = true;
      return ui.announce(problem, Politeness::assertive);
    }
    chat::Settings settings = state.settings;
    settings.broker = broker_;
    intents.emplace_back(chat::ChangeSettings{settings});
  }
  intents.emplace_back(chat::SignIn{std::string(user), state.settings.authentication ? password_ : std::string()});
}

void LoginView::draw_options(Ui& ui, const chat::State& state, chat::Intents& intents) {
  if (!unfolding(ui, "Options", options_open_)) return;
  draw_stages(ui, state, intents);
  chat::Settings settings = state.settings;
  bool changed = false;
  {
    auto off = disabled(ui, state.signing_in, "Signing in");
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(Theme::space_2, 0));
    const auto toggle = [&](std::string_view label, bool& value, std::string_view description) {
      changed |= checkbox(ui, label, value, {.description = description});
    };
    toggle("Use QoS 1", settings.qos1, "Delivers each message at least once. The broker queues messages while you are offline.");
    toggle("Use status messages", settings.status, "Shows who is online, with retained messages and a last will.");
    toggle("Use authentication", settings.authentication, "Uses the broker that requires passwords and enforces access rights.");
    toggle("Deduplicate messages client side", settings.deduplicate, "Discards the duplicates that QoS 1 allows.");
    toggle("Remember on this device", settings.remember, "Stores the history and the session in this browser.");
    toggle("Use groups", settings.groups, "Uses the broker whose access rights follow the groups. Needs authentication.");
    toggle("Check messages", settings.check, "A validation worker reads each message first. Needs authentication.");
    toggle("Use MQTT 5", settings.mqtt5,
           "The broker gives reasons, holds a last will back, and drops messages that have expired.");
    ImGui::PopStyleVar();
  }
  if (changed) intents.emplace_back(chat::ChangeSettings{with_dependencies(state.settings, settings)});
  if (settings.mqtt5) draw_expiry(ui, state, intents);
  draw_advanced(ui, state, intents);
}

// All options of a stage at once.
void LoginView::draw_stages(Ui& ui, const chat::State& state, chat::Intents& intents) {
  static constexpr std::string_view names[] = {"Stage 10", "Stage 20", "Stage 30", "Stage 40", "Stage 50", "Stage 60"};
  static constexpr std::string_view segments[] = {"10", "20", "30", "40", "50", "60"};
  const int stage = chat::stage_of(state.settings);
  int chosen = stage / 10 - 1;
  {
    auto off = disabled(ui, state.signing_in, "Signing in");
    if (radio_group(ui, "Stage", names, chosen, {.segments = segments, .width = room().x,
                                                      .ticked = static_cast<unsigned>(state.stages_seen.bits()), .tick = "Seen"}))
      intents.emplace_back(chat::ChangeSettings{chat::at_stage(state.settings, 10 * (chosen + 1))});
  }
  text(ui, chat::stage_words(stage), {.style = TextStyle::small, .color = ui.theme().color.text_muted});
}

void LoginView::draw_expiry(Ui& ui, const chat::State& state, chat::Intents& intents) {
  gap(Theme::space_2);
  const std::optional<std::uint32_t> seconds = chat::parse_expiry(expiry_);
  const FieldResult field = text_field(
      ui, "Message expiry", expiry_,
      {.placeholder = "Never", .hint = "Seconds after which a message that was not delivered is dropped.",
       .error = seconds ? std::string_view{} : "Please enter whole seconds.", .disabled = state.signing_in});
  if (!field.changed || !chat::parse_expiry(expiry_)) return;
  chat::Settings settings = state.settings;
  settings.expiry = known_expiry_ = *chat::parse_expiry(expiry_);
  intents.emplace_back(chat::ChangeSettings{settings});
}

std::string_view LoginView::broker_problem(const chat::State& state) const {
  return broker_.empty() ? std::string_view{} : chat::check_broker_url(broker_, state.page);
}

void LoginView::draw_advanced(Ui& ui, const chat::State& state, chat::Intents& intents) {
  if (!unfolding(ui, "Advanced", advanced_open_)) return;
  gap(Theme::space_2);
  const FieldResult field = text_field(
      ui, "Broker", broker_,
      {.placeholder = "ws://localhost:8081", .hint = "The WebSocket address of the broker.",
       .error = broker_problem(state), .disabled = state.signing_in});
  if (!field.changed || !broker_problem(state).empty()) return;
  // Empty, or what the page would fill in: the address need not name it.
  chat::Settings settings = state.settings;
  const bool is_default = broker_ == chat::default_broker(state.page, settings);
  settings.broker = is_default ? std::string() : broker_;
  if (settings == state.settings) return;
  intents.emplace_back(chat::ChangeSettings{settings});
  known_broker_ = broker_.empty() ? std::string() : broker_;
}

}  // namespace chat_view
