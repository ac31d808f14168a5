// MqttClient: connect, publish, subscribe, and stay connected. What most programs use.
//
//   wasmqtt::MqttClient mqtt(loop, transport, {.urls = {"ws://localhost:8081"}, .client = {.client_id = "hello"}});
//   mqtt.subscribe("greetings/#", Qos::at_least_once,
//                  [](const wasmqtt::Message& message) { print(message.topic, as_text(message.payload)); });
//   mqtt.connect();
//   mqtt.publish("greetings/world", "hello", {.qos = Qos::at_least_once});
//
// It can be called at any time, connected or not: subscriptions are made when the connection is there and made anew
// when the broker has lost them; QoS 1 and 2 messages wait in a bounded queue. `loop` and `transport` come from the
// platform: wasmqtt/browser/*.hpp in a page, wasmqtt/native/*.hpp in a program.
//
// Order: with each new connection the subscriptions leave first (in as many SUBSCRIBEs as ClientOptions::max_requests
// allows), then the messages that waited, in the order of the publish() calls; so the program above hears itself. While
// connected, everything leaves in the order of the calls.
//
// Delivery: publish() returns a handle at once. on_delivery reports its progress: queued, sent, acknowledged, or failed
// and why. Exactly one end comes for each. With a store, unfinished messages survive a crash or a reload.
//
// Dispatch: each incoming message goes to on_message, then once to the handler of each matching subscription, in no
// particular order; with neither, to on_unhandled. The message is acknowledged when they have returned (or by
// acknowledge(), under manual_acknowledgement). Handlers may call any member function; they must not destroy this object, and must
// not throw: nothing here is built for it.
//
// Threads: none. Everything runs on the event loop that called.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wasmqtt/driver.hpp"
#include "wasmqtt/mqtt_event.hpp"

namespace wasmqtt {

struct MqttOptions {
  std::vector<std::string> urls{};
  ClientOptions client{};
  DriverOptions driver{};  // driver.urls is taken from urls above when that is not empty
  // In one SUBSCRIBE or UNSUBSCRIBE; more go into further packets. AWS IoT closes the connection after more than eight.
  std::size_t filters_per_packet = 8;
  // After a reconnect that lost the session, asks again for what was granted. Off: only what had no answer yet is asked for.
  bool resubscribe = true;
  // MQTT 5: where filters overlap, a broker may send a message once for each. With identifiers each copy calls only the
  // handlers that it is for. It costs a SUBSCRIBE for each filter. Off by default: brokers have been seen that send one copy
  // with only one of its identifiers (Aedes 2 beta), and other handlers would miss it.
  bool subscription_identifiers = false;
};

// For what is built on a MqttClient and listens beside the application's functions: RequestResponse, for one. Called after them;
// may call any member function of the client, and must not destroy it.
class MqttListener {
 public:
  virtual void on_mqtt_event(const MqttEvent& event) = 0;
  virtual void on_mqtt_delivery(const DeliveryChanged& changed) = 0;

 protected:
  ~MqttListener() = default;
};

class MqttClient {
 public:
  using MessageHandler = std::function<void(const Message& message)>;

  // One filter of a subscribe() call. `filter` is copied.
  struct SubscribeRequest {
    std::string_view filter{};
    Qos qos = Qos::at_most_once;
    MessageHandler handler{};  // none: the message goes to on_message only
    // Sends a SUBSCRIBE even if the broker has granted the filter already, so that it sends the retained messages again
    // [MQTT-3.8.4-3].
    bool ask_again = false;
    // Takes the place of this earlier subscription to the same filter, which ends without UNSUBSCRIBE.
    Subscription replaces{};
    // MQTT 5's options; not_in_this_version under Protocol::mqtt_3_1_1. Where several subscriptions have one filter, the broker
    // is asked for the most that any of them wants: its messages, its RETAIN flags, its retained messages.
    bool no_local = false;             // what this client publishes does not come back
    bool retain_as_published = false;  // Message::retain is as published, not only for stored messages
    RetainHandling retain_handling = RetainHandling::send;  // when a session was lost it is send_if_new at least
    // What its SUBSCRIBE carries: User Properties, and, without MqttOptions::subscription_identifiers, a Subscription Identifier.
    // Copied. Of several subscriptions with one filter, those of the latest that has any.
    Properties properties{};
  };

  // `loop`, `transport` and `store` outlive this object.
  MqttClient(EventLoop& loop, Transport& transport, MqttOptions options, SessionStore* store = nullptr);
  ~MqttClient();
  MqttClient(const MqttClient&) = delete;
  MqttClient& operator=(const MqttClient&) = delete;

  // ---- what happened; set before connect() ----
  std::function<void(const MqttEvent&)> on_event;
  std::function<void(Delivery, DeliveryState, FailureReason)> on_delivery;
  // The same with what the broker said: MQTT 5's reason code and words. Called after on_delivery.
  std::function<void(const DeliveryChanged&)> on_delivery_changed;
  // Each incoming message exactly once, before the handlers.
  std::function<void(const Message&)> on_message;
  // A message that no subscription matches; not called when on_message is set.
  std::function<void(const Message&)> on_unhandled;
  // What happened in this turn of the event loop has been told and has left, as far as it can.
  std::function<void()> on_turn;

  // Until remove_listener(), which may be called from inside it, too. `listener` is not owned.
  void add_listener(MqttListener& listener);
  void remove_listener(MqttListener& listener);

  // ---- connection ----
  // Connects and stays connected, until disconnect() or a StopReason. See Driver::start().
  void connect();
  // DISCONNECT, close, stop; ends in state stopped within DriverOptions::disconnect_timeout. No reconnect.
  void disconnect();
  // The same with what MQTT 5's DISCONNECT says: a reason, another Session Expiry Interval, words. Errors, then nothing
  // changed: see Client::set_disconnect(). Where no DISCONNECT can be sent, nothing is said: a session that the broker keeps
  // from an earlier connection keeps its time.
  Error disconnect(const DisconnectOptions& options);
  // disconnect() as soon as nothing is unfinished: every QoS 1 and 2 message acknowledged, every SUBSCRIBE and UNSUBSCRIBE that has
  // been sent answered (those that wait for a connection end with not_connected), the output empty. Reconnects until then. Gives up waiting when nothing has progressed for `timeout`. Messages may still be
  // published meanwhile and are waited for. connect() and disconnect() cancel the waiting.
  void disconnect_when_done(Duration timeout);
  Error disconnect_when_done(Duration timeout, const DisconnectOptions& options);
  void abort();    // without DISCONNECT: the will is published
  void wake();     // the device or tab woke up, or the network is back: check the link now
  void offline();  // the network is gone
  // Why the last connections ended is known, and was neither a fault nor a takeover: they do not count. See Driver.
  void forgive_endings();

  // MQTT 5's enhanced authentication; errors: see Client. With DriverOptions::authenticator it answers what the broker asks, and
  // reauthenticate() begins with its data, when the credentials have changed or the broker's policy asks for it. Without one,
  // the first two say what the method has to say: a new token, for example. Its end is the event Authentication, or Closed.
  Error reauthenticate();
  Error reauthenticate(Bytes data, Properties words = {});
  Error authenticate(Bytes data, Properties words = {});
  void refuse_authentication();

  // ---- messages ----
  // Errors: see Client::publish. `payload` and `topic` are copied.
  Result<Delivery> publish(std::string_view topic, Bytes payload, const PublishOptions& options = {});
  Result<Delivery> publish(std::string_view topic, std::string_view payload, const PublishOptions& options = {}) {
    return publish(topic, as_bytes(payload), options);
  }
  Error cancel(Delivery delivery);
  void acknowledge(std::uint64_t token);
  void hold(std::uint64_t token);  // inside a handler: this one message waits for acknowledge(); see Client
  Error refuse(std::uint64_t token, ReasonCode reason_code);  // MQTT 5; see Client
  // From now on no incoming message is handed out, nor acknowledged, until resume(): they wait, at most
  // ClientOptions::paused_bytes of them, then the connection ends (Errc::paused_too_long). All else goes on. Messages that
  // wait when the connection ends are dropped: the broker sends those of QoS 1 and 2 of a kept session again.
  // Both may be called at any time and repeatedly; inside a handler they hold from the next message on.
  void pause();
  void resume();

  // ---- subscriptions ----
  // Asks the broker for `filter` as soon as there is a connection, and after every reconnect that lost the session.
  // Two subscriptions may have the same filter; the broker is asked for the higher QoS. The handlers of "$share/g/f" and
  // "$queue/f" are called for topics that match f. The answer is SubscriptionAnswered. Errors: topic rules (with
  // ClientOptions::strict_text those of text, too), invalid_qos; then nothing was subscribed.
  Result<Subscription> subscribe(std::string_view filter, Qos qos, MessageHandler handler = {});
  // All of them or, with an error, none; in the order of the calls, in as few packets as filters_per_packet allows.
  Result<std::vector<Subscription>> subscribe(std::span<const SubscribeRequest> requests);
  // The handlers are not called any more from now on; the broker is told when no other subscription has the filter, in as
  // few packets as filters_per_packet allows. Ends in UnsubscribeAnswered for each, never before this call returns.
  // An unknown or ended one: no-op, no event. `properties`: MQTT 5's User Properties for UNSUBSCRIBE, copied. Errors: theirs;
  // then nothing changed.
  Error unsubscribe(std::span<const Subscription> subscriptions, Properties properties);
  void unsubscribe(std::span<const Subscription> subscriptions) { (void)unsubscribe(subscriptions, {}); }
  void unsubscribe(Subscription subscription) { unsubscribe({&subscription, 1}); }
  // Sends an UNSUBSCRIBE for a filter that an earlier run may have left in the broker's session, unless a subscription of
  // this object has it. The result only names the call: UnsubscribeAnswered bears it. Errors: topic and property rules.
  Result<Subscription> unsubscribe_filter(std::string_view filter, Properties properties = {});

  // ---- getters ----
  ConnectionState state() const;
  bool connected() const { return state() == ConnectionState::connected; }
  StopReason stop_reason() const;
  std::optional<Time> retry_at() const;
  const CloseRecord& close_record() const;  // of the last attempt that ended
  Error error() const;                      // with StopReason::invalid: what is wrong with the options
  const std::string& url() const;           // of the current or last attempt
  UrlChoice url_choice() const;             // and why it is that one
  bool durable() const;                     // what is accepted now would survive a crash
  // See Client: what is spoken, what the broker said in CONNACK, and in its DISCONNECT.
  ProtocolVersion version() const;
  const ServerLimits& server() const;
  Properties server_properties() const;
  Properties ending_properties() const;
  std::optional<DeliveryState> delivery_state(Delivery delivery) const;
  // See Client: the unfinished deliveries in order, and one's topic and payload.
  std::vector<Delivery> unfinished() const;
  std::optional<Client::Outgoing> outgoing(Delivery delivery) const;
  Client::Counts counts() const;
  std::optional<Time> next_ping() const;
  // Each filter that some subscription has, in no particular order. `asked` is the highest QoS that any of them wants; `granted`
  // is what the broker answered last, nullopt: nothing yet, or a refusal. Views are valid until the next call.
  struct FilterState {
    std::string_view filter;
    Qos asked;
    std::optional<Qos> granted;
  };
  std::vector<FilterState> filters() const;
  const PacketTrace& trace() const;
  PacketTrace& trace();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wasmqtt
