// SharedMember's inside. shared_member.cpp: what the application asks for; member_link.cpp: the link, the leader and time;
// member_frames.cpp: what the leader says.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "link_status.hpp"
#include "message_memory.hpp"
#include "outbox.hpp"
#include "subscriptions.hpp"
#include "wasmqtt/fifo.hpp"
#include "wasmqtt/shared/shared_member.hpp"

namespace wasmqtt {

class SharedMember::Impl {
 public:
  Impl(SharedMember& owner, EventLoop& loop, SharedMemberOptions options);
  ~Impl();

  // shared_member.cpp
  void connect();
  void disconnect();
  void disconnect_when_done(Duration timeout);
  void command(LinkCommand command);
  Result<Delivery> publish(std::string_view topic, Bytes payload, const PublishOptions& options);
  Error cancel(Delivery delivery);
  void acknowledge(std::uint64_t token, ReasonCode answer);
  void hold(std::uint64_t token) {
    if (delivered_token_ == token) delivered_token_ = 0;
  }
  void pause(bool paused);
  Result<std::vector<Subscription>> subscribe(std::span<const SubscribeRequest> requests);
  Error unsubscribe(std::span<const Subscription> subscriptions, Properties properties);
  Result<Subscription> unsubscribe_filter(std::string_view filter, Properties properties);
  void watch(bool on);

  // member_link.cpp
  void link_opened(SharedLink& link, std::uint64_t epoch);
  void handle_frames(Bytes frames);
  void link_closed();

  bool joined() const { return stage_ == Stage::joined; }
  std::uint64_t epoch() const { return newest_epoch_; }
  ConnectionState state() const;
  bool speaks_5() const { return status_.version == ProtocolVersion::mqtt_5; }
  bool old_only() const { return options_.mqtt.client.protocol == Protocol::mqtt_3_1_1; }

  const LinkStatus& status() const { return status_; }
  const CloseRecord& close_record() const { return close_record_; }
  const ServerLimits& server() const { return server_; }
  StopReason stop_reason() const;
  Outbox& outbox() { return outbox_; }
  Subscriptions& subscriptions() { return subscriptions_; }
  const MessageMemory& memory() const { return memory_; }
  PacketTrace& trace() { return trace_; }
  std::size_t open_requests() const { return requests_.size(); }

 private:
  enum class Stage : std::uint8_t { apart, greeting, joined };
  struct Request {
    std::uint16_t number;
    PacketType type;
    std::size_t filters;
  };
  struct Held {
    unsigned link;  // by which it came
    ByteBuffer body;
  };
  // What the leader knows of one of our publishes, by sequence in ascending order; of those that it has taken and does not name, it
  // has been acknowledged.
  struct Fate {
    std::uint64_t sequence;
    DeliveryState state;
    FailureReason reason;
    ReasonCode code;
  };
  using Fates = std::vector<Fate>;

  // shared_member.cpp
  void say_goodbye();
  Error check_filter(std::string_view filter) const;
  Error check_options(const SubscribeRequest& request) const;
  Error check_properties(Properties properties, PacketType type) const;

  // member_link.cpp
  ByteBuffer& out();
  void flush();
  void greet();
  void lose_leader();
  void fail_requests();
  void refused(JoinRefused refused);
  void turn();
  void pump_requests();
  void pump_publishes();
  bool send_unsubscribe();
  bool send_subscribe();
  void write_publish(Outbox::Entry& entry);
  void take_held();
  void timer();
  void arm();
  void watch_leader(Time now);
  void finish_if_done();
  void progress();
  void update_state();
  void tell(const MqttEvent& event);
  void tell(const SharedEvent& event);
  void tell(const DeliveryChanged& changed);
  void end(std::uint64_t sequence, DeliveryState state, FailureReason reason, ReasonCode code = {}, std::string_view words = {});

  // member_frames.cpp: false, the frame is none that can be.
  bool handle(LinkFrame type, Bytes body);
  bool handle_welcome(LinkReader& frame);
  bool handle_delivery(LinkReader& frame);
  bool handle_message(Bytes body, unsigned link);
  bool handle_answer(LinkReader& frame, PacketType type);
  bool handle_packet(LinkReader& frame);
  void take_status(LinkStatus status);
  void resolve(std::uint64_t accepted, const Fates& fates, bool other_leader);
  void deliver(const Publish& packet, std::uint64_t token);
  void answer(const MessageMemory::Entry& entry);

  SharedMember& owner_;
  EventLoop& loop_;
  const SharedMemberOptions options_;
  const std::uint64_t born_;  // sequences follow the clock: those of an earlier object with our id are lower
  std::uint64_t last_sequence_;

  SharedLink* link_ = nullptr;
  std::uint64_t epoch_ = 0;  // of the link
  std::uint64_t newest_epoch_ = 0;
  std::uint64_t joined_epoch_ = 0;  // that took us in last
  Stage stage_ = Stage::apart;
  bool started_ = false;
  bool dead_link_ = false;  // refused
  std::uint8_t greeting_ = 0;  // counts, so that the answer to an earlier one is not taken for that to the last
  unsigned link_changes_ = 0;  // tells one link, and one joining, from the next
  ByteBuffer out_;
  std::uint64_t taken_ = 0;       // bytes of frames since welcome
  std::uint64_t taken_told_ = 0;
  bool behind_ = false;
  std::uint64_t messages_ = 0;    // that have arrived since it joined last
  std::uint64_t delivered_token_ = 0;  // of the message that is told; 0: it is not acknowledged by itself

  LinkStatus status_;
  CloseRecord close_record_;
  ServerLimits server_;
  ConnectionState told_state_ = ConnectionState::stopped;
  bool ask_again_ = false;  // the connection was stopped: requests without an answer are made anew
  bool greeted_ = false;    // and no connection has been seen since: the leader has all requests

  Outbox outbox_;
  MessageMemory memory_;
  Subscriptions subscriptions_{false};
  std::vector<Request> requests_;
  std::uint16_t last_request_ = 0;
  const Subscriptions::Tell tell_event_ = [this](const MqttEvent& event) { tell(event); };
  std::vector<DeliveryChanged> told_later_;
  bool paused_ = false;
  Fifo<Held> held_;
  PacketTrace trace_;
  bool watching_ = false;

  Time heard_{};  // from the leader
  std::optional<Time> silent_at_;  // when the answer to a ping is due
  unsigned unanswered_ = 0;
  bool silent_ = false;  // has been told
  std::optional<Time> finish_at_;
  Duration finish_timeout_{};
};

}  // namespace wasmqtt
