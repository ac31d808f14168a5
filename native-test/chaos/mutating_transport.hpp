// A transport that changes whole packets on their way from the client to the network.
#pragma once

#include <functional>
#include <string>

#include "connect_version.hpp"
#include "simulation.hpp"
#include "wasmqtt/encode.hpp"
#include "wasmqtt/frame_reader.hpp"
#include "wasmqtt/transport.hpp"

namespace wasmqtt::chaos {

class MutatingTransport final : public Transport {
 public:
  // Gets one packet of the client and writes what goes out instead.
  using Mutate = std::function<void(const Frame& frame, ByteBuffer& out)>;

  MutatingTransport(Simulation& simulation, Transport& honest, Mutate mutate)
      : simulation_(simulation), honest_(honest), mutate_(std::move(mutate)) {}

  void open(const std::string& url, TransportObserver& observer) override {
    reader_.reset();
    observer_ = &observer;
    honest_.open(url, observer);
  }
  std::size_t write(Bytes bytes) override {
    ByteBuffer out;
    reader_.feed(bytes);
    Frame frame;
    while (reader_.next(frame) == FrameReader::Status::frame) {
      version_ = version_after(frame, version_);
      mutate_(frame, out);
    }
    if (!out.empty()) honest_.write(out);
    return bytes.size();
  }
  std::size_t buffered() const override { return honest_.buffered(); }
  void close() override {
    observer_ = nullptr;
    honest_.close();
  }
  ProtocolVersion version() const { return version_; }
  // Something that the broker never sent.
  void pretend(ByteBuffer bytes) {
    simulation_.after({}, [this, bytes = std::move(bytes)] {
      if (observer_ != nullptr) observer_->on_transport_bytes(bytes);
    });
  }

 private:
  Simulation& simulation_;
  Transport& honest_;
  Mutate mutate_;
  FrameReader reader_{1 << 20};
  ProtocolVersion version_ = ProtocolVersion::mqtt_3_1_1;
  TransportObserver* observer_ = nullptr;
};

}  // namespace wasmqtt::chaos
