// The network of a small world: one connection at a time, whose packets arrive when they are told to.
#pragma once

#include <memory>
#include <vector>

#include "chaos/fingerprint.hpp"
#include "chaos/link.hpp"
#include "wasmqtt/encode.hpp"
#include "wasmqtt/frame_reader.hpp"
#include "wasmqtt/transport.hpp"

namespace wasmqtt::explore {

// A connection, from both ends. Packets under way lie in two rows.
struct SmallLink final : chaos::Link {
  explicit SmallLink(unsigned number) : number_(number) {}
  unsigned index() const override { return number_; }
  // The broker sends; what the client sends comes from its transport.
  void send(Direction, Bytes bytes) override {
    if (client_open && !stalled_in) in.emplace_back(bytes.begin(), bytes.end());
  }
  void close_from(Direction) override {
    broker_open = false;
    out.clear();
  }
  // Also when the client has spoken, and it is the network that is slow.
  bool stalled(Direction direction) const override {
    return direction == Direction::outbound ? stalled_out || !out.empty() : stalled_in;
  }
  std::size_t arrived(Direction direction) const override { return direction == Direction::inbound ? arrived_in : 0; }
  void add_to(chaos::Fingerprint& print) const;

  std::vector<ByteBuffer> out;
  std::vector<ByteBuffer> in;
  bool client_open = true;
  bool broker_open = true;
  bool stalled_out = false;
  bool stalled_in = false;
  std::size_t arrived_in = 0;

 private:
  unsigned number_;
};

// Who watches what the client writes.
class Wire {
 public:
  virtual void client_wrote(Bytes bytes) = 0;
  virtual void client_closed() = 0;

 protected:
  ~Wire() = default;
};

class SmallTransport final : public Transport {
 public:
  explicit SmallTransport(Wire& wire) : wire_(wire) {}
  void open(const std::string& url, TransportObserver& observer) override;
  std::size_t write(Bytes bytes) override;
  void close() override;

  bool opening() const { return observer_ != nullptr && !link_; }
  void opened(std::shared_ptr<SmallLink> link);
  void receive(Bytes bytes) { if (observer_ != nullptr) observer_->on_transport_bytes(bytes); }
  // The client's end learns that it is over.
  void end(TransportFault fault);

 private:
  Wire& wire_;
  std::shared_ptr<SmallLink> link_;
  TransportObserver* observer_ = nullptr;
  FrameReader reader_{1 << 20};
};

}  // namespace wasmqtt::explore
