// A Client alone, driven by hand: no loop, no transport, every event kept.
//
//   Link link;
//   link.connect();
//   link.receive(Publish{...});
//   link.messages.back().topic; link.expect<Puback>();
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include "support/hex.hpp"
#include "wasmqtt/client.hpp"
#include "wasmqtt/decode.hpp"
#include "wasmqtt/describe.hpp"
#include "wasmqtt/encode.hpp"

namespace wasmqtt::test {

struct Link {
  struct Heard {
    std::string topic;
    std::string payload;
    Qos qos;
    bool retain;
    bool dup;
    PacketId packet_id;
    std::uint64_t token;
    std::vector<std::uint8_t> properties{};
  };
  struct Granted {
    PacketId packet_id;
    std::vector<int> codes;
    Error error;
    std::vector<std::uint8_t> properties{};
  };

  static ClientOptions defaults(bool clean = true) {
    ClientOptions options;
    options.client_id = "alice";
    options.clean_session = clean;
    return options;
  }
  static ClientOptions mqtt5(bool clean = true) {
    ClientOptions options = defaults(clean);
    options.protocol = Protocol::mqtt_5;
    options.max_packet_bytes = max_remaining_length + 5;  // not announced
    if (!clean) options.session_expiry = 3600;
    return options;
  }
  explicit Link(ClientOptions options = defaults()) : client(std::move(options)) {}

  // ---- the network ----
  Error open() {
    closed.reset();
    const Error error = client.handle_transport_open(now);
    drain();
    return error;
  }
  void connect(bool session_present = false) {
    REQUIRE_FALSE(static_cast<bool>(open()));
    connect_packet = expect<Connect>();
    receive(Connack{session_present, {}, {}, connack_properties});
    REQUIRE(client.connected());
  }
  void receive_bytes(Bytes bytes) {
    const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
    client.handle_bytes(copy, now);
    drain();
  }
  void receive_hex(std::string_view hex) { receive_bytes(from_hex(hex)); }
  void receive(const Packet& packet) {
    ByteBuffer bytes;
    REQUIRE_FALSE(static_cast<bool>(encode(packet, bytes, client.version(), Direction::inbound)));
    receive_bytes(bytes);
  }
  void cut() {
    client.handle_transport_closed({TransportFault::reset, 0, {}, false}, now);
    drain();
    wire.clear();
  }
  void reconnect(bool session_present = true) {
    cut();
    connect(session_present);
  }
  void advance(Duration duration) {
    const Time end = now + duration;
    while (const auto next = client.next_timeout()) {
      if (*next > end) break;
      now = std::max(now, *next);
      client.handle_timeout(now);
      drain();
    }
    now = end;
  }

  // ---- outputs ----
  void drain() {
    while (const Event* event = client.poll_event(now)) std::visit([this](const auto& one) { keep(one); }, *event);
    const Bytes records = client.pending_journal();
    journal.insert(journal.end(), records.begin(), records.end());
    const std::uint64_t position = client.journal_position();
    client.take_journal();
    if (durable) client.handle_journal_durable(position);
    for (Bytes bytes = client.pending_output(); !bytes.empty(); bytes = client.pending_output()) {
      wire.insert(wire.end(), bytes.begin(), bytes.end());
      client.consume_output(bytes.size(), now);
    }
    if (client.has_events()) return drain();
    if (!client.should_close()) return;
    ++closes;
    client.handle_transport_closed({TransportFault::none, 0, {}, true}, now);
    if (client.has_events()) drain();
  }
  Packet next() {
    FrameReader reader(max_remaining_length);
    Frame frame;
    reader.feed(wire);
    const bool whole = reader.next(frame) == FrameReader::Status::frame;
    REQUIRE_MESSAGE(whole, "the client sent nothing more");
    current.assign(frame.whole.begin(), frame.whole.end());
    wire.erase(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(current.size()));
    const Bytes bytes(current);
    const auto packet =
        decode({frame.first_byte, bytes.subspan(current.size() - frame.body.size()), bytes}, Direction::outbound,
               client.version());
    REQUIRE_MESSAGE(packet.has_value(), "the client sent a packet that is not legal: " << to_hex(current));
    return *packet;
  }
  template <class Expected>
  Expected expect() {
    const Packet packet = next();
    INFO("the client sent " << describe(packet));
    REQUIRE(std::holds_alternative<Expected>(packet));
    return *std::get_if<Expected>(&packet);
  }
  bool quiet() const { return wire.empty(); }

  // ---- commands ----
  Delivery publish(std::string_view topic, std::string_view payload, Qos qos) {
    return publish(topic, payload, PublishOptions{.qos = qos});
  }
  Delivery publish(std::string_view topic, std::string_view payload, const PublishOptions& options) {
    const auto delivery = client.publish(topic, as_bytes(payload), options, now);
    REQUIRE(delivery);
    drain();
    return *delivery;
  }
  PacketId subscribe(std::string_view filter, Qos qos = Qos::at_most_once) {
    const TopicRequest request{filter, qos};
    const auto packet_id = client.subscribe({&request, 1}, now);
    REQUIRE(packet_id);
    drain();
    return *packet_id;
  }
  // How the deliveries of one publish went on: "sent acknowledged".
  std::string fate(Delivery delivery) const {
    std::string text;
    for (const DeliveryChanged& change : deliveries) {
      if (!(change.delivery == delivery)) continue;
      if (!text.empty()) text += ' ';
      text += describe(change.state);
      if (change.reason != FailureReason::none) text += ": " + std::string(describe(change.reason));
    }
    return text;
  }

  void keep(const Connected& event) { connected.push_back(event); }
  void keep(const SessionLost& event) { lost.push_back(event); }
  void keep(const Message& m) {
    messages.push_back({std::string(m.topic), std::string(as_text(m.payload)), m.qos, m.retain, m.dup, m.packet_id,
                        m.token, {m.properties.wire().begin(), m.properties.wire().end()}});
  }
  void keep(const DeliveryChanged& event) {
    deliveries.push_back(event);
    if (event.state == DeliveryState::failed) words = event.reason_string;
  }
  void keep(const Subscribed& event) {
    subscribed.push_back({event.packet_id, {event.return_codes.begin(), event.return_codes.end()}, event.error,
                          {event.properties.wire().begin(), event.properties.wire().end()}});
  }
  void keep(const Unsubscribed& event) {
    unsubscribed.push_back(event);
    reason_codes.assign(event.reason_codes.begin(), event.reason_codes.end());
  }
  void keep(const Closed& event) { closed = event.record; }
  void keep(const Authentication& event) {
    authentications.push_back({event.done, std::string(as_text(event.data)), client.connected()});
    if (refuses) client.refuse_authentication(now);
  }

  Client client;
  Time now{std::chrono::seconds{1'700'000'000}};
  bool durable = true;  // the journal is at once
  std::vector<std::uint8_t> wire;     // sent and not looked at yet
  std::vector<std::uint8_t> current;  // the packet that next() gave last
  std::vector<std::uint8_t> journal;
  std::vector<Connected> connected;
  std::vector<SessionLost> lost;
  std::vector<Heard> messages;
  std::vector<DeliveryChanged> deliveries;
  std::vector<Granted> subscribed;
  std::vector<Unsubscribed> unsubscribed;
  std::optional<CloseRecord> closed;
  int closes = 0;
  // MQTT 5.
  PropertyList connack_properties;       // that connect() answers with
  Connect connect_packet;                // that connect() answered; valid until next()
  std::string words;                     // of the last delivery that failed
  struct Step {
    bool done;
    std::string data;
    bool connected;
  };
  std::vector<Step> authentications;
  bool refuses = false;                  // whatever the broker shows
  std::vector<int> reason_codes;         // of the last UNSUBACK
};

}  // namespace wasmqtt::test
