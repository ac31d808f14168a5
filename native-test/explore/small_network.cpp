#include "small_network.hpp"

#include <utility>

namespace wasmqtt::explore {

void SmallLink::add_to(chaos::Fingerprint& print) const {
  print << client_open << broker_open << stalled_out << stalled_in;
  for (const auto* row : {&out, &in}) {
    print << row->size();
    for (const ByteBuffer& packet : *row) print << Bytes(packet);
  }
}

void SmallTransport::open(const std::string&, TransportObserver& observer) {
  close();
  observer_ = &observer;
  reader_.reset();
}

void SmallTransport::opened(std::shared_ptr<SmallLink> link) {
  link_ = std::move(link);
  observer_->on_transport_open();
}

std::size_t SmallTransport::write(Bytes bytes) {
  if (!link_) return bytes.size();
  wire_.client_wrote(bytes);
  reader_.feed(bytes);
  Frame frame;
  while (reader_.next(frame) == FrameReader::Status::frame) {
    if (link_->broker_open && !link_->stalled_out) link_->out.emplace_back(frame.whole.begin(), frame.whole.end());
  }
  return bytes.size();
}

void SmallTransport::close() {
  observer_ = nullptr;
  if (!link_) return;
  link_->client_open = false;
  link_->in.clear();
  link_.reset();
  wire_.client_closed();
}

void SmallTransport::end(TransportFault fault) {
  TransportObserver* const observer = std::exchange(observer_, nullptr);
  if (link_) {
    link_->client_open = false;
    link_->in.clear();
    link_.reset();
  }
  if (observer != nullptr) observer->on_transport_closed({fault, 0, {}, false});
}

}  // namespace wasmqtt::explore
