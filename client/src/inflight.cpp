#include "inflight.hpp"

namespace wasmqtt {

AckAction action_for(const OutgoingMessage* message, PacketType acknowledgement, bool puback_ends_qos2) {
  if (message == nullptr)
    return acknowledgement == PacketType::pubrec ? AckAction::repeat_release : AckAction::ignore;
  const bool released = message->state == OutgoingMessage::State::released;
  switch (acknowledgement) {
    case PacketType::puback:
      if (message->qos == Qos::at_least_once) return AckAction::complete;
      return puback_ends_qos2 && !released ? AckAction::complete : AckAction::wrong;
    case PacketType::pubrec:
      if (message->qos != Qos::exactly_once) return AckAction::wrong;
      return released ? AckAction::repeat_release : AckAction::release;
    case PacketType::pubcomp: return released ? AckAction::complete : AckAction::wrong;
    default: return AckAction::wrong;
  }
}

}  // namespace wasmqtt
