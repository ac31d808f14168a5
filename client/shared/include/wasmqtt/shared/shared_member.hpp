// SharedMember: one tab's share of a connection that all tabs of one account have together. It has the calls of MqttClient; the
// connection is that of the SharedHub which leads, in this tab or in another.
//
//   wasmqtt::SharedMember mqtt(loop, {.id = random_id, .mqtt = options});      // the options that a MqttClient would get
//   mqtt.subscribe("greetings/#", Qos::at_least_once, print);
//   mqtt.connect();
//   mqtt.link_opened(link, epoch);            // whenever there is a leader; then each piece that arrives:
//   mqtt.handle_frames(bytes);
//
// The tab of the leader has a SharedMember, too, joined by a LocalLink: there is one path for all.
//
// Leaders come and go. What was published is kept here until it has ended; a new leader is told what is subscribed to and takes up
// the rest, and nothing that the old one has recorded is sent twice. What this tab has handled is not handled again when the
// broker repeats it to the new leader. Between two leaders the state is `connecting`.
//
// Exactly once needs what it needs without sharing: a session that the broker keeps, and storage that works. Without storage, a
// QoS 2 message that was under way when the leader died fails with session_lost, and one of QoS 1 is sent again.
//
// A message comes once into each tab that has a matching subscription. It is acknowledged to the broker when all of them have
// handled it, or when one has not for SharedHubOptions::acknowledge_timeout. A stored (retained) message is not handed out when it
// is the same as the last message that this tab has had on its topic: it came because another tab has subscribed.
//
// Threads: none. Everything runs on the event loop that called.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/shared/shared_event.hpp"
#include "wasmqtt/shared/shared_link.hpp"

namespace wasmqtt {

struct SharedMemberOptions {
  // Of this tab: random, not 0. A tab that is loaded anew with the id it had hears of the deliveries that it had left.
  std::uint64_t id = 0;
  // What this tab would connect with. The leader's count; see OtherOptions. From these are taken: the limits of the queue
  // (queue_messages, queue_bytes, queue_qos0), protocol, strict_text, manual_acknowledgement.
  MqttOptions mqtt{};
  // The leader is asked for a sign of life when none has come for so long; a browser may be slower in a hidden tab.
  Duration ping_interval = std::chrono::milliseconds{150};
  Duration silent_after = std::chrono::milliseconds{450};  // see LeaderSilent
  // Of something that all tabs of the account know, their password say: the leader refuses who has another one. It is sent as it is.
  std::uint64_t key = 0;
};

class SharedMember {
 public:
  using MessageHandler = MqttClient::MessageHandler;
  using SubscribeRequest = MqttClient::SubscribeRequest;
  using FilterState = MqttClient::FilterState;

  // `loop` is this object's own and outlives it.
  SharedMember(EventLoop& loop, SharedMemberOptions options);
  ~SharedMember();  // leaves, if it is linked
  SharedMember(const SharedMember&) = delete;
  SharedMember& operator=(const SharedMember&) = delete;

  // ---- the link ----
  // There is a leader. In the place of an earlier link, which is not used any more. One of an older epoch than has been seen:
  // ignored. `link` lives until link_closed(), another link_opened(), or the end of this object.
  void link_opened(SharedLink& link, std::uint64_t epoch);
  // What arrives. From a leader of another epoch than the link's: ignored. `frames` are valid during the call.
  void handle_frames(Bytes frames);
  // The link or its other end is gone. Repeated: no-op.
  void link_closed();
  bool joined() const;          // the leader has taken us in
  std::uint64_t epoch() const;  // of the newest leader that was seen; 0: none

  // ---- what happened; set before connect(). As MqttClient's ----
  std::function<void(const MqttEvent&)> on_event;
  std::function<void(const SharedEvent&)> on_shared;
  std::function<void(Delivery, DeliveryState, FailureReason)> on_delivery;
  std::function<void(const DeliveryChanged&)> on_delivery_changed;
  std::function<void(const Message&)> on_message;
  std::function<void(const Message&)> on_unhandled;
  std::function<void()> on_turn;  // what arrived has been told, and what was asked has been sent

  // ---- connection ----
  void connect();     // joins the leader, now or when there is one
  // This tab leaves: its subscriptions end at the broker, and nothing is told any more. The connection ends with the last tab that
  // leaves. What it has published is delivered all the same, as far as the leader has it.
  void disconnect();
  // As soon as nothing of this tab is unfinished, or when nothing has progressed for `timeout`.
  void disconnect_when_done(Duration timeout);
  void abort() { disconnect(); }
  void wake();     // the leader checks the connection now
  void offline();  // the leader is told that the network is gone

  // ---- messages ----
  // Errors: those of MqttClient::publish that can be told without the broker; not_connected (QoS 0 without queue_qos0 while the
  // broker is not connected, as far as is known here); queue_full, by what is unfinished. What the broker does not take fails
  // with FailureReason::not_supported. Numbers are this tab's own, unique among all that its id ever has.
  Result<Delivery> publish(std::string_view topic, Bytes payload, const PublishOptions& options = {});
  Result<Delivery> publish(std::string_view topic, std::string_view payload, const PublishOptions& options = {}) {
    return publish(topic, as_bytes(payload), options);
  }
  // Errors: unknown_delivery, already_sent. The leader may have sent it meanwhile: its end tells.
  Error cancel(Delivery delivery);
  void acknowledge(std::uint64_t token);
  void hold(std::uint64_t token);  // inside a handler: this one message waits for acknowledge()
  // The broker is told when no tab that had the message has acknowledged it otherwise.
  Error refuse(std::uint64_t token, ReasonCode reason_code);
  // Messages wait here, unacknowledged; beyond SharedHubOptions::window_bytes all that comes from the leader waits there.
  void pause();
  void resume();

  // ---- subscriptions; see MqttClient ----
  Result<Subscription> subscribe(std::string_view filter, Qos qos, MessageHandler handler = {});
  Result<std::vector<Subscription>> subscribe(std::span<const SubscribeRequest> requests);
  Error unsubscribe(std::span<const Subscription> subscriptions, Properties properties);
  void unsubscribe(std::span<const Subscription> subscriptions) { (void)unsubscribe(subscriptions, {}); }
  void unsubscribe(Subscription subscription) { unsubscribe({&subscription, 1}); }
  Result<Subscription> unsubscribe_filter(std::string_view filter, Properties properties = {});

  // ---- getters ----
  ConnectionState state() const;  // this tab's: stopped until connect(); then the leader's, `connecting` without one
  bool connected() const { return state() == ConnectionState::connected; }
  StopReason stop_reason() const;
  std::optional<Time> retry_at() const;
  const CloseRecord& close_record() const;
  const std::string& url() const;
  bool durable() const;  // the leader has storage that works
  ProtocolVersion version() const;
  const ServerLimits& server() const;
  Properties server_properties() const;
  Properties ending_properties() const;
  std::optional<DeliveryState> delivery_state(Delivery delivery) const;
  std::vector<Delivery> unfinished() const;
  // Of what this object has published; not of what it was left by an earlier one of its id.
  std::optional<Client::Outgoing> outgoing(Delivery delivery) const;
  Client::Counts counts() const;  // this tab's own
  std::vector<FilterState> filters() const;

  // The leader's packets, from now on, copied into trace() within the limits of ClientOptions::trace; a leader whose link is
  // full leaves some out. Off by default.
  void watch_packets(bool on);
  const PacketTrace& trace() const;
  PacketTrace& trace();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wasmqtt
