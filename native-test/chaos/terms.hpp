// What the model broker of MQTT 5 says in its CONNACK that it takes: something else on each connection, so that what was
// legal on one is not on the next.
#pragma once

#include "wasmqtt/server_limits.hpp"

namespace wasmqtt::chaos {

// Of this connection, counted from 0 over the run.
inline ServerLimits terms_of(unsigned connection, int weather) {
  struct Terms {
    std::uint16_t receive_maximum;
    std::uint32_t maximum_packet_size;  // 0: not said
    std::uint16_t topic_alias_maximum;
  };
  // The size has room for every packet of the script but those that are `large`.
  constexpr Terms all[] = {{4, 0, 2}, {1, 64, 1}, {2, 0, 0}, {65'535, 100, 3}};
  const Terms& terms = all[(connection + static_cast<unsigned>(weather)) % std::size(all)];
  ServerLimits limits;
  limits.receive_maximum = terms.receive_maximum;
  if (terms.maximum_packet_size != 0) limits.maximum_packet_size = terms.maximum_packet_size;
  limits.topic_alias_maximum = terms.topic_alias_maximum;
  return limits;
}

}  // namespace wasmqtt::chaos
