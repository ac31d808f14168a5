// Trouble on a real connection, on demand: a Transport around another one, between the client and the network. The client
// knows nothing of it; what it does about the trouble is what it does about any.
//
//   TroubleTransport trouble(websocket, browser_loop);
//   MqttClient mqtt(trouble.loop(), trouble, options);
//   trouble.lose_next_acknowledgement();               // swallowed, and the connection with it
//
// It has an event loop of its own around the other one, for it needs the timer, too. The observer is called from that loop and
// from the inner transport's callbacks only, as a Transport has to.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "wasmqtt/event_loop.hpp"
#include "wasmqtt/transport.hpp"

namespace chat {

// The beginnings of packets in a byte stream, whatever pieces it comes in. Internal to TroubleTransport.
class PacketBorders {
 public:
  // How many of these bytes come before the next packet that `wanted` likes; all of them: none begins here.
  std::size_t find(wasmqtt::Bytes bytes, bool (*wanted)(std::uint8_t first_byte));
  void reset() { *this = {}; }

 private:
  std::uint64_t left_ = 0;    // of the packet that goes on
  unsigned shift_ = 0;
  std::uint64_t length_ = 0;  // of the one whose length is being read
  bool in_length_ = false;
};

class TroubleTransport final : public wasmqtt::Transport, private wasmqtt::TransportObserver {
 public:
  // Both outlive this object.
  TroubleTransport(wasmqtt::Transport& inner, wasmqtt::EventLoop& loop) : inner_(inner), loop_(*this, loop) {}

  // For the client that uses this transport.
  wasmqtt::EventLoop& loop() { return loop_; }

  // ---- trouble ----
  // The connection ends at the next turn of the event loop, as when a cable is pulled: the broker notices, and publishes the will.
  void pull_plug();
  // The next PUBACK, PUBREC or PUBCOMP of either direction goes to nobody, and the connection ends. Until then it goes on.
  void lose_next_acknowledgement(bool lose = true) { losing_ = lose; }
  // From now on each piece takes this much longer, in each direction; 0: no more than the network takes.
  void set_delay(wasmqtt::Duration delay) { delay_ = delay; }
  // Nothing goes or comes any more, and nobody is told; thawed, what waited goes on in order.
  void set_frozen(bool frozen);

  bool losing() const { return losing_; }
  wasmqtt::Duration delay() const { return delay_; }
  bool frozen() const { return frozen_; }

  // ---- Transport ----
  void open(const std::string& url, wasmqtt::TransportObserver& observer) override;
  void open_soon(const std::string& url) override { inner_.open_soon(url); }
  std::size_t write(wasmqtt::Bytes bytes) override;
  std::size_t buffered() const override;
  void close() override;

 private:
  struct Piece {
    wasmqtt::Time due;
    std::vector<std::uint8_t> bytes;
  };
  using Pieces = std::deque<Piece>;
  // The client's event loop: the timer is its own or ours, whichever comes first.
  class Loop final : public wasmqtt::EventLoop {
   public:
    Loop(TroubleTransport& owner, wasmqtt::EventLoop& inner) : owner_(owner), inner_(inner) {}
    wasmqtt::Time now() const override { return inner_.now(); }
    void attach(std::function<void()> on_timer, std::function<void()> on_turn) override;
    void set_timer(std::optional<wasmqtt::Time> when) override;
    void request_turn() override { inner_.request_turn(); }
    std::uint64_t random() override { return inner_.random(); }
    void arm();

   private:
    TroubleTransport& owner_;
    wasmqtt::EventLoop& inner_;
    std::function<void()> on_timer_, on_turn_;
    std::optional<wasmqtt::Time> when_;
  };

  void on_transport_open() override;
  void on_transport_bytes(wasmqtt::Bytes bytes) override;
  void on_transport_writable() override;
  void on_transport_closed(const wasmqtt::TransportClose& close) override;
  bool troubled() const { return frozen_ || delay_ != wasmqtt::Duration{} || !in_.empty() || !out_.empty(); }
  // What of the bytes may pass; the rest is lost, and the connection.
  wasmqtt::Bytes pass(wasmqtt::Bytes bytes, PacketBorders& borders);
  void update();
  std::optional<wasmqtt::Time> next_change() const;
  void send_due();
  void deliver_due();
  void forget();

  wasmqtt::Transport& inner_;
  Loop loop_;
  wasmqtt::TransportObserver* observer_ = nullptr;  // null: no attempt is under way
  bool losing_ = false, frozen_ = false, plug_pulled_ = false;
  wasmqtt::Duration delay_{};
  PacketBorders in_borders_, out_borders_;
  Pieces in_, out_;
};

}  // namespace chat
