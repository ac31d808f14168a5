#include "inflight.hpp"

namespace wasmqtt {

AckAction action_for(const OutgoingMessage* message, PacketType acknowledgement, bool puback_ends_qos2,
                     bool refused) {
  if (message == nullptr)
    return acknowledgement == PacketType::pubrec && !refused ? AckAction::repeat_release : AckAction::ignore;
  const bool released = message->state == OutgoingMessage::State::released;
  switch (acknowledgement) {
    case PacketType::puback:
      if (message->qos != Qos::at_least_once && (!puback_ends_qos2 || released)) return AckAction::wrong;
      return refused ? AckAction::refuse : AckAction::complete;
    case PacketType::pubrec:
      if (message->qos != Qos::exactly_once) return AckAction::wrong;
      if (refused) return AckAction::refuse;
      return released ? AckAction::repeat_release : AckAction::release;
    case PacketType::pubcomp: return released ? AckAction::complete : AckAction::wrong;
    default: return AckAction::wrong;
  }
}

}  // namespace wasmqtt
