// The network between the client and the model broker: connections with latency, whose bytes can be chunked, coalesced,
// taken in small pieces, stopped or cut at any offset.
#pragma once

#include <memory>
#include <vector>

#include "faults.hpp"
#include "link.hpp"
#include "simulation.hpp"
#include "wasmqtt/encode.hpp"
#include "wasmqtt/transport.hpp"

namespace wasmqtt::chaos {

class ModelNetwork;

// One connection. The client's end is the ModelTransport, the broker's end is given to it as a pointer to this.
class ModelLink final : public Link, public std::enable_shared_from_this<ModelLink> {
 public:
  ModelLink(ModelNetwork& network, unsigned index) : network_(network), index_(index) {}

  unsigned index() const override { return index_; }
  void send(Direction direction, Bytes bytes) override;
  void close_from(Direction direction) override;
  // The wire breaks: bytes in `direction` stop now; those under way against it still arrive, then both ends know.
  void cut(Direction direction);
  void stall(bool outbound, bool inbound);
  bool stalled(Direction direction) const override { return pipe(direction).stalled; }
  std::size_t arrived(Direction direction) const override { return pipe(direction).arrived; }

 private:
  friend class ModelNetwork;
  friend class ModelTransport;
  struct Pipe {
    ByteBuffer waiting{};  // for the coalescing flush
    std::size_t arrived = 0;
    bool stalled = false;
  };
  Pipe& pipe(Direction direction) { return pipes_[direction == Direction::outbound ? 0 : 1]; }
  const Pipe& pipe(Direction direction) const { return pipes_[direction == Direction::outbound ? 0 : 1]; }
  bool& open_at_end_of(Direction direction) { return open_[direction == Direction::outbound ? 0 : 1]; }
  void arrive(Direction direction, Bytes bytes);
  void hand_over(Direction direction, Bytes bytes);
  void end(Direction direction);

  ModelNetwork& network_;
  unsigned index_;
  Pipe pipes_[2];
  bool open_[2] = {true, true};  // the broker's end (where outbound bytes arrive), the client's end
};

// What the network connects, and who watches.
class NetworkEnds {
 public:
  virtual bool broker_is_up() = 0;
  virtual void link_opened(const std::shared_ptr<Link>& link) = 0;
  virtual void bytes_at_broker(Link& link, Bytes bytes) = 0;
  virtual void link_closed_at_broker(Link& link) = 0;
  virtual void client_wrote(Link& link, Bytes bytes) = 0;     // taken by the transport
  virtual void client_receives(Link& link, Bytes bytes) = 0;  // just before the client does
  virtual void fault(ModelLink& link, const Fault& fault) = 0;

 protected:
  ~NetworkEnds() = default;
};

class ModelTransport final : public Transport {
 public:
  explicit ModelTransport(ModelNetwork& network) : network_(network) {}
  void open(const std::string& url, TransportObserver& observer) override;
  std::size_t write(Bytes bytes) override;
  void close() override;

 private:
  friend class ModelLink;
  ModelNetwork& network_;
  std::shared_ptr<ModelLink> link_;
  TransportObserver* observer_ = nullptr;
  std::uint64_t generation_ = 0;
  bool writable_due_ = false;
};

class ModelNetwork {
 public:
  ModelNetwork(Simulation& simulation, NetworkEnds& ends, const Weather& weather, std::vector<Fault> faults)
      : simulation_(simulation), ends_(ends), weather_(weather), faults_(std::move(faults)), transport_(*this) {}

  ModelTransport& transport() { return transport_; }
  const std::vector<std::shared_ptr<ModelLink>>& links() const { return links_; }
  std::size_t faults_fired() const { return fired_; }

 private:
  friend class ModelLink;
  friend class ModelTransport;
  static constexpr Duration latency = std::chrono::milliseconds{10};

  void fire_faults(ModelLink& link, Direction direction);
  // Bytes until the next fault of this direction; the most when there is none.
  std::size_t until_fault(const Link& link, Direction direction) const;

  Simulation& simulation_;
  NetworkEnds& ends_;
  Weather weather_;
  std::vector<Fault> faults_;
  std::size_t fired_ = 0;
  ModelTransport transport_;
  std::vector<std::shared_ptr<ModelLink>> links_;
};

}  // namespace wasmqtt::chaos
