// A TransportObserver that writes down what it is told.
#pragma once

#include <optional>
#include <string>

#include "wasmqtt/transport.hpp"

namespace test {

struct Observer final : wasmqtt::TransportObserver {
  struct Close {
    wasmqtt::TransportFault fault;
    int code;
    std::string reason;
    bool clean;
  };

  int opened = 0;
  int writable = 0;
  int closes = 0;
  std::string received;
  std::optional<Close> close;
  bool inside_call = false;       // set around calls of the transport: no callback may come then
  bool called_from_inside = false;

  bool ended() const { return close.has_value(); }

  void on_transport_open() override {
    called_from_inside |= inside_call;
    ++opened;
  }
  void on_transport_bytes(wasmqtt::Bytes bytes) override {
    called_from_inside |= inside_call;
    received += wasmqtt::as_text(bytes);
  }
  void on_transport_writable() override {
    called_from_inside |= inside_call;
    ++writable;
  }
  void on_transport_closed(const wasmqtt::TransportClose& end) override {
    called_from_inside |= inside_call;
    ++closes;
    close = Close{end.fault, end.code, std::string(end.reason), end.clean};
  }
};

}  // namespace test
