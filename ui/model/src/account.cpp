#include "account.hpp"
#include "device.hpp"

#include <algorithm>

#include "chat/names.hpp"
#include "chat/rooms.hpp"
#include "chat/topics.hpp"
#include "message_route.hpp"

namespace chat {
namespace {

using wasmqtt::ConnectionState;

constexpr std::string_view admin_name = "admin";
// MQTT 5's topic aliases, each way: as many topics as a chat at rest uses.
constexpr std::uint16_t topic_aliases = 10;
// MQTT 5: who reloads the page and signs in within this time was never offline.
constexpr std::uint32_t will_delay_seconds = 10;

// For the other tabs, which leave, too, before the connection ends.
constexpr std::chrono::seconds stop_timeout{2};

std::vector<std::uint8_t> to_bytes(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace

Account::Account(ChatApp& app, ChatStore& store, Credentials credentials, bool returning)
    : app_(&app), store_(store), platform_(app.platform_), settings_(app.state_.settings), user_(credentials.user),
      password_(credentials.password), broker_(credentials.broker),
      admin_(settings_.authentication && credentials.user == admin_name),
      history_(store, app.state_.conversations, user_, broker_, platform_.loop.random()), returning_(returning) {
  history_.on_notice = [this](std::string text) { notice(std::move(text)); };
  history_.on_problem = [this](std::string_view problem) { storage_failed(problem); };
  if (settings_.groups && !admin_) make_desk();
}

void Account::make_desk() {
  desk_ = std::make_unique<GroupDesk>(GroupDesk::Uses{app_->state_, history_, platform_.loop, platform_.zone});
  desk_->on_held = [this](const wasmqtt::Message& message) { handle_message(message); };
  desk_->on_notice = [this](std::string text, std::string_view topic) { notice(std::move(text), topic); };
  desk_->on_changed = [this] { app_->changed(); };
  desk_->on_invited = [this] { app_->device_->saw(50); };
  desk_->on_made = [this](const ConversationKey& key) { app_->open_chat(key); };
  desk_->on_groups_changed = [this] {
    // That is why the broker ended the connection, if it has just done so: it is neither a fault nor a takeover.
    if (wasmqtt::MqttClient* client = connection()) client->forgive_endings();
    note("Your groups have changed, and with them your rights on the broker.");
  };
}

Account::~Account() { end_sharing(); }

// The network and the store work side by side.
void Account::start() {
  // Of several it is not known yet which.
  if (addresses_of(broker_).size() == 1) platform_.transport.open_soon(broker_);
  begin_sharing();
  history_.load([this](bool ok) {
    if (app_ == nullptr || stopping_) return;
    // What tabs tell each other is what they have stored.
    if (!ok) end_sharing();
    connect(password_);
    if (returning_ && app_ != nullptr) app_->signed_in();
  });
}

void Account::detach() {
  if (app_ != nullptr) history_.flush_drafts(), note_waiting();
  if (desk_) desk_->detach();
  app_ = nullptr;
}

void Account::note_waiting() {
  if (app_ != nullptr && settings_.qos1 && adopted_) app_->device_->note_waiting({user_, broker_, share_ ? count_waiting() : sent_.size()});
}

wasmqtt::MqttOptions Account::options(const std::string& password) const {
  wasmqtt::MqttOptions options;
  options.urls = addresses_of(broker_);
  options.client.client_id = client_id(user_);
  options.client.clean_session = !settings_.qos1;
  options.client.trace = {.max_packets = 100'000};
  if (settings_.authentication) {
    options.client.user_name = user_;
    options.client.password = to_bytes(password);
  }
  if (settings_.status) {
    const std::string offline = write_status({.online = false, .last_online = clock()}, offset());
    options.client.will = wasmqtt::WillOptions{status_topic(user_), to_bytes(offline), qos(), true, {}};
  }
  if (settings_.mqtt5) add_mqtt5(options.client);
  options.driver.takeover.policy = wasmqtt::TakeoverPolicy::stop;
  // For a person who waits for it.
  options.driver.open_timeout = std::chrono::seconds{8};
  options.client.connack_timeout = std::chrono::seconds{8};
  if (options.urls.size() > 1) make_one_of_many(options);
  // The broker ends a connection whose rights change.
  options.driver.reconnect_at_once = settings_.dynamic_rights();
  // A message is acknowledged once it is in the history: see handle_message().
  options.client.manual_acknowledgement = true;
  return options;
}

// Of a cluster: every visitor begins at another node, stays where the session is, and leaves one that is silent within seconds.
void Account::make_one_of_many(wasmqtt::MqttOptions& options) {
  options.driver.shuffle_urls = options.driver.stay = true;
  options.driver.return_after = std::chrono::minutes{10};
  options.client.keep_alive = std::chrono::seconds{10};
  options.client.pingresp_timeout = options.client.acknowledgement_timeout = std::chrono::seconds{5};
  options.driver.open_timeout = options.client.connack_timeout = std::chrono::seconds{4};
}

// A clean session ends with the connection, and a will goes out at the latest then: only a kept one can hold it back.
void Account::add_mqtt5(wasmqtt::ClientOptions& client) const {
  client.protocol = wasmqtt::Protocol::newest;
  client.topic_aliases = client.topic_alias_maximum = topic_aliases;
  if (!settings_.qos1) return;
  client.session_expiry = wasmqtt::never_expires;
  if (!client.will) return;
  (void)client.will->properties.add(wasmqtt::PropertyId::will_delay_interval, will_delay_seconds);
  (void)client.will->properties.add_user_property(held_back_property, std::to_string(will_delay_seconds));
}

wasmqtt::MqttOptions Account::connection_options(const std::string& password) {
  wasmqtt::MqttOptions of = options(password);
  of.driver.prepare_attempt = [this](wasmqtt::Attempt proposal, std::function<void(wasmqtt::Attempt)> ready) {
    // A will says when its owner was last seen to be there: that is now, at each attempt.
    if (settings_.status) proposal.will = options({}).client.will;
    proposal.clean_session = forgetting_ || !settings_.qos1;
    if (const wasmqtt::MqttClient* client = connection())
      note((was_connected_ ? "Opening a connection to " : "Signing in at ") + place_words(*client) + ".");
    ready(std::move(proposal));
  };
  return of;
}

void Account::connect(const std::string& password) {
  if (share_) {
    mqtt_ = std::make_unique<LineOf<wasmqtt::SharedMember>>(share_->mqtt());
    listen(share_->mqtt());
    adopted_ = true;
  } else {
    wasmqtt::MqttOptions of = connection_options(password);
    journal_ = settings_.qos1 ? store_.session(client_id(user_), broker_) : nullptr;
    of.client.journal = journal_ != nullptr;
    own_ = std::make_unique<wasmqtt::MqttClient>(platform_.loop, platform_.transport, std::move(of), journal_);
    mqtt_ = std::make_unique<LineOf<wasmqtt::MqttClient>>(*own_);
    listen(*own_);
  }
  workbench_ = std::make_unique<Workbench>(*mqtt_, user_);
  workbench_->on_changed = [this] { if (app_ != nullptr) app_->changed(); };
  subscribe();
  if (app_ != nullptr) {
    if (app_->packets_) *trace() = std::move(*app_->packets_);
    app_->packets_.reset();
    app_->state_.trace = trace();
  }
  if (share_) share_->join();
  else mqtt_->connect();
}

template <class Client>
void Account::listen(Client& client) {
  client.on_event = [this](const wasmqtt::MqttEvent& event) {
    std::visit([this](const auto& one) { this->handle(one); }, event);
    if (app_ != nullptr) app_->changed();
  };
  client.on_delivery_changed = [this](const wasmqtt::DeliveryChanged& change) { handle_delivery(change); };
  client.on_unhandled = [this](const wasmqtt::Message& message) { handle_other(message); };
}

wasmqtt::MqttClient* Account::connection() {
  if (share_ == nullptr) return own_.get();
  wasmqtt::SharedHub* hub = leads() ? share_->hub() : nullptr;
  return hub != nullptr ? &hub->mqtt() : nullptr;
}

wasmqtt::PacketTrace* Account::trace() {
  if (wasmqtt::MqttClient* client = connection()) return &client->trace();
  return share_ ? &share_->mqtt().trace() : nullptr;
}

void Account::note(std::string words) {
  if (wasmqtt::PacketTrace* packets = trace()) packets->note(now(), std::move(words));
}

void Account::subscribe() {
  if (!share_) read_messages();
  if (settings_.status) status_subscription_ = subscribe(all_status_filter, &Account::handle_status);
  if (desk_) desk_->attach(*mqtt_);
}

void Account::read_messages() {
  read(admin_ ? std::string(all_messages_filter) : own_messages_filter(user_));
  // The broker delivers of it what this user may read, also of groups that the user comes into while away.
  if (settings_.groups) read(room_topic("+", "+"));
  if (settings_.check && !admin_) subscribe_checked();
}

void Account::read(const std::string& messages) {
  subscribe_messages(filter_to_read(messages, settings_.check), &Account::handle_message);
  // The session may still have what this user read in the other stage.
  if (settings_.dynamic_rights() && settings_.qos1) mqtt_->unsubscribe_filter(filter_to_read(messages, !settings_.check));
}

// What becomes of one's own messages.
void Account::subscribe_checked() {
  const std::string sent = message_topic("+", user_);
  subscribe_messages(checked_topic(sent, CheckStep::accepted), &Account::handle_message);
  subscribe_messages(checked_topic(sent, CheckStep::rejected), &Account::handle_rejected);
  if (settings_.groups) subscribe_messages(checked_topic(room_topic("+", user_), CheckStep::rejected), &Account::handle_rejected);
}

void Account::subscribe_messages(std::string_view filter, void (Account::*handler)(const wasmqtt::Message&)) {
  message_subscriptions_.push_back(subscribe(filter, handler));
}

wasmqtt::Subscription Account::subscribe(std::string_view filter, void (Account::*handler)(const wasmqtt::Message&),
                                         wasmqtt::Subscription replaces) {
  const Line::SubscribeRequest request{
      .filter = filter, .qos = qos(), .handler = [this, handler](const wasmqtt::Message& m) { (this->*handler)(m); },
      .ask_again = true, .replaces = replaces};
  const auto made = mqtt_->subscribe({&request, 1});
  if (made) return made->front();
  notice("Could not subscribe: " + std::string(made.error().message()) + ".", filter);
  return {};
}

void Account::stop() {
  if (share_) share_->tell(signed_out_words);
  leave();
}

void Account::leave() {
  stopping_ = true;
  stop_by_ = now() + stop_timeout;
  // Signed out before the store was read: what was begun for this connection is not needed.
  if (mqtt_ == nullptr) return platform_.transport.close();
  if (mqtt_->connected() && settings_.status && leads()) publish_status(false);
  mqtt_->disconnect();
}

bool Account::over() {
  const wasmqtt::MqttClient* client = connection();
  return client == nullptr || client->state() == ConnectionState::stopped || (share_ && now() >= stop_by_);
}

void Account::use_here() {
  // Another tab of this browser may have changed both history and session in the store that they share.
  if (app_ != nullptr) app_->state_.storage_problem.clear();
  history_.load([this](bool ok) {
    const bool asked = std::exchange(elsewhere_, Elsewhere::no) != Elsewhere::no;
    if (!asked || app_ == nullptr || stopping_) return;
    // Nothing is stored: what waits to be sent is in this client only.
    if (!ok) return connect_now();
    if (share_) return mqtt_->connect();
    app_->keep_packets(own_->trace());
    workbench_.reset();
    mqtt_.reset();
    own_.reset();
    sent_.clear();
    adopted_ = false;
    connect(password_);
    app_->changed();
  });
}

void Account::forget_session() {
  wasmqtt::MqttClient* client = connection();
  if (client == nullptr || elsewhere_ != Elsewhere::no) return;
  forgetting_ = true;
  client->abort();
  client->connect();
}

void Account::connect_now() {
  if (mqtt_) mqtt_->connect();
}

void Account::yield_to_other_tab() {
  if (elsewhere_ == Elsewhere::other_tab || mqtt_ == nullptr) return;
  elsewhere_ = Elsewhere::other_tab;
  history_.leave_store();
  // The others were told, too.
  if (wasmqtt::MqttClient* client = connection()) client->abort();
}

void Account::update(Time now) {
  history_.update(now);
  if (desk_) desk_->update(now);
  if (settle_at_ && now >= *settle_at_) settle();
  if (app_ != nullptr && is_connected()) checks_.update(app_->state_.conversations, user_, now);
}

std::optional<SessionInfo> Account::session() {
  if (mqtt_ == nullptr) return {};
  const SessionWords words{client_id(user_), resumed_, settings_.qos1, options({}).client.keep_alive};
  const wasmqtt::MqttClient* client = connection();
  SessionInfo info = client != nullptr ? session_info(*client, words) : session_info(share_->mqtt(), words);
  info.tabs = tabs_words();
  return info;
}

void Account::notice(std::string text, std::string_view topic) {
  if (app_ != nullptr) app_->state_.notices.add(clock(), std::move(text), std::string(topic));
}

void Account::storage_failed(std::string_view problem) {
  history_.leave_store();
  if (app_ == nullptr) return;
  app_->state_.storage_problem =
      "The chat cannot be saved on this device: " + std::string(problem.empty() ? "storage failed" : problem) +
      ". Messages are kept until you close the page.";
}

wasmqtt::Qos Account::qos() const {
  return settings_.qos1 ? wasmqtt::Qos::at_least_once : wasmqtt::Qos::at_most_once;
}

Time Account::now() const { return platform_.loop.now(); }
Time Account::clock() const { return platform_.zone.now(); }
std::chrono::minutes Account::offset() const { return platform_.zone.offset_at(clock()); }

}  // namespace chat
