// MQTT client for 3.1.1 and 5, sans-I/O: it takes inputs, hands back outputs, and never calls out.
//
//   Client client(options);
//   client.handle_transport_open(now);                      // CONNECT is in the output now
//   socket.write(client.pending_output()); client.consume_output(n, now);
//   client.handle_bytes(received, now);
//   while (auto event = client.poll_event(now)) ...         // until nullptr
//   wake me at client.next_timeout(), then client.handle_timeout(now)
//
// Most programs want MqttClient (mqtt_client.hpp), which does the above.
//
// Four kinds of methods. Inputs (handle_*) tell what happened; after each, drain the outputs: poll_event() until it
// returns nothing, then the journal, then pending_output(), in this order. Commands ask for something; they check
// everything first, and an error means that nothing changed. Outputs are drained by the caller. Getters only look.
// A `now` that is earlier than the last one is treated as the last one.
//
// Memory: bounded by the options. Steady state: no allocation per message (topic and payload together up to 2 KiB).
// Lifetime: neither copyable nor movable; no globals, no threads. It may be destroyed at any time: its session lives in the
// journal.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "wasmqtt/error.hpp"
#include "wasmqtt/event.hpp"
#include "wasmqtt/packet.hpp"
#include "wasmqtt/server_limits.hpp"
#include "wasmqtt/trace.hpp"
#include "wasmqtt/types.hpp"

namespace wasmqtt {

// What happens to a publish when the queue of unsent messages is full.
enum class OverflowPolicy : std::uint8_t {
  reject,       // publish() returns Errc::queue_full
  drop_oldest,  // the oldest unsent message fails with dropped_oldest
  drop_newest,  // the new message is accepted and fails at once with dropped_newest
};

enum class Protocol : std::uint8_t {
  mqtt_3_1_1,
  mqtt_5,
  newest,  // MQTT 5; under a Driver or MqttClient 3.1.1 where the broker speaks no other, remembered for each address
};

struct WillOptions {
  std::string topic{};
  std::vector<std::uint8_t> message{};
  Qos qos = Qos::at_most_once;
  bool retain = false;
  // MQTT 5: its properties, a Will Delay Interval among them. Not sent in 3.1.1.
  PropertyList properties{};
};

// MQTT 5's enhanced authentication, section 4.12: what CONNECT says. The rest is Authentication, authenticate() and
// reauthenticate().
struct AuthenticationOptions {
  std::string method{};              // empty: no enhanced authentication
  std::vector<std::uint8_t> data{};  // empty: none; without a method: authentication_data_without_method
};

struct ClientOptions {
  // CONNECT, section 3.1.
  std::string client_id{};  // empty only with clean_session [MQTT-3.1.3-7]
  bool clean_session = true;
  std::chrono::seconds keep_alive{60};  // 0 turns it off; at most 65535
  std::optional<WillOptions> will{};
  std::optional<std::string> user_name{};
  std::optional<std::vector<std::uint8_t>> password{};  // binary; needs a user name [MQTT-3.1.2-22], not in MQTT 5

  Protocol protocol = Protocol::mqtt_3_1_1;
  // MQTT 5; none of it is sent in 3.1.1.
  std::uint32_t session_expiry = 0;           // seconds that the session outlives a connection; never_expires. With 0 it
                                              // ends with the connection, whatever clean_session says
  std::uint16_t receive_maximum = 65'535;     // incoming QoS 1 and 2 messages unfinished at once, at least 1; a broker that
                                              // sends more is disconnected
  std::uint16_t topic_alias_maximum = 0;      // topics that the broker may give numbers to on a connection
  std::uint16_t topic_aliases = 0;            // topics that we give numbers to on a connection, as far as the broker takes
                                              // them; the least recently used one is given up. A few dozen at most
  PropertyList properties{};                  // what else CONNECT carries: User Properties, Request Problem Information,
                                              // Request Response Information
  // Enhanced authentication. With it there is no connection in 3.1.1, which has none: not_in_this_version, and
  // Protocol::newest does not fall back. An Authentication Method among `properties` counts as one here.
  AuthenticationOptions authentication{};

  // Time-outs; 0 turns one off. Each ends the connection with the reason; unacknowledged messages are sent again
  // on the next one, never on a timer [MQTT-4.4.0-1]. They run from when the packet has left, not while it waits for a
  // slow uplink. One that is found more than a second late (the machine slept, the loop was busy) is judged after what
  // has arrived meanwhile could be read.
  Duration connack_timeout = std::chrono::seconds{15};  // from CONNECT, or from the AUTH of reauthenticate(), to the end of
                                                        // the whole exchange; what the application needs for it counts
  // For the whole attempt, from the opening of the transport to CONNACK. Zero: CONNACK has its own time only.
  Duration connect_timeout{};
  // After PINGREQ, without PINGRESP or another sign of life: a whole packet, or 1,000 bytes of one.
  Duration pingresp_timeout = std::chrono::seconds{10};
  // Without any acknowledgement while some are due.
  Duration acknowledgement_timeout = std::chrono::seconds{60};

  // Limits.
  std::uint16_t in_flight_window = 1000;               // QoS 1 and 2 messages unacknowledged at once; at least 1
  // Of those, QoS 2 messages without PUBCOMP; at least 1. Mosquitto as packaged (max_inflight_messages 20) acknowledges
  // what goes beyond 20 and never delivers it, up to 2.0.20 at least; with this window nothing is lost there. Messages
  // of other QoS pass those that wait for it. Raise it for a broker that is known to take more.
  std::uint16_t qos2_window = 20;
  std::size_t queue_messages = 100'000;                // unsent messages
  std::size_t queue_bytes = 64 * 1024 * 1024;          // their topics and payloads
  OverflowPolicy overflow = OverflowPolicy::reject;
  bool queue_qos0 = false;                             // keep QoS 0 messages while not connected
  std::size_t output_bytes = 1024 * 1024;              // above it messages wait in the queue
  std::size_t answer_bytes = 2 * 1024 * 1024;          // PUBACK, PUBREC, PUBREL and PUBCOMP in the output: a broker
                                                       // that keeps sending without reading them is disconnected.
                                                       // All messages that packet ids allow, both ways, need 512 KiB
  std::size_t max_packet_bytes = 16 * 1024 * 1024;     // of one incoming packet; more closes the connection
  std::size_t paused_bytes = 16 * 1024 * 1024;         // messages held back by pause_messages(); more closes the connection
  std::size_t max_requests = 1024;                     // SUBSCRIBE and UNSUBSCRIBE unanswered at once
  std::size_t max_unacknowledged = 65'535;             // incoming messages not acknowledged by the application

  bool manual_acknowledgement = false;
  // Journal records are produced, and output waits until they are durable (journal.hpp).
  bool journal = false;
  TraceLimits trace{};

  // Strictness that could hurt with a broker in the field. True follows the standard to the letter.
  bool strict_reserved = false;         // false ignores the flags in the header of packets that have none
                                        // [MQTT-2.2.2-2]: Netty-based brokers set them in PUBACK and SUBACK. They mean
                                        // nothing, and leaving would only bring the same packet again. A CONNACK with a
                                        // code above 5, and in 3.1.1 a SUBACK's above 0x80, is a refusal then, not a fault
  bool strict_session_present = false;  // false ignores Session Present when a clean session was asked for
                                        // [MQTT-3.2.2-1]: the session is taken as clean. Leaving would bring the same
                                        // CONNACK on each connection
  bool strict_acknowledgements = true;  // false ignores PUBACK for a QoS 2 message and the like: brokers that lost
                                        // track after a crash have been seen to send them
  bool puback_ends_qos2 = false;        // true takes PUBACK as the end of a QoS 2 message: RabbitMQ before 4.0 lowers
                                        // QoS 2 to 1, answers with PUBACK, and the message would never end. It was
                                        // delivered at least once then, not exactly once
  bool strict_text = false;             // true refuses U+0001-001F, 007F-009F and non-characters, which 1.5.3 only
                                        // advises against: there are topics in the field that use them
};

// CONNECT names an Authentication Method.
bool authenticates(const ClientOptions& options);

struct PublishOptions {
  Qos qos = Qos::at_most_once;
  bool retain = false;
  Duration time_to_live{};       // 0: no limit; counted while the message waits unsent
  bool latest_per_topic = false; // an unsent message for the same topic, published with this flag too, is replaced
  // MQTT 5: sent with the message, in this order; copied. Not sent when the connection turns out to speak 3.1.1. A Message
  // Expiry Interval counts in the queue as time_to_live does, in whichever version, and what is left of it is sent.
  Properties properties{};
};

// What a DISCONNECT says in MQTT 5, section 3.14. 3.1.1 can say none of it: abort() has the will published there.
struct DisconnectOptions {
  ReasonCode reason_code = ReasonCode::success;  // disconnect_with_will_message has the will published
  // Instead of what CONNECT asked for: seconds that the session outlives the connection; never_expires. Our side of it is
  // forgotten after that, too; 0 ends it now. Not set: as it was. None can be given to a session whose CONNECT asked for 0.
  std::optional<std::uint32_t> session_expiry{};
  Properties properties{};  // Reason String and User Properties; copied. Left out when the broker takes no packet that large
};

class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // ---- inputs ----

  // Restores the session from journal records (all batches in order). Before the first connection only. Records of
  // another client id [MQTT-3.1.3-2] or damaged ones are refused and nothing is restored. What was published before
  // comes after what is restored; do not take its records before this call.
  Error handle_restore(Bytes records, Time now);
  // An attempt begins: for the record only (CloseRecord::url, url_choice, elapsed).
  void handle_attempt(std::string_view url, Time now, UrlChoice choice = UrlChoice::in_turn);
  // The transport is open: CONNECT goes into the output [MQTT-3.1.0-1]. On an open connection: no-op [MQTT-3.1.0-2].
  // Returns what is wrong with the options, if anything; then nothing is sent.
  Error handle_transport_open(Time now);
  // Bytes from the broker. Only looked at by poll_event(); must stay valid until that returned nothing, else
  // what is left is copied at the next handle_bytes().
  void handle_bytes(Bytes bytes, Time now);
  void handle_transport_closed(const TransportClose& close, Time now);
  // Due deadlines are served; early and extra calls do nothing.
  void handle_timeout(Time now);
  // The journal is durable up to this position (see journal_position()): output that waited for it may go.
  void handle_journal_durable(std::uint64_t position);

  // ---- commands ----

  // Accepts a message, copied. QoS 0 while connected goes to the output at once; all else is queued or sent as
  // the window allows. Errors: topic, size and property rules; not_connected (QoS 0 without queue_qos0); queue_full; while
  // connected, what this broker does not take: qos_not_supported, retain_not_supported, above_server_limit. What was
  // accepted before, and turns out not to be taken, fails with FailureReason::not_supported.
  Result<Delivery> publish(std::string_view topic, Bytes payload, const PublishOptions& options, Time now);
  // Takes back what is not on the wire yet. Errors: unknown_delivery, already_sent.
  Error cancel(Delivery delivery, Time now);
  // One SUBSCRIBE [MQTT-3.8.3-3]; the result comes as Subscribed with the returned packet id.
  // Errors: topic and property rules; invalid_qos; no_topic_filter; not_connected; too_many_requests; no_packet_id_free;
  // what this broker does not offer: wildcards_not_supported, shared_not_supported, identifiers_not_supported,
  // above_server_limit. `properties` are MQTT 5's: a Subscription Identifier, User Properties.
  Result<PacketId> subscribe(std::span<const TopicRequest> requests, Time now, Properties properties = {});
  Result<PacketId> unsubscribe(std::span<const std::string_view> filters, Time now, Properties properties = {});
  // Acknowledges a Message under manual_acknowledgement, in any order; PUBACK and PUBREC still leave in the order
  // of arrival [MQTT-4.6.0-2, -3]. Tokens of an ended connection and repeated ones do nothing.
  void acknowledge(std::uint64_t token, Time now);
  // Under automatic acknowledgement: the Message that poll_event() returned last waits for acknowledge() or refuse(), it alone.
  // Another token: no-op.
  void hold(std::uint64_t token);
  // acknowledge() with a refusal, which MQTT 5 can tell: its PUBACK or PUBREC has this code, and the message is done with. Errors:
  // not_in_this_version; reserved_reason_code, when it is none of theirs from 0x80 on.
  Error refuse(std::uint64_t token, ReasonCode reason_code, Time now);
  // Paused: incoming messages are held back, in order, not handed out and not acknowledged, while all other packets are
  // dealt with. They come from poll_event() once it is not paused any more. More than paused_bytes end the connection;
  // held ones are dropped when it ends. Holds from the next message on, and across connections.
  void pause_messages(bool paused);
  // Sends DISCONNECT, and nothing after it [MQTT-3.14.4-2]; then close the transport: should_close() turns true when it is
  // out. What was accepted before goes first: the output, QoS 0 messages that wait for room in it, and, when called while a
  // message is being handled, its acknowledgement at the next poll_event(). It takes as long as it takes; see
  // last_sent() for whether it moves, and abort(). Before CONNACK too, which section 3.1.4 allows: a broker that
  // has taken CONNECT meanwhile does not publish the will. Before the transport is open: ends the attempt at once.
  void disconnect(Time now);
  // The same with something to say. Errors, then nothing changed, and there is no DISCONNECT: see set_disconnect().
  Error disconnect(Time now, const DisconnectOptions& options);
  // What the next disconnect(now) says, on this connection or a later one. Once it is under way: no-op. Errors:
  // not_in_this_version, where 3.1.1 is spoken; reserved_reason_code; property rules; expiry_after_none, while there is a
  // connection. What a later connection turns out to have no place for is left out there.
  Error set_disconnect(const DisconnectOptions& options);
  void forget_disconnect();  // takes that back, as long as it is not under way
  // MQTT 5, section 4.12. Answers Authentication{done = false}, now or later, with AUTH. `data` and `words` (Reason String, User
  // Properties) are copied; empty data: none. Errors: authentication_out_of_turn, when nothing is to be answered;
  // unexpected_authentication, when CONNECT named no method [MQTT-4.12.0-7]; string_too_long; above_server_limit; property rules.
  Error authenticate(Bytes data, Time now, Properties words = {});
  // Authenticates again on the live connection, with the method of CONNECT: another token, say. All else goes on meanwhile. Its
  // end is Authentication{done = true}; a broker that refuses ends the connection. Errors: not_connected;
  // not_in_this_version; authentication_out_of_turn, while an exchange is under way; the others as above.
  Error reauthenticate(Bytes data, Time now, Properties words = {});
  // Ends the connection, for the broker has not shown what the method asks of it: DISCONNECT 0x80, and
  // Errc::authentication_refused in the close record. When called at Authentication{done = true}, before the next
  // poll_event(), nothing has been sent on the connection but CONNECT and AUTH. Not connecting or connected: no-op.
  void refuse_authentication(Time now);
  // Asks the broker for a sign of life now, whatever the keep-alive says: after a wake-up, say.
  void probe(Time now);
  // Ends the attempt without DISCONNECT: the broker publishes the will.
  void abort(Time now);
  // For the next CONNECT.
  void set_credentials(std::optional<std::string> user_name, std::optional<std::vector<std::uint8_t>> password);
  void set_authentication(AuthenticationOptions authentication);
  void set_will(std::optional<WillOptions> will);
  void set_clean_session(bool clean_session);
  void set_keep_alive(std::chrono::seconds keep_alive);
  void set_protocol(Protocol protocol);
  // Another client id is another session [MQTT-3.1.3-2]: what is unfinished becomes new to it, as after SessionLost.
  // Errors: already_connected; wrong_session under `journal`, whose records bear the id.
  Error set_client_id(std::string client_id, Time now);

  // ---- outputs ----

  // The next event, or nullptr when there is none; decodes the received bytes one packet at a time. Calling it again
  // is what acknowledges the message returned last (deliver, record, then acknowledge); and, after Connected, what lets
  // queued messages follow, so that what you subscribe to at Connected goes before them. The pointer and the views in
  // the event are valid until the next call of poll_event() or of an input.
  const Event* poll_event(Time now);
  // Bytes for the transport, as far as their journal records are durable; valid until the next call but getters.
  Bytes pending_output() const;
  // The transport took `count` bytes of it. `buffered`: of all that it took, what has not left the machine yet, as far as
  // it knows (Transport::buffered()). Time-outs run from when a packet has left, and every byte that leaves is progress.
  // While something is buffered, next_timeout() asks for a look now and then: call this with `count` 0 before
  // handle_timeout().
  void consume_output(std::size_t count, Time now, std::size_t buffered = 0);
  // Records produced since take_journal() last; empty unless options.journal. Append them to the store, then call
  // handle_journal_durable() with journal_position() as it was when they were taken.
  Bytes pending_journal() const;
  std::uint64_t journal_position() const;
  void take_journal();
  // The earliest time at which handle_timeout() has something to do.
  std::optional<Time> next_timeout() const;
  // The transport is to be closed (after the output, when disconnecting).
  bool should_close() const;

  // ---- getters ----

  bool connected() const;
  bool authenticating() const;      // an exchange of MQTT 5's enhanced authentication is under way
  ProtocolVersion version() const;  // of the current or last connection
  // What the broker said in CONNACK, until the next connection begins.
  const ServerLimits& server() const;
  Properties server_properties() const;
  // MQTT 5: seconds that the session outlives this connection, as CONNECT, CONNACK and DISCONNECT have it; never_expires.
  std::uint32_t session_expiry() const;
  Properties ending_properties() const;  // of the DISCONNECT with which the broker ended it, until the next one begins
  Time last_sent() const;   // when bytes left the transport last
  // When PINGREQ is due if nothing is sent or received before; nullopt: not connected, no keep-alive, or one is leaving.
  std::optional<Time> next_ping() const;
  bool has_events() const;  // poll_event() would return one without reading further bytes
  // nullopt: never known, or ended; its end was a DeliveryChanged.
  std::optional<DeliveryState> delivery_state(Delivery delivery) const;
  // The unfinished deliveries in order; for an application that shows them after a restart.
  std::vector<Delivery> unfinished() const;
  // Topic and payload of an unfinished delivery; valid until the next input or command.
  struct Outgoing {
    std::string_view topic;
    Bytes payload;
    Qos qos;
    bool retain;
    DeliveryState state;
    PacketId packet_id;  // 0: not on the wire yet
  };
  std::optional<Outgoing> outgoing(Delivery delivery) const;
  struct Counts {
    std::size_t queued = 0;        // not sent yet
    std::size_t queued_bytes = 0;
    std::size_t in_flight = 0;     // sent, not finished
    std::size_t received_ids = 0;  // QoS 2 identifiers held [MQTT-4.3.3-2]
    std::size_t requests = 0;
    std::size_t unacknowledged = 0;
    std::size_t output_bytes = 0;
  };
  Counts counts() const;
  const ClientOptions& options() const;
  const PacketTrace& trace() const;
  PacketTrace& trace();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wasmqtt
