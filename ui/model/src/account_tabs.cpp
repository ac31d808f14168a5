// What an account does where several tabs have one connection (tab_share.hpp). The one that leads takes in what others have written,
// publishes the status, and looks after the messages of tabs that are gone; the rest of the chat is the same in all of them. What one
// has stored it tells the others.
#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "account.hpp"

namespace chat {
namespace {

using wasmqtt::ConnectionState;
using wasmqtt::DeliveryState;

// A tab that is gone may have handed something over just before, and one that lives may not have joined yet.
constexpr std::chrono::seconds settle_after{2};

// What tabs tell each other: signed_out_words, or a letter and the rest. Another version of the page may tell something else.
constexpr char stored_word = 's';   // size of the key, ':', the key, the record
constexpr char removed_word = 'x';  // a key
constexpr char looks_word = 'l';    // ConversationKey::text(); empty: at none

std::string stored_words(std::string_view key, std::string_view value) {
  return std::string(1, stored_word).append(std::to_string(key.size())).append(":").append(key).append(value);
}

// For tabs to know that they have the same password. It is told to pages of this origin, and never stored.
std::uint64_t key_of(std::string_view password) {
  std::uint64_t hash = 14'695'981'039'346'656'037u;  // FNV-1a
  for (const char c : password) hash = (hash ^ static_cast<std::uint8_t>(c)) * 1'099'511'628'211u;
  return hash;
}

}  // namespace

// Before the store is read, so that nothing is missed that is stored meanwhile.
void Account::begin_sharing() {
  if (!settings_.remember || !platform_.share) return;
  share_ = platform_.share({connection_options(password_), key_of(password_)});
  if (!share_) return;
  share_->on_told = [this](std::string_view words) { handle_told(words); };
  share_->on_role = [this](TabShare::Role role) { handle_role(role); };
  share_->on_tabs = [this] {
    other_attention_.clear();
    settle_at_ = now() + settle_after;
  };
  share_->on_missed = [this] { history_.read_again(); };
  share_->on_refused = [this] { handle_refused(); };
  history_.share(tab_number(share_->id()), settings_.deduplicate);
  history_.on_stored = [this](std::string_view key, const std::string* value) {
    share_->tell(value != nullptr ? stored_words(key, *value) : std::string(1, removed_word).append(key));
  };
  history_.on_merged = [this](Conversation& conversation, ChatMessage& message, bool added) {
    handle_merged(conversation, message, added);
  };
}

void Account::end_sharing() {
  if (!share_) return;
  if (wasmqtt::MqttClient* client = connection()) client->remove_listener(*this);
  wasmqtt::SharedMember& mqtt = share_->mqtt();
  mqtt.on_event = {};
  mqtt.on_delivery_changed = {};
  mqtt.on_unhandled = {};
  share_->on_told = {};
  share_->on_role = {};
  share_->on_tabs = share_->on_missed = share_->on_refused = {};
  history_.share(0, settings_.deduplicate);
  history_.on_stored = {};
  history_.on_merged = {};
  workbench_.reset();
  mqtt_.reset();
  share_.reset();
  role_ = TabShare::Role::undecided;
  message_subscriptions_.clear();
  followed_.clear();
  settle_at_.reset();
}

// ---- the lead ----

void Account::handle_role(TabShare::Role role) {
  const bool led = leads();
  if (led && role != TabShare::Role::leader) lose_lead();
  role_ = role;
  if (!led && leads()) take_lead();
  // What start() has begun to open is the other tab's business.
  if (role == TabShare::Role::member) platform_.transport.close();
  if (role != TabShare::Role::undecided) {
    share_->mqtt().watch_packets(!leads());
    // A leader that died may not have told all that it had stored.
    if (std::exchange(led_, true) && leads()) history_.read_again();
  }
  if (app_ == nullptr) return;
  app_->show_packets();
  app_->changed();
}

std::string Account::tabs_words() {
  if (!share_) return {};
  if (role_ == TabShare::Role::undecided) return "of no tab yet";
  if (!leads()) return "of another tab";
  const std::size_t all = share_->hub()->joined().size();
  if (all < 2) return "of this tab";
  return "of this tab, and " + std::to_string(all - 1) + (all == 2 ? " other" : " others");
}

// Before anything is handed out: what this tab subscribes to now goes along with its greeting.
void Account::take_lead() {
  wasmqtt::MqttClient& client = *connection();
  client.trace() = std::exchange(share_->mqtt().trace(), wasmqtt::PacketTrace());
  client.add_listener(*this);
  if (led_) note("This tab has taken over the connection from another one.");
  read_messages();
  settle_at_ = now() + settle_after;
}

void Account::lose_lead() {
  if (wasmqtt::MqttClient* client = connection()) {
    client->remove_listener(*this);
    share_->mqtt().trace() = std::exchange(client->trace(), wasmqtt::PacketTrace());
  }
  for (const wasmqtt::Subscription subscription : std::exchange(message_subscriptions_, {})) mqtt_->unsubscribe(subscription);
  if (desk_) desk_->forget_held();
  followed_.clear();
  settle_at_.reset();
}

// Alone: the broker decides about the password, and who speaks another version of this is disconnected.
void Account::handle_refused() {
  if (app_ == nullptr || stopping_) return;
  if (wasmqtt::PacketTrace* packets = trace()) app_->packets_ = std::move(*packets);
  app_->state_.trace = nullptr;
  end_sharing();
  adopted_ = false;
  const auto unsent = std::exchange(sent_, {});
  connect(password_);
  for (const auto& [number, sent] : unsent) {
    Conversation* conversation = app_->state_.conversations.find(sent.key);
    ChatMessage* message = conversation == nullptr ? nullptr : conversation->find(user_, sent.id);
    if (message != nullptr) publish(sent.key, *message);
  }
}

// ---- what tabs tell each other ----

void Account::handle_told(std::string_view words) {
  if (app_ == nullptr || stopping_ || words.empty()) return;
  if (words == signed_out_words) return app_->signed_out_in_other_tab();
  const char kind = words[0];
  words.remove_prefix(1);
  if (kind == removed_word) history_.merge(words, std::nullopt);
  if (kind == looks_word) other_attention_ = words;
  if (kind == stored_word) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(words.data(), words.data() + words.size(), size);
    const auto at = static_cast<std::size_t>(end - words.data()) + 1;
    if (error != std::errc{} || at > words.size() || size > words.size() - at) return;
    history_.merge(words.substr(at, size), words.substr(at + size));
  }
  app_->changed();
}

void Account::handle_merged(Conversation& conversation, ChatMessage& message, bool added) {
  if (app_ == nullptr) return;
  if (added && message.state == SendState::none && conversation.unread() != 0 && app_->is_read(conversation)) {
    conversation.mark_read(message.number);
    history_.keep(conversation);
  }
  if (message.state == SendState::accepted || message.state == SendState::rejected) checks_.end(message.id);
  app_->changed();
}

void Account::note_attention(const ConversationKey& key) {
  if (!share_ || key == attention_) return;
  attention_ = key;
  share_->tell(std::string(1, looks_word).append(key.empty() ? std::string() : key.text()));
}

bool Account::is_seen_elsewhere(const Conversation& conversation) const {
  return !other_attention_.empty() && other_attention_ == conversation.key().text();
}

// ---- messages that any of the tabs has sent; at the leader ----

void Account::on_mqtt_event(const wasmqtt::MqttEvent& event) {
  const auto* changed = std::get_if<wasmqtt::StateChanged>(&event);
  const wasmqtt::MqttClient* client = connection();
  if (changed == nullptr || client == nullptr || changed->state == ConnectionState::loading) return;
  for (const wasmqtt::Delivery delivery : client->unfinished()) follow(delivery);
}

void Account::follow(wasmqtt::Delivery delivery) {
  if (followed_.contains(delivery.number)) return;
  const auto outgoing = connection()->outgoing(delivery);
  auto message = outgoing ? message_of(*outgoing) : std::nullopt;
  if (message) followed_.emplace(delivery.number, std::move(*message));
}

// The tab that has sent it tells the same, if it lives.
void Account::on_mqtt_delivery(const wasmqtt::DeliveryChanged& change) {
  if (app_ == nullptr || connection() == nullptr) return;
  if (change.state == DeliveryState::queued || change.state == DeliveryState::sent) return follow(change.delivery);
  const auto at = followed_.find(change.delivery.number);
  if (at == followed_.end()) return;
  Followed followed = std::move(at->second);
  followed_.erase(at);
  Conversation& conversation = app_->state_.conversations.create(followed.key);
  const ChatMessage* known = conversation.find(user_, followed.message.id);
  if (known != nullptr && known->tab == tab_number(share_->id())) return;
  const Sent sent{followed.key, followed.message.id, true, false, change.state};
  if (known == nullptr) {
    if (!history_.first_time(followed.message)) return;
    (void)history_.insert(conversation, std::move(followed.message));
  }
  note_delivery(sent, change);
}

void Account::settle() {
  settle_at_.reset();
  const wasmqtt::MqttClient* client = connection();
  if (app_ == nullptr || !share_ || client == nullptr) return;
  if (client->state() == ConnectionState::loading) {
    settle_at_ = now() + settle_after;
    return;
  }
  std::unordered_set<std::string> waiting;
  for (const wasmqtt::Delivery delivery : client->unfinished()) follow(delivery);
  for (const auto& [number, followed] : followed_) waiting.insert(followed.message.id);
  for (const auto& [number, sent] : sent_) waiting.insert(sent.id);
  std::unordered_set<std::uint64_t> tabs;
  for (const std::uint64_t id : share_->hub()->joined()) tabs.insert(tab_number(id));
  for (Conversation* conversation : app_->state_.conversations.newest_first())
    conversation->for_each([&](ChatMessage& message) {
      const bool under_way = message.state == SendState::queued || (message.state == SendState::sent && settings_.qos1);
      if (message.sender != user_ || !under_way || waiting.contains(message.id) || tabs.contains(message.tab)) return;
      message.state = SendState::failed;
      message.problem = "It is unknown whether this message was sent.";
      history_.keep(conversation->key(), message);
    });
  note_waiting();
  app_->changed();
}

std::size_t Account::count_waiting() {
  std::size_t count = 0;
  for (Conversation* conversation : app_->state_.conversations.newest_first())
    conversation->for_each([&](const ChatMessage& message) {
      const bool under_way = message.state == SendState::queued || message.state == SendState::sent;
      if (message.sender == user_ && under_way) ++count;
    });
  return count;
}

}  // namespace chat
