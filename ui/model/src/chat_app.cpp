#include "chat/chat_app.hpp"

#include <algorithm>

#include "chat/names.hpp"
#include "account.hpp"
#include "device.hpp"

namespace chat {

ChatApp::ChatApp(Platform platform, Settings settings) : platform_(std::move(platform)) {
  state_.zone = &platform_.zone;
  state_.page = platform_.page;
  state_.now = platform_.loop.now();
  state_.clock = platform_.zone.now();
  state_.settings = std::move(settings);
  device_ = std::make_unique<Device>(platform_.store, state_);
  device_->load([this] { changed(); });
}

ChatApp::~ChatApp() {
  if (account_) account_->detach();
}

void ChatApp::handle(const Intents& intents) {
  for (const Intent& intent : intents) handle(intent);
}

void ChatApp::handle(const Intent& intent) {
  struct Handler {
    ChatApp& app;
    Account* account;
    void operator()(const SignIn& i) { app.sign_in(i); }
    void operator()(const ExpectSignIn& i) { app.expect_sign_in(i); }
    void operator()(const ChangeSettings& i) { app.change_settings(i.settings); }
    void operator()(const Logout&) { app.logout(); }
    void operator()(const UseHere&) { if (account) account->use_here(), app.on_used_here(); }
    void operator()(const ConnectNow&) { if (account) account->connect_now(); }
    void operator()(const AddChat& i) { app.add_chat(i.user); }
    void operator()(const AskGroups& i) { if (account && account->groups()) account->groups()->ask(i.request); }
    void operator()(const DismissGroupProblem&) { if (account && account->groups()) account->groups()->forget_problem(); }
    void operator()(const OpenChat& i) { app.open_chat(i.key); }
    void operator()(const ReadUpTo& i) { app.read_up_to(i); }
    void operator()(const ClearChat& i) { app.clear_chat(i.key); }
    void operator()(const RemoveChat& i) { app.remove_chat(i.key); }
    void operator()(const LeaveChat&) { app.leave_chat(); }
    void operator()(const SendMessage& i) { if (account) account->send(i.key, i.text); }
    void operator()(const RetryMessage& i) { if (account) account->retry(i.key, i.id); }
    void operator()(const SaveDraft& i) { app.save_draft(i.key, i.text); }
    void operator()(const ChooseTheme& i) { app.device_->choose_theme(i.theme); }
    void operator()(const ArrangePackets& i) { app.device_->arrange_packets(i); }
    void operator()(const ClearPackets&) { if (!app.opened_) app.clear_packets(); }
    void operator()(const ExportPackets& i) { app.export_packets(i.format); }
    void operator()(const OpenPackets&) { if (app.on_open_file) app.on_open_file(); }
    void operator()(const ClosePackets&) { app.close_packets(); }
    void operator()(const CopyText& i) { if (app.on_copy) app.on_copy(i.text); }
    void operator()(const WatchSession& i) { app.session_watched_ = i.on; }
    void operator()(const LoadText& i) { app.load_text(i.file); }
    void operator()(const MakeTrouble& i) { app.make_trouble(i); }
    void operator()(const PublishTopic& i) { if (account && account->workbench()) account->workbench()->publish(i); }
    void operator()(const SubscribeTopic& i) { if (account && account->workbench()) account->workbench()->subscribe(i); }
    void operator()(const UnsubscribeTopic& i) { if (account && account->workbench()) account->workbench()->unsubscribe(i.filter); }
    void operator()(const SendInLanes&) { if (account && account->workbench()) account->workbench()->send_in_lanes(); }
    void operator()(const DismissNotices&) { app.state_.notices.clear(); }
    void operator()(const MuteNotifications&) { app.handle_notifications(Notifications::off); }
    void operator()(const AskForNotifications&) { if (app.on_ask_for_notifications) app.on_ask_for_notifications(); }
  };
  std::visit(Handler{*this, account_.get()}, intent);
  changed();
}

void ChatApp::sign_in(const SignIn& intent) {
  if (state_.signing_in || state_.screen == Screen::chat) return;
  const std::string user(trim(intent.user));
  const std::string broker = broker_url(state_.settings, state_.page);
  state_.login_problem = check_user_name(user);
  if (state_.login_problem.empty()) state_.login_problem = check_broker_url(broker, state_.page);
  if (state_.login_problem.empty() && needs_password(state_.settings) && intent.password.empty())
    state_.login_problem = "Please enter your password.";
  if (!state_.login_problem.empty()) return;
  begin_account(user, intent.password, broker, user == state_.returning && broker == returning_broker_);
}

// What a link names besides is connected to by whoever signs in, only.
void ChatApp::expect_sign_in(const ExpectSignIn& intent) {
  if (account_ || closing_ || !check_user_name(trim(intent.user)).empty()) return;
  const std::string broker = broker_url(state_.settings, state_.page);
  if (broker == default_broker(state_.page, state_.settings) && addresses_of(broker).size() == 1) platform_.transport.open_soon(broker);
}

void ChatApp::handle_returned(std::string_view user, std::string_view broker) {
  if (account_ || state_.screen != Screen::login || !check_user_name(user).empty()) return;
  if (broker_url(state_.settings, state_.page) != broker) return;
  if (!state_.settings.authentication) return begin_account(std::string(user), {}, std::string(broker), true);
  state_.settings.user = state_.returning = user;
  returning_broker_ = broker;
  changed();
}

void ChatApp::begin_account(const std::string& user, const std::string& password, const std::string& broker,
                            bool returning) {
  // There is one transport: an account that is still disconnecting has to release it.
  closing_.reset();
  account_.reset();
  state_.signing_in = true;
  state_.user = user;
  state_.settings.user = user;
  ChatStore& store = state_.settings.remember ? platform_.store : memory_;
  account_ = std::make_shared<Account>(*this, store, Account::Credentials{user, password, broker}, returning);
  account_->start();
}

void ChatApp::signed_in() {
  if (state_.screen == Screen::chat) return;
  state_.signing_in = false;
  state_.returning.clear();
  state_.screen = Screen::chat;
  state_.admin = state_.settings.authentication && state_.user == "admin";
  if (state_.admin) device_->saw(40);
  device_->remember();
  update();
  on_used_here();
  changed();
}

void ChatApp::on_used_here() {
  if (on_signed_in) on_signed_in(account_->user(), account_->broker());
}

void ChatApp::signed_out() {
  if (on_signed_out) on_signed_out();
}

void ChatApp::sign_in_failed(std::string problem) {
  // Called from inside the account: it is freed at the next update() or sign-in.
  account_->detach();
  closing_ = std::exchange(account_, nullptr);
  forget_account();
  if (closing_->trace() != nullptr) keep_packets(*closing_->trace());
  state_.login_problem = std::move(problem);
  changed();
}

void ChatApp::logout() {
  if (!account_) return;
  account_->detach();
  account_->stop();
  end_account();
}

void ChatApp::end_account() {
  closing_ = std::exchange(account_, nullptr);
  forget_account();
  packets_.reset();
  state_.login_problem.clear();
}

// Called from inside the account, as sign_in_failed() is.
void ChatApp::signed_out_in_other_tab() {
  account_->detach();
  account_->leave();
  end_account();
  state_.login_problem = "You signed out in another tab.";
  changed();
}

void ChatApp::forget_account() {
  state_.screen = Screen::login;
  state_.signing_in = false;
  state_.returning.clear();
  state_.admin = false;
  state_.user.clear();
  state_.open = {};
  state_.conversations.clear();
  state_.presence.clear();
  state_.notices.clear();
  close_packets();
  // Nobody is left who could end it.
  if (platform_.trouble != nullptr) {
    platform_.trouble->lose_next_acknowledgement(false);
    platform_.trouble->set_delay({});
    platform_.trouble->set_frozen(false);
  }
  state_.workbench = {};
  state_.trace = nullptr;
  state_.subscription_problem.clear();
  state_.group_requests = {};
  state_.connection = {};
  signed_out();
}

void ChatApp::change_settings(const Settings& settings) {
  if (state_.screen == Screen::chat || state_.signing_in) return;
  state_.settings = settings;
  state_.login_problem.clear();
  if (on_address) on_address(query_of(settings));
}

void ChatApp::open_chat(const ConversationKey& key) {
  Conversation* conversation = state_.conversations.find(key);
  if (conversation == nullptr) return;
  handle_leave();
  state_.open = key;
  state_.reader_at_end = conversation->unread() == 0;
  conversation->open();
}

void ChatApp::read_up_to(const ReadUpTo& read) {
  Conversation* conversation = state_.conversations.find(read.key);
  if (conversation == nullptr || !is_seen(*conversation)) return;
  state_.reader_at_end = read.at_end;
  const unsigned unread = conversation->unread_below(read.number);
  if (unread >= conversation->unread()) return;
  conversation->set_unread(unread);
  conversation->mark_read(unread == 0 ? conversation->next_number() - 1 : read.number);
  keep(*conversation);
}

void ChatApp::clear_chat(const ConversationKey& key) {
  Conversation* conversation = state_.conversations.find(key);
  if (conversation != nullptr && account_) account_->history().clear(*conversation);
}

void ChatApp::remove_chat(const ConversationKey& key) {
  Conversation* conversation = state_.conversations.find(key);
  if (conversation == nullptr || !account_) return;
  // A group that one is in stays in the list, as long as one is.
  if (account_->groups() != nullptr && conversation->group && conversation->group->member) return;
  if (state_.open == key) leave_chat();
  account_->history().remove(*conversation);
}

void ChatApp::add_chat(const std::string& user) {
  const std::string partner(trim(user));
  if (!account_ || !check_user_name(partner).empty()) return;
  const ConversationKey key{state_.user, partner};
  Conversation& conversation = state_.conversations.create(key);
  if (conversation.empty()) conversation.touch(platform_.zone.now());
  state_.conversations.reorder();
  keep(conversation);
  open_chat(key);
}

void ChatApp::leave_chat() { state_.open = {}; }

void ChatApp::save_draft(const ConversationKey& key, const std::string& text) {
  Conversation* conversation = state_.conversations.find(key);
  if (conversation == nullptr || !account_) return;
  account_->history().set_draft(*conversation, text, platform_.loop.now(), platform_.zone.now());
  // Typed just before somebody looked elsewhere.
  if (!state_.attended) account_->history().flush_drafts();
}

void ChatApp::keep(const Conversation& conversation) {
  if (account_) account_->history().keep(conversation);
}

void ChatApp::handle_visible(bool visible) {
  visible_ = visible;
  if (!visible) handle_leave();
  see_open_chat();
}

void ChatApp::handle_drawing(bool drawing) {
  drawing_ = drawing;
  see_open_chat();
}

void ChatApp::handle_leave() {
  if (!account_) return;
  account_->history().flush_drafts();
  account_->note_waiting();
}

bool ChatApp::is_seen(const Conversation& conversation) const {
  return state_.attended && state_.open == conversation.key();
}

bool ChatApp::is_read(const Conversation& conversation) const { return is_seen(conversation) && state_.reader_at_end; }

// What arrived in it unseen comes into sight.
void ChatApp::see_open_chat() {
  const bool attended = std::exchange(state_.attended, visible_ && drawing_);
  const Conversation* open = state_.open_conversation();
  if (open != nullptr && !attended && is_seen(*open) && open->unread() != 0) open_chat(state_.open);
  changed();
}

void ChatApp::handle_wake() {
  if (account_ && account_->line()) account_->line()->wake();
  changed();
}

void ChatApp::handle_online() {
  network_ = true;
  handle_wake();
}

void ChatApp::handle_offline() {
  network_ = false;
  if (account_ && account_->line()) account_->line()->offline();
  changed();
}

void ChatApp::handle_signed_in_elsewhere(std::string_view user, std::string_view broker, bool shares) {
  if (account_ && account_->broker() == broker) {
    if (account_->user() != user) device_->saw_sign_in(user);
    else if (!(shares && account_->is_shared())) account_->yield_to_other_tab();
  }
  changed();
}

void ChatApp::handle_notifications(Notifications notifications) {
  state_.notifications = notifications;
  changed();
}

void ChatApp::handle_address(std::string_view query) {
  if (state_.screen == Screen::login && !state_.signing_in) {
    state_.settings = settings_from_query(query);
    state_.login_problem = stage_problem(query);
  }
  changed();
}

void ChatApp::update() {
  state_.now = platform_.loop.now();
  state_.clock = platform_.zone.now();
  if (account_) {
    state_.connection = account_->connection(network_);
    account_->update(state_.now);
  }
  show_trouble();
  if (opened_) state_.trace = &*opened_;
  state_.session = session_watched_ && account_ ? account_->session() : std::nullopt;
  if (closing_ && closing_->over()) closing_.reset();
}

std::optional<Time> ChatApp::next_change() const {
  std::optional<Time> next = state_.presence.next_change(state_.now);
  const auto consider = [&](std::optional<Time> time) {
    if (time && (!next || *time < *next)) next = time;
  };
  if (closing_) consider(closing_->stop_by());
  if (account_) {
    consider(account_->next_change());
    if (session_watched_) consider(state_.now + std::chrono::seconds{1});
  }
  return next;
}

bool ChatApp::shares() const { return account_ && account_->is_shared(); }

wasmqtt::MqttClient* ChatApp::mqtt() { return account_ ? account_->connection() : nullptr; }

void ChatApp::changed() {
  if (account_) account_->note_attention(state_.attended ? state_.open : ConversationKey{});
  if (on_change) on_change();
}

}  // namespace chat
