// What a hub tells its members of the connection, in frames and back.
#pragma once

#include <optional>
#include <string>

#include "link_frames.hpp"
#include "wasmqtt/mqtt_client.hpp"

namespace wasmqtt {

// The connection as all see it.
struct LinkStatus {
  ConnectionState state = ConnectionState::connecting;
  StopReason stop_reason = StopReason::none;
  std::optional<Time> retry_at{};
  bool durable = false;
  bool session_present = false;  // of this connection; of welcome: of all since the leader leads
  bool session_in_doubt = false;
  ProtocolVersion version = ProtocolVersion::mqtt_3_1_1;
  std::string url{};
  PropertyList server_properties{};
  PropertyList ending_properties{};
};

void write(const LinkStatus& status, LinkWriter& frame);
LinkStatus read_status(LinkReader& frame);

// Events that are not in the status, and not answers: SessionLost, StoreProblem, TakeoverSuspected, Closed, FellBack,
// SessionWarning. False: another, of which nothing is written.
bool write(const MqttEvent& event, ByteBuffer& out);
// Views of what is handed out point into the frame. nullopt: not understood.
std::optional<MqttEvent> read_event(LinkReader& frame);

}  // namespace wasmqtt
