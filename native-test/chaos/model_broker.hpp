// A small, correct broker of MQTT 3.1.1 and 5, for one client and an unseen crowd of others.
//
// Sessions are kept until it is told to forget them; retained messages, will, QoS 0, 1 and 2 both ways. It is as
// inconvenient as the standard lets it be: it uses the lowest free packet id for each new message, so that ids come again
// at once, and it can pass QoS 2 messages on at PUBLISH or at PUBREL (figure 4.3, methods B and A). With MQTT 5 it takes
// something else on each connection (terms.hpp), uses all topic aliases that it is given, and refuses one topic with a reason.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "ledger.hpp"
#include "fingerprint.hpp"
#include "link.hpp"
#include "simulation.hpp"
#include "wasmqtt/frame_reader.hpp"
#include "wasmqtt/packet.hpp"

namespace wasmqtt::chaos {

class ModelBroker {
 public:
  static constexpr std::uint16_t in_flight_limit = 3;  // messages to the client; what it announces as its Receive Maximum
  static constexpr std::uint16_t aliases = 2;          // and as its Topic Alias Maximum

  ModelBroker(Simulation& simulation, Ledger& ledger, bool forward_on_release, int weather)
      : simulation_(simulation), ledger_(ledger), forward_on_release_(forward_on_release), weather_(weather) {}

  // ---- the network's side ----
  void link_opened(const std::shared_ptr<Link>& link);
  void bytes(Link& link, Bytes bytes);
  void link_closed(Link& link);

  // ---- the world's side ----
  // Somebody else publishes; the label is made here, or from this number.
  void publish(const std::string& topic, Qos qos, bool retain = false) { publish_as(++ledger_.serial, topic, qos, retain); }
  // With this payload.
  void publish_text(const std::string& topic, std::string payload, Qos qos, bool retain = false);
  void publish_as(unsigned serial, const std::string& topic, Qos qos, bool retain = false);
  void forget();
  void go_down(Duration how_long);
  bool is_up() const { return simulation_.now() >= up_at_; }
  void refuse_next() { refuse_next_ = true; }
  void mute(const Link& link) { muted_ = &link; }

  // Nothing is under way between it and the client.
  bool idle() const;
  const std::map<std::string, Qos>* subscriptions() const { return session_ ? &session_->subscriptions : nullptr; }
  void add_to(Fingerprint& print) const;
  bool saw_disconnect() const { return saw_disconnect_; }  // on the last connection

 private:
  struct Message {
    std::string topic;
    std::string payload;
    Qos qos = Qos::at_most_once;
    bool retain = false;
  };
  struct Outgoing {
    Message message;
    PacketId packet_id = 0;
    bool sent = false;      // on any connection
    bool on_link = false;   // on this one
    bool released = false;  // PUBREC came
  };
  struct Session {
    std::shared_ptr<Link> made_on{};  // until somebody asks whether its CONNACK arrived there
    std::size_t connack_bytes = 0;
    std::map<std::string, Qos> subscriptions;
    std::deque<Outgoing> outgoing;
    struct Received {
      Message message;
      bool to_forward = false;
    };
    std::map<PacketId, Received> received;  // QoS 2, until PUBREL
  };

  void handle(const Packet& packet);
  void handle_connect(const Connect& packet);
  void handle_publish(Publish packet);
  bool resolve_alias(Publish& packet);
  void refuse(const Publish& packet);
  void handle_subscribe(const Subscribe& packet);
  void finish(PacketId packet_id, bool received);
  void forward(const Message& message, bool retain);
  void enqueue(const Message& message, Qos granted, bool retain);
  void pump();
  void send_publish(Outgoing& outgoing);
  void send_message(const Message& message, PacketId packet_id, bool again);
  std::uint16_t give_alias(const std::string& topic, bool& known);
  void send_connack(bool session_present);
  std::size_t send(const Packet& packet);
  bool speaks_5() const { return version_ == ProtocolVersion::mqtt_5; }
  void drop_link(bool publish_will);
  void watch_keep_alive();
  PacketId free_id() const;

  Simulation& simulation_;
  Ledger& ledger_;
  bool forward_on_release_;
  int weather_;
  std::unique_ptr<Session> session_;
  std::map<std::string, Message> retained_;
  std::shared_ptr<Link> link_;
  FrameReader reader_{1 << 20};
  std::optional<Message> will_;
  bool connected_ = false;
  bool saw_disconnect_ = false;
  bool refuse_next_ = false;
  const Link* muted_ = nullptr;
  ProtocolVersion version_ = ProtocolVersion::mqtt_3_1_1;  // of this connection
  std::map<std::uint32_t, std::string> their_aliases_;
  std::map<std::string, std::uint16_t> our_aliases_;
  Duration keep_alive_{};
  Time heard_at_{};
  Time up_at_{};
};

}  // namespace wasmqtt::chaos
