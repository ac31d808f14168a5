#include "model_network.hpp"

#include <algorithm>

namespace wasmqtt::chaos {

// ---- one connection ----

void ModelLink::send(Direction direction, Bytes bytes) {
  Pipe& here = pipe(direction);
  if (bytes.empty()) return;
  const bool flush_due = !here.waiting.empty();
  here.waiting.insert(here.waiting.end(), bytes.begin(), bytes.end());
  if (flush_due) return;
  network_.simulation_.after(ModelNetwork::latency + network_.weather_.coalesce,
                             [self = shared_from_this(), direction] {
                               const ByteBuffer all = std::exchange(self->pipe(direction).waiting, {});
                               self->arrive(direction, all);
                             });
}

void ModelLink::arrive(Direction direction, Bytes bytes) {
  Pipe& here = pipe(direction);
  const std::size_t chunk = network_.weather_.chunk == 0 ? bytes.size() : network_.weather_.chunk;
  if (here.arrived == 0) network_.fire_faults(*this, direction);
  while (!bytes.empty() && !here.stalled && open_at_end_of(direction)) {
    const std::size_t take = std::min({chunk, bytes.size(), network_.until_fault(*this, direction)});
    here.arrived += take;
    hand_over(direction, bytes.first(take));
    bytes = bytes.subspan(take);
    network_.fire_faults(*this, direction);
  }
}

void ModelLink::hand_over(Direction direction, Bytes bytes) {
  if (direction == Direction::outbound) return network_.ends_.bytes_at_broker(*this, bytes);
  network_.ends_.client_receives(*this, bytes);
  if (TransportObserver* observer = network_.transport_.observer_) observer->on_transport_bytes(bytes);
}

void ModelLink::close_from(Direction direction) {
  // The end that closes hears nothing more.
  open_at_end_of(direction == Direction::outbound ? Direction::inbound : Direction::outbound) = false;
  network_.simulation_.after(ModelNetwork::latency + network_.weather_.coalesce,
                             [self = shared_from_this(), direction] {
                               if (!self->pipe(direction).stalled) self->end(direction);
                             });
}

// The end at which `direction` arrives learns that the connection is over.
void ModelLink::end(Direction direction) {
  if (!std::exchange(open_at_end_of(direction), false)) return;
  if (direction == Direction::outbound) return network_.ends_.link_closed_at_broker(*this);
  ModelTransport& transport = network_.transport_;
  if (transport.link_.get() != this) return;
  TransportObserver* observer = std::exchange(transport.observer_, nullptr);
  transport.link_.reset();
  if (observer != nullptr) observer->on_transport_closed({TransportFault::reset, 0, {}, false});
}

void ModelLink::cut(Direction direction) {
  const Direction against = direction == Direction::outbound ? Direction::inbound : Direction::outbound;
  pipe(direction).stalled = true;
  const auto self = shared_from_this();
  network_.simulation_.after({}, [self, direction] { self->end(direction); });
  network_.simulation_.after(ModelNetwork::latency + network_.weather_.coalesce, [self, against] {
    self->end(against);
    self->pipe(against).stalled = true;
  });
}

void ModelLink::stall(bool outbound, bool inbound) {
  if (outbound) pipe(Direction::outbound).stalled = true;
  if (inbound) pipe(Direction::inbound).stalled = true;
}

// ---- the client's end ----

void ModelTransport::open(const std::string&, TransportObserver& observer) {
  close();
  observer_ = &observer;
  const std::uint64_t generation = ++generation_;
  network_.simulation_.after(2 * ModelNetwork::latency, [this, generation] {
    if (generation != generation_ || observer_ == nullptr) return;
    if (!network_.ends_.broker_is_up()) {
      TransportObserver* refused = std::exchange(observer_, nullptr);
      return refused->on_transport_closed({TransportFault::refused, 0, {}, false});
    }
    link_ = std::make_shared<ModelLink>(network_, static_cast<unsigned>(network_.links_.size()));
    network_.links_.push_back(link_);
    network_.ends_.link_opened(link_);
    observer_->on_transport_open();
  });
}

std::size_t ModelTransport::write(Bytes bytes) {
  if (!link_) return bytes.size();
  const std::size_t limit = network_.weather_.write_limit;
  const std::size_t taken = limit == 0 ? bytes.size() : std::min(limit, bytes.size());
  network_.ends_.client_wrote(*link_, bytes.first(taken));
  link_->send(Direction::outbound, bytes.first(taken));
  if (taken < bytes.size() && !std::exchange(writable_due_, true)) {
    network_.simulation_.after(std::chrono::milliseconds{1}, [this] {
      writable_due_ = false;
      if (link_ && observer_ != nullptr) observer_->on_transport_writable();
    });
  }
  return taken;
}

void ModelTransport::close() {
  ++generation_;
  observer_ = nullptr;
  if (link_) link_->close_from(Direction::outbound);
  link_.reset();
}

// ---- faults ----

std::size_t ModelNetwork::until_fault(const Link& link, Direction direction) const {
  std::size_t most = ~std::size_t{0};
  const std::size_t arrived = link.arrived(direction);
  for (const Fault& fault : faults_) {
    if (fault.connection == link.index() && fault.direction == direction && fault.offset > arrived)
      most = std::min(most, fault.offset - arrived);
  }
  return most;
}

void ModelNetwork::fire_faults(ModelLink& link, Direction direction) {
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    const Fault fault = faults_[i];
    if (fault.connection != link.index() || fault.direction != direction ||
        fault.offset != link.arrived(direction))
      continue;
    faults_.erase(faults_.begin() + static_cast<std::ptrdiff_t>(i--));
    ++fired_;
    ends_.fault(link, fault);
  }
}

}  // namespace wasmqtt::chaos
