// How many QoS 1 and 2 messages of the broker are unfinished on this connection, MQTT 5's section 4.9: held against the
// Receive Maximum that we announced.
#pragma once

#include <memory>

#include "received_ids.hpp"

namespace wasmqtt {

class ReceiveWindow {
 public:
  // A connection begins. With the maximum that is the default nothing can exceed it, and nothing is counted.
  void start(std::uint16_t maximum) {
    maximum_ = maximum;
    qos1_ = 0;
    if (maximum == 65'535) qos2_.reset();
    else if (!qos2_) qos2_ = std::make_unique<ReceivedIds>();
    else qos2_->clear();
  }
  // A PUBLISH came; false: it is one too many [MQTT5-3.3.4-9].
  bool add(PacketId packet_id, Qos qos) {
    if (!qos2_) return true;
    if (qos == Qos::exactly_once) qos2_->insert(packet_id);
    else ++qos1_;
    return qos1_ + qos2_->count() <= maximum_;
  }
  // PUBACK was sent, or PUBCOMP. A PUBREL that was sent again after a reconnect ends nothing here.
  void puback() {
    if (qos1_ != 0) --qos1_;
  }
  void pubcomp(PacketId packet_id) {
    if (qos2_) qos2_->erase(packet_id);
  }

 private:
  std::size_t maximum_ = 65'535;
  std::size_t qos1_ = 0;
  std::unique_ptr<ReceivedIds> qos2_;  // 8 KiB: only where it is needed
};

}  // namespace wasmqtt
