// One signed-in user with one broker: the MQTT client, the messages that go through it, and their history. Internal to
// ChatApp.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "chat/chat_app.hpp"
#include "chat/tab_share.hpp"
#include "chat/wire.hpp"
#include "check_watch.hpp"
#include "group_desk.hpp"
#include "history.hpp"
#include "line.hpp"
#include "workbench.hpp"

namespace chat {

// ": not authorized", for a sentence to end with; empty where the broker gave no reason.
std::string reason_words(wasmqtt::ReasonCode code);
// What a tab tells the others when its user signs out.
inline constexpr std::string_view signed_out_words = "o";
// As it stands in records.
inline std::uint64_t tab_number(std::uint64_t id) { return id >> 1; }
// Marks a will that the broker holds back, for those who read it: the User Property's name. Its value are the seconds.
inline constexpr std::string_view held_back_property = "willDelayInterval";

class Account final : public std::enable_shared_from_this<Account>, private wasmqtt::MqttListener {
 public:
  struct Credentials {
    std::string user, password, broker;
  };
  // `store` keeps history and session; it outlives this object. `returning`: was signed in before a reload.
  Account(ChatApp& app, ChatStore& store, Credentials credentials, bool returning);
  ~Account();

  // Reads the history, then connects. Ends in app.signed_in() or app.sign_in_failed(). Who returns is signed in as soon as
  // the history is there, and stays so until the broker refuses: a broker that is down is waited for.
  void start();
  // Publishes the status offline, sends DISCONNECT, and is over() when that is done. All tabs of this account are signed out.
  void stop();
  // The same in another tab: this one's part in the connection ends.
  void leave();
  // The application continues without this session: nothing of it is touched any more.
  void detach();
  bool over();
  std::optional<Time> stop_by() const { return stop_by_; }  // after stop(): it is over then at the latest
  bool is_connected() const { return mqtt_ != nullptr && mqtt_->connected(); }

  void send(const ConversationKey& key, const std::string& text);
  void retry(const ConversationKey& key, const std::string& id);
  History& history() { return history_; }
  // nullptr where there are no groups.
  GroupDesk* groups() { return desk_.get(); }
  // For the current time: what has waited too long says so.
  void update(Time now);
  std::optional<Time> next_change() const;

  // After "Signed in elsewhere": with a new client, and the history and session that the store holds now.
  void use_here();
  void connect_now();
  void yield_to_other_tab();
  // Tells the application how many messages wait to be sent.
  void note_waiting();
  // For the current time; `network` false: the device is offline.
  ConnectionStatus connection(bool network) const;
  std::optional<SessionInfo> session();
  // nullptr: there is no client.
  Workbench* workbench() { return workbench_.get(); }
  // Connects with a clean session once, so that the broker drops the one that it keeps; and then as before.
  void forget_session();

  const std::string& user() const { return user_; }
  const std::string& broker() const { return broker_; }
  // The connection itself; nullptr: there is none yet, or another tab has it.
  wasmqtt::MqttClient* connection();
  // nullptr before start() has read the history.
  Line* line() { return mqtt_.get(); }
  wasmqtt::PacketTrace* trace();
  // Several tabs have one connection.
  bool is_shared() const { return share_ != nullptr; }
  bool leads() const { return share_ == nullptr || role_ == TabShare::Role::leader; }
  // Somebody looks at this conversation here, or at none; the other tabs need not notify of what comes in it.
  void note_attention(const ConversationKey& key);

 private:
  struct Sent {
    ConversationKey key;
    std::string id;
    // Nothing leaves before its record is stored: what the client has sent by then waits for that.
    bool stored = true;
    bool waited = false;  // there was no connection
    wasmqtt::DeliveryState state = wasmqtt::DeliveryState::queued;
  };
  // Whether this user is signed in somewhere else. MQTT 3.1.1 does not say so; MQTT 5's broker and another tab do.
  enum class Elsewhere : std::uint8_t { no, suspected, told_by_broker, other_tab };
  // A message that one of the tabs has handed to the connection.
  struct Followed {
    ConversationKey key;
    ChatMessage message;
  };

  // ---- account_tabs.cpp: where several tabs have one connection ----
  void begin_sharing();
  void end_sharing();
  void handle_role(TabShare::Role role);
  void take_lead();
  void lose_lead();
  void handle_refused();
  void handle_told(std::string_view words);
  void handle_merged(Conversation& conversation, ChatMessage& message, bool added);
  bool is_seen_elsewhere(const Conversation& conversation) const;
  void on_mqtt_event(const wasmqtt::MqttEvent& event) override;
  void on_mqtt_delivery(const wasmqtt::DeliveryChanged& change) override;
  void follow(wasmqtt::Delivery delivery);
  // Messages that wait in no tab any more, and not in the session: nobody knows what became of them.
  void settle();
  std::size_t count_waiting();
  std::string tabs_words();

  wasmqtt::MqttOptions options(const std::string& password) const;
  wasmqtt::MqttOptions connection_options(const std::string& password);
  template <class Client>
  void listen(Client& client);
  void note(std::string words);
  static void make_one_of_many(wasmqtt::MqttOptions& options);
  void add_mqtt5(wasmqtt::ClientOptions& client) const;
  void connect(const std::string& password);
  void subscribe();
  void read_messages();
  void read(const std::string& messages);
  void subscribe_checked();
  void make_desk();
  void subscribe_messages(std::string_view filter, void (Account::*handler)(const wasmqtt::Message&));
  wasmqtt::Subscription subscribe(std::string_view filter, void (Account::*handler)(const wasmqtt::Message&),
                                  wasmqtt::Subscription replaces = {});
  void handle(const wasmqtt::StateChanged& event);
  void handle(const wasmqtt::Connected& event);
  void handle(const wasmqtt::SessionLost& event);
  void handle(const wasmqtt::SubscriptionAnswered& event);
  void subscription_refused(std::string_view filter);
  // No password, over TLS: a certificate may say who the user is.
  bool by_certificate() const;
  std::string why_not_connected() const;
  void handle(const wasmqtt::StoreProblem& event);
  void handle(const wasmqtt::Closed& event);
  void handle(const wasmqtt::FellBack& event);
  template <class Other>
  void handle(const Other&) {}
  void handle_state(wasmqtt::ConnectionState state);
  void handle_connected();
  void note_state(wasmqtt::ConnectionState state);
  void handle_waiting();
  void handle_stopped();
  void handle_delivery(const wasmqtt::DeliveryChanged& change);
  void note_delivery(const Sent& sent, const wasmqtt::DeliveryChanged& change);
  void handle_message(const wasmqtt::Message& message);
  void handle_status(const wasmqtt::Message& message);
  void handle_rejected(const wasmqtt::Message& message);
  void handle_other(const wasmqtt::Message& message);
  std::optional<Time> next_countdown() const;
  // Where an incoming message was put; null when it was a redelivery, an echo, or not fit to show (then a notice says
  // why). `added` is valid until the next insert.
  struct TakenIn {
    Conversation* conversation = nullptr;
    const ChatMessage* added = nullptr;
    bool held = false;  // until it is known whether it may be shown; it is not acknowledged yet
  };
  TakenIn take_in(const wasmqtt::Message& message);
  // What a session kept for us comes right after the connection, and was published at an unknown time.
  bool was_kept() const;
  // What the worker has decided about a message of one's own.
  void judged(Conversation& conversation, ChatMessage& message, SendState state, std::string problem);
  // Of a message of one's own, with what its delivery says. What has been judged stays so.
  SendState progress(const ChatMessage& message, const Sent& sent) const;
  void notice(std::string text, std::string_view topic = {});
  // Publishes and stores it.
  void publish(const ConversationKey& key, ChatMessage& message);
  ChatStore::Written when_stored(std::uint64_t delivery);
  void handle_stored(std::uint64_t delivery);
  void publish_status(bool online);
  // Finds out which messages of an earlier run are still being delivered.
  void adopt_unfinished();
  std::string adopt(wasmqtt::Delivery delivery, const wasmqtt::Client::Outgoing& outgoing);
  // What is on its way there; nullopt: no message of the chat.
  std::optional<Followed> message_of(const wasmqtt::Client::Outgoing& outgoing) const;
  void storage_failed(std::string_view problem);
  wasmqtt::Qos qos() const;
  Time now() const;    // for deadlines
  Time clock() const;  // for people
  std::chrono::minutes offset() const;

  ChatApp* app_;
  ChatStore& store_;
  Platform platform_;
  Settings settings_;
  std::string user_;
  std::string password_;  // for another client after "Use here"
  std::string broker_;
  bool admin_ = false;
  History history_;
  wasmqtt::SessionStore* journal_ = nullptr;  // of the store that keeps the history
  std::map<std::uint64_t, Sent> sent_;  // by delivery number
  CheckWatch checks_;
  std::unique_ptr<GroupDesk> desk_;
  // One of them, and what is said to the broker through it.
  std::unique_ptr<wasmqtt::MqttClient> own_;
  std::unique_ptr<TabShare> share_;
  std::unique_ptr<Line> mqtt_;
  bool returning_;
  std::unique_ptr<Workbench> workbench_;  // refers to it
  TabShare::Role role_ = TabShare::Role::undecided;
  bool led_ = false;                      // some tab, before
  std::vector<wasmqtt::Subscription> message_subscriptions_;
  std::map<std::uint64_t, Followed> followed_;  // by delivery number of the connection
  std::optional<Time> settle_at_;
  ConversationKey attention_;             // told to the others
  std::string other_attention_;           // another tab's, as ConversationKey::text()
  bool forgetting_ = false;
  bool was_connected_ = false;
  wasmqtt::Subscription status_subscription_;
  std::string refused_filter_;  // that the problem on the screen is about
  Time connected_at_{};
  bool resumed_ = false;  // the broker continued the session that it kept for us
  bool adopted_ = false;
  Elsewhere elsewhere_ = Elsewhere::no;
  bool stopping_ = false;
  std::optional<Time> stop_by_;
  // When the broker ended a connection as it does where rights change, until it is connected again.
  std::optional<Time> kicked_at_;
  std::string farewell_;  // of MQTT 5's broker, when it ended the last connection
  Time status_published_at_{};
};

}  // namespace chat
