// Human-readable names of packet types, properties, return codes and states; those of reason codes are in
// reason_code.hpp. All in static storage, but for describe(Packet).
#pragma once

#include <string>
#include <string_view>

#include "wasmqtt/driver.hpp"
#include "wasmqtt/event.hpp"
#include "wasmqtt/mqtt_event.hpp"
#include "wasmqtt/packet.hpp"

namespace wasmqtt {

std::string_view name_of(PacketType type);          // "connect", "publish", ... lower case
std::string_view name_of(PropertyId id);            // "content_type", ... "" for one that does not exist
std::string_view describe(ConnectReturnCode code);  // "Bad user name or password"
std::string_view describe(TransportFault fault);
std::string_view describe(FailureReason reason);
std::string_view describe(DeliveryState state);
std::string_view describe(ConnectionState state);
std::string_view describe(StopReason reason);
std::string_view describe(SessionWarning::Reason reason);
std::string_view describe(UrlChoice choice);  // "the session is there"; "" for one whose turn it was

// One line: "PUBLISH topic=a/b qos=1 id=7 payload=5 bytes". Passwords, authentication data, correlation data and payloads
// are not in it.
std::string describe(const Packet& packet);

}  // namespace wasmqtt
