// The inside of Client. The work is split by concern:
//   client.cpp             the facade, getters, time
//   client_connection.cpp  attempts, CONNECT and CONNACK, keep-alive, every way a connection ends
//   client_authentication.cpp  AUTH, in both directions
//   client_session.cpp     when the session is lost, has run out, or is another one
//   client_send.cpp        publish, queue, what leaves
//   client_requests.cpp    subscribe and unsubscribe
//   client_receive.cpp     what arrives
#pragma once

#include <algorithm>
#include <utility>

#include "acknowledgement_timer.hpp"
#include "acknowledgements.hpp"
#include "authentication.hpp"
#include "event_queue.hpp"
#include "held_messages.hpp"
#include "incoming_aliases.hpp"
#include "inflight.hpp"
#include "keepalive.hpp"
#include "outgoing_aliases.hpp"
#include "output.hpp"
#include "unread_answers.hpp"
#include "receive_window.hpp"
#include "requests.hpp"
#include "session.hpp"
#include "trial.hpp"
#include "wasmqtt/client.hpp"
#include "wasmqtt/decode.hpp"
#include "wasmqtt/frame_reader.hpp"

namespace wasmqtt {

class Client::Impl {
 public:
  explicit Impl(ClientOptions options);

  enum class Phase : std::uint8_t {
    idle,            // no transport
    opening,         // handle_attempt() was called
    connecting,      // CONNECT sent, CONNACK awaited
    connected,
    disconnecting,   // only what was accepted before leaves, then DISCONNECT, then nothing [MQTT-3.14.4-2]
    closing,         // ended by us; the transport is still open
  };

  // client.cpp
  void advance(Time now) {
    if (now > now_) now_ = now;
  }
  const Event* poll_event();
  void handle_timeout();
  std::optional<Time> next_timeout() const;

  // client_connection.cpp
  void begin_attempt(std::string_view url, UrlChoice choice = UrlChoice::in_turn);
  Error open();
  bool connack(const Connack& packet);  // true: `current_` is an event
  void establish(bool session_present);
  void transport_closed(const TransportClose& close);
  void disconnect();
  Error set_disconnect(const DisconnectOptions& options);
  void forget_disconnect();
  std::uint32_t asked_expiry() const { return connect_properties_.view().number(PropertyId::session_expiry_interval, 0); }
  void ended_by_broker(const Disconnect& packet);
  void abort();
  void ping();
  void fail(Error error);
  // The next time-out that ends the connection, and as what.
  struct Timeout {
    Time at{};
    Error error{};
  };
  std::optional<Timeout> timeout() const;
  // When to ask the transport again how much it still holds.
  std::optional<Time> next_look() const;
  // Output may go that waits for no later position of the journal. Without a journal nothing waits for one.
  std::uint64_t durable() const { return options_.journal ? durable_ : ~std::uint64_t{0}; }
  void consumed(std::size_t count, std::size_t buffered);
  void acknowledged();

  // client_session.cpp
  Error set_client_id(std::string client_id);
  void session_lost();

  // client_authentication.cpp
  Error authenticate(Bytes data, Properties words);
  Error reauthenticate(Bytes data, Properties words);
  void refuse_authentication();
  bool take_turn(AuthenticationEvent event);  // false: it was out of turn

  // client_requests.cpp
  Result<PacketId> subscribe(std::span<const TopicRequest> requests, Properties properties);
  Result<PacketId> unsubscribe(std::span<const std::string_view> filters, Properties properties);

  // client_send.cpp
  Result<Delivery> publish(std::string_view topic, Bytes payload, const PublishOptions& options);
  Error cancel(Delivery delivery);
  void pump();            // sends what may be sent
  void end_connecting();
  void publish_alone();   // the message on trial, or its PUBREL
  void sign_off();        // what goes before DISCONNECT, and DISCONNECT
  void send_disconnect();
  // DISCONNECT or AUTH, without what stands behind the first `words` bytes of its properties if the broker takes no packet
  // that large.
  Error make_reason(PacketType type, ReasonCode code, Properties properties, std::size_t words, ByteBuffer& out) const;
  void resend_session();  // after CONNACK with Session Present
  void resend_releases();
  void expire();
  void drop_queued_qos0();
  void end_delivery(Slot slot, DeliveryState state, FailureReason reason = FailureReason::none,
                    ReasonCode code = ReasonCode::success, std::string_view words = {});
  void send_acknowledgement(PacketType type, PacketId packet_id, ReasonCode code = ReasonCode::success);
  void clear_quota();     // a connection begins
  void end_quota(Slot slot);
  // Appends one packet with `write(buffer)`, and does the book-keeping for it.
  template <class Write>
  void send(PacketType type, Write&& write) {
    ByteBuffer& buffer = output_.append(session_->position());
    const std::size_t begin = buffer.size();
    write(buffer);
    appended(type, Bytes(buffer).subspan(begin));
  }

  // client_receive.cpp
  bool receive();  // decodes until there is an event; false: nothing more
  void acknowledge(std::uint64_t token, ReasonCode reason_code = {});
  void end_received(PacketId packet_id);
  // The application has had the message that poll_event() returned last: record, then acknowledge.
  void acknowledge_delivered() {
    if (delivered_token_ != 0) acknowledge(std::exchange(delivered_token_, 0));
  }
  void hold_delivered(std::uint64_t token) {
    if (delivered_token_ == token) delivered_token_ = 0;
  }

  ClientOptions options_;
  ProtocolVersion version_ = ProtocolVersion::mqtt_3_1_1;  // of this connection
  ServerLimits limits_;                 // of this connection
  PropertyList server_properties_;      // of its CONNACK
  PropertyList ending_properties_;      // of its DISCONNECT
  PropertyList connect_properties_;     // of its CONNECT
  PropertyList will_properties_;
  ReasonCode disconnect_code_ = ReasonCode::success;  // of the next DISCONNECT, as are these
  std::optional<std::uint32_t> disconnect_expiry_;
  PropertyList disconnect_words_;
  std::uint32_t session_expiry_ = 0;    // in force
  std::optional<Time> session_ends_at_; // between connections: when the state has run out
  std::size_t quota_used_ = 0;          // QoS 1 and 2 messages sent on this connection and unfinished
  ReceiveWindow receive_window_;
  IncomingAliases incoming_aliases_;
  OutgoingAliases outgoing_aliases_;
  PropertyList scratch_;                // of the PUBLISH that is being written; keeps its memory
  std::unique_ptr<Session> session_;
  Phase phase_ = Phase::idle;
  Time now_{};
  FrameReader reader_;
  Output output_;
  UnreadAnswers answers_;
  std::uint64_t durable_ = 0;
  KeepAlive keep_alive_;
  Requests requests_;
  Acknowledgements acknowledgements_;
  EventQueue events_;
  HeldMessages held_;
  bool paused_ = false;          // incoming messages are held back
  Event current_ = Connected{};
  PacketTrace trace_;
  CloseRecord record_;           // of the attempt under way
  CloseRecord last_fault_;       // of the attempt before, if the broker broke the protocol there
  Time attempt_began_{};
  Time opened_at_{};                 // when bytes left last of what began the exchange: CONNECT, or AUTH to authenticate again
  std::uint64_t exchange_end_ = 0;   // its end in the connection's stream
  AuthenticationState authentication_ = AuthenticationState::none;
  bool session_present_ = false;     // of a CONNACK that is being told
  std::optional<Time> connected_at_;
  AcknowledgementTimer acknowledgement_timer_;
  std::uint64_t ping_end_ = 0;       // of the last PINGREQ, in the connection's stream
  std::uint64_t left_ = 0;           // what of the stream has left the machine; begin of the output less what is buffered
  std::uint64_t buffered_ = 0;       // what the transport has taken and not sent yet
  Time looked_at_{};                 // when that was known last
  Time last_sent_{};                 // when bytes left last
  std::optional<Time> judge_at_;     // a time-out was found late: it is judged then
  Slot resend_next_ = no_slot;   // first published message not sent again yet
  bool releases_held_ = false;   // one of the PUBRELs that are to be sent again is on trial
  bool connecting_ = false;      // Connected is being told: what is subscribed to then goes before what waits
  bool disconnect_written_ = false;
  Trial trial_;
  std::uint64_t delivered_token_ = 0;  // of the message that poll_event() returned last
  bool asked_clean_ = true;            // by the CONNECT of this connection
  bool session_established_ = false;   // a session was asked for and given; its loss is worth an event
  bool session_in_doubt_ = false;      // a CONNECT had no CONNACK: see Connected

 private:
  // client_connection.cpp
  Error make_connect(Connect& packet);
  bool may_say_why() const;
  void say_why(ReasonCode reason_code);
  void finish(CloseRecord::Cause cause, Error error);
  void judge_suspect();
  void count_repeated_fault();
  std::optional<Time> exchange_deadline() const;
  std::optional<Time> acknowledgement_deadline() const;
  void clear_output();

  // client_session.cpp
  void session_ends(bool in_doubt);

  // client_authentication.cpp
  Error check_method(Properties properties) const;
  bool authenticated(const Connack& packet);
  Error auth(const Auth& packet);
  Error send_auth(AuthenticationEvent event, ReasonCode code, Bytes data, Properties words);

  // client_send.cpp
  std::uint64_t send_ahead(PacketType type, Bytes packet);  // before what waits for a store; returns its end in the stream
  void appended(PacketType type, Bytes packet);
  void note_sent(PacketType type, Bytes packet);
  Result<Delivery> enqueue(std::string_view topic, Bytes payload, const PublishOptions& options);
  bool make_room(std::size_t bytes, Slot replaced);
  bool may_send_now(Qos qos) const;
  bool window_open(Qos qos) const;
  bool may_leave_queue(Qos qos) const;
  bool quota_open() const { return quota_used_ < limits_.receive_maximum; }
  Error check_limits(const Publish& packet) const;
  bool fail_unsupported(Slot slot);
  bool limited() const { return version_ == ProtocolVersion::mqtt_5; }  // one that speaks 3.1.1 names no limits
  bool has_unsent() const { return resend_next_ != no_slot || session_->queued_count() != 0; }
  Publish packet_of(const OutgoingMessage& message, bool dup) const;
  Slot next_queued() const;
  bool send_next();
  bool send_next_queued();
  bool send_next_again();
  void write_publish(OutgoingMessage& message, bool dup);
  void write(const Publish& packet, std::uint64_t number) {
    if (version_ == ProtocolVersion::mqtt_5) write_changed(packet, number);
    else append_publish(packet);
  }
  void write_changed(const Publish& packet, std::uint64_t number);
  void append_publish(const Publish& packet);
  Error check_text(std::string_view text) const;

  // client_requests.cpp
  template <class RequestPacket>
  Result<PacketId> request(PacketType type, std::size_t filters, RequestPacket& packet);

  // client_receive.cpp
  bool handle_frame(const Frame& frame);
  Error handle_answer(const Frame& frame, bool& event);
  bool handle_publish(const Frame& frame);
  void hold(const Frame& frame);
  bool deliver(Message& message, std::uint64_t token);
  Error handle_acknowledging(const Frame& frame);
  Error check_words(Properties properties) const;
  void handle_acknowledgement(PacketType type, const Acknowledgement& packet);
  void handle_pubrel(PacketId packet_id);
  bool handle_suback(const Suback& packet);
  bool handle_unsuback(const Unsuback& packet);
  void flush_acknowledgements();
};

}  // namespace wasmqtt
