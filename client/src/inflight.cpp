#include "inflight.hpp"

namespace wasmqtt {

AckAction action_for(const OutgoingMessage* message, PacketType acknowledgement) {
  if (message == nullptr)
    return acknowledgement == PacketType::pubrec ? AckAction::repeat_release : AckAction::ignore;
  const bool released = message->state == OutgoingMessage::State::released;
  switch (acknowledgement) {
    case PacketType::puback: return message->qos == Qos::at_least_once ? AckAction::complete : AckAction::wrong;
    case PacketType::pubrec:
      if (message->qos != Qos::exactly_once) return AckAction::wrong;
      return released ? AckAction::repeat_release : AckAction::release;
    case PacketType::pubcomp: return released ? AckAction::complete : AckAction::wrong;
    default: return AckAction::wrong;
  }
}

}  // namespace wasmqtt
