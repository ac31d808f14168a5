// A hub and a member, each with a peer whose frames are anything, and honest ones beside them. Whatever comes, both keep their bounds,
// what goes out is whole frames, and a message comes to the honest tab.
#include <array>
#include <functional>
#include <optional>
#include <vector>

#include "fuzz.hpp"
#include "wasmqtt/decode.hpp"
#include "wasmqtt/encode.hpp"
#include "wasmqtt/frame_reader.hpp"
#include "wasmqtt/shared/local_link.hpp"

using namespace wasmqtt;
using namespace wasmqtt::fuzz;

namespace {

constexpr SharedHubOptions bounds{.window_bytes = 32 * 1024, .queue_bytes = 64 * 1024};

class StubLoop final : public EventLoop {
 public:
  Time now() const override { return now_; }
  void attach(std::function<void()> on_timer, std::function<void()> on_turn) override {
    on_timer_ = std::move(on_timer);
    on_turn_ = std::move(on_turn);
  }
  void set_timer(std::optional<Time> when) override { timer_ = when; }
  void request_turn() override { turn_ = true; }
  std::uint64_t random() override { return 7; }

  bool turn() {
    if (!std::exchange(turn_, false)) return false;
    if (on_turn_) on_turn_();
    return true;
  }
  void advance(Duration duration) {
    now_ += duration;
    if (timer_ && *timer_ <= now_) {
      timer_.reset();
      if (on_timer_) on_timer_();
    }
  }

 private:
  Time now_{std::chrono::seconds{1'700'000'000}};
  std::optional<Time> timer_;
  bool turn_ = false;
  std::function<void()> on_timer_;
  std::function<void()> on_turn_;
};

// A broker that takes everything, and echoes nothing.
class Broker final : public Transport {
 public:
  void open(const std::string&, TransportObserver& observer) override {
    observer_ = &observer;
    opening_ = true;
  }
  std::size_t write(Bytes bytes) override {
    reader_.feed(bytes);
    Frame frame;
    while (reader_.next(frame) == FrameReader::Status::frame) {
      const auto packet = decode(frame, Direction::outbound);
      check(packet.has_value(), "what goes to the broker is legal");
      if (packet) answer(*packet);
    }
    return bytes.size();
  }
  void close() override { observer_ = nullptr; }

  void publish(std::string_view topic, Qos qos, bool retain) {
    if (connected_) send(Publish{topic, as_bytes("x"), qos == Qos::at_most_once ? PacketId{0} : ++last_id_, qos, retain});
  }
  bool turn() {
    if (observer_ == nullptr) return false;
    if (std::exchange(opening_, false)) {
      observer_->on_transport_open();
      return true;
    }
    const ByteBuffer bytes = std::exchange(out_, {});
    if (!bytes.empty()) observer_->on_transport_bytes(bytes);
    return !bytes.empty();
  }

 private:
  void answer(const Packet& packet) {
    if (std::holds_alternative<Connect>(packet)) {
      connected_ = true;
      send(Connack{});
    } else if (const auto* publish = std::get_if<Publish>(&packet)) {
      if (publish->qos == Qos::at_least_once) send(Puback{publish->packet_id});
      if (publish->qos == Qos::exactly_once) send(Pubrec{publish->packet_id});
    } else if (const auto* release = std::get_if<Pubrel>(&packet)) {
      send(Pubcomp{release->packet_id});
    } else if (const auto* received = std::get_if<Pubrec>(&packet)) {
      send(Pubrel{received->packet_id});
    } else if (const auto* subscribe = std::get_if<Subscribe>(&packet)) {
      std::vector<std::uint8_t> codes;
      for (const TopicRequest& request : subscribe->requests) codes.push_back(static_cast<std::uint8_t>(request.qos));
      send(Suback{subscribe->packet_id, codes});
    } else if (const auto* unsubscribe = std::get_if<Unsubscribe>(&packet)) {
      send(Unsuback{unsubscribe->packet_id});
    } else if (std::holds_alternative<Disconnect>(packet)) {
      connected_ = false;
    }
  }
  void send(const Packet& packet) {
    check(!encode(packet, out_, ProtocolVersion::mqtt_3_1_1, Direction::inbound), "the broker's packets are legal");
  }

  TransportObserver* observer_ = nullptr;
  FrameReader reader_{1 << 20};
  ByteBuffer out_;
  PacketId last_id_ = 0;
  bool opening_ = false;
  bool connected_ = false;
};

// A link whose other end is the input.
struct Peer final : SharedLink {
  void send(Bytes piece) override {
    check(piece.size() > 9 && piece[0] == 1, "a piece has its beginning, and something in it");
    for (Bytes rest = piece.subspan(9); !rest.empty();) {
      check(rest.size() >= 5, "a frame has its beginning");
      const std::size_t size = static_cast<std::size_t>(rest[1]) << 24 | static_cast<std::size_t>(rest[2] << 16 | rest[3] << 8 | rest[4]);
      check(rest.size() >= 5 + size, "a frame is whole");
      rest = rest.subspan(5 + size);
    }
    unread += piece.size();
  }
  std::size_t unread = 0;
};

MqttOptions options() {
  MqttOptions options{.urls = {"mqtt://fuzz"}};
  options.client.client_id = "fuzz";
  options.client.clean_session = false;
  return options;
}

class Room {
 public:
  Room() : hub_(loop_, timers_, broker_, options(), bounds), member_(member_loop_, {.id = 1, .mqtt = options()}),
           other_(other_loop_, {.id = 2, .mqtt = options()}) {
    hub_.on_leading = [this](std::uint64_t) {
      own_.emplace(hub_, member_);
      stranger_ = hub_.link_opened(peer_);
    };
    (void)member_.subscribe("honest", Qos::exactly_once, [this](const Message&) { ++received_; });
    member_.connect();
    hub_.start();
    (void)other_.subscribe("a/#", Qos::at_least_once);
    (void)other_.publish("b", "1", {.qos = Qos::exactly_once});
    other_.connect();
    other_.link_opened(leader_, 9);
    run();
    timers_.advance(bounds.gather_timeout);
    run();
  }

  void run() {
    for (unsigned rounds = 0; turn(); ++rounds) check(rounds < 1'000, "it comes to rest");
    check(hub_.counts().waiting_bytes <= 2 * bounds.queue_bytes, "what waits is bounded");
  }

  bool turn() {
    bool any = broker_.turn();
    for (StubLoop* loop : loops_) any = loop->turn() || any;
    return any;
  }

  void piece(Input& input) {
    const bool to_hub = input.flag();
    ByteBuffer bytes{1, 0, 0, 0, 0, 0, 0, 0, 9};
    if (to_hub) {
      for (int i = 0; i < 8; ++i) bytes[static_cast<std::size_t>(8 - i)] = static_cast<std::uint8_t>(hub_.epoch() >> (8 * i));
    }
    for (std::size_t frames = 1 + input.below(4); frames > 0; --frames) {
      bytes.push_back(input.u8());
      const Bytes body = input.bytes();
      const bool lies = input.below(16) == 0;
      const std::size_t size = lies ? input.u16() : body.size();
      for (int i = 3; i >= 0; --i) bytes.push_back(static_cast<std::uint8_t>(size >> (8 * i)));
      bytes.insert(bytes.end(), body.begin(), body.end());
    }
    if (to_hub) hub_.handle_frames(stranger_, bytes);
    else other_.handle_frames(bytes);
  }

  void raw(Input& input) {
    const Bytes bytes = input.bytes();
    hub_.handle_frames(stranger_, bytes);
    other_.handle_frames(bytes);
  }

  void step(Input& input) {
    switch (input.below(8)) {
      case 0: return raw(input);
      case 1: broker_.publish("a/b", static_cast<Qos>(input.below(3)), input.flag()); return run();
      case 2:
        for (StubLoop* loop : loops_) loop->advance(std::chrono::milliseconds{input.u8()});
        return run();
      case 3:
        hub_.link_closed(stranger_);
        stranger_ = hub_.link_opened(peer_);
        other_.link_opened(leader_, 9);
        return run();
      case 4: (void)other_.publish("b", "2", {.qos = static_cast<Qos>(input.below(3))}); return;
      default:
        piece(input);
        return run();
    }
  }

  void finish() {
    const unsigned before = received_;
    broker_.publish("honest", Qos::exactly_once, false);
    run();
    check(!member_.connected() || received_ == before + 1, "the honest tab has its message once");
  }

 private:
  StubLoop loop_, timers_, member_loop_, other_loop_;
  const std::array<StubLoop*, 4> loops_{&loop_, &timers_, &member_loop_, &other_loop_};
  Broker broker_;
  SharedHub hub_;
  SharedMember member_;
  SharedMember other_;
  Peer peer_;
  Peer leader_;
  std::optional<LocalLink> own_;
  SharedHub::Link stranger_ = 0;
  unsigned received_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, size});
  Room room;
  while (!input.empty()) room.step(input);
  room.finish();
  return 0;
}
