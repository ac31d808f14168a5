// What an acknowledgement does to an outgoing message: the sender's half of QoS 1 and 2 (figures 4.2, 4.3) as one table.
//
// `refused` (MQTT 5, a reason code of 0x80 or more) turns complete and release into refuse, and is no reason to answer
// anything: a message that was refused is settled. A PUBCOMP can't refuse.
//
//                    PUBACK        PUBREC          PUBCOMP
//   QoS 1 published  complete      wrong           wrong
//   QoS 2 published  wrong *       release         wrong
//   QoS 2 released   wrong         repeat PUBREL   complete
//   unknown id       ignore        answer PUBREL   ignore
//
// * complete under ClientOptions::puback_ends_qos2.
#pragma once

#include "message_table.hpp"
#include "wasmqtt/packet.hpp"

namespace wasmqtt {

enum class AckAction : std::uint8_t {
  ignore,          // completes nothing [MQTT-2.3.1-6]
  complete,
  release,         // forget the payload, send PUBREL, never PUBLISH again [MQTT-4.3.3-1]
  repeat_release,  // PUBREL once more: also for an unknown id, so that the broker can finish
  refuse,          // the message has failed; no PUBREL [MQTT5-4.4.0-2]
  wrong,           // it does not fit the state
};

// `message` is nullptr when no outgoing message has the id.
AckAction action_for(const OutgoingMessage* message, PacketType acknowledgement, bool puback_ends_qos2,
                     bool refused = false);

}  // namespace wasmqtt
