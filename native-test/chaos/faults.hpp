// What goes wrong in a run, and when; and the weather that lasts for all of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "wasmqtt/types.hpp"

namespace wasmqtt::chaos {

// Something that happens when exactly `offset` bytes of a connection have arrived in one direction.
struct Fault {
  enum class Kind : std::uint8_t {
    cut,           // the connection ends; what is under way the other way still arrives
    stall,         // no byte arrives any more, either way, and nobody is told: keep-alive must notice
    stall_one_way, // only this direction falls silent
    forget,        // cut, and the broker has lost the session
    restart,       // cut, and the broker is down for a while; it keeps the session
    unavailable,   // cut, and the next CONNECT is refused with 3, server unavailable
    mute,          // the broker goes on but its acknowledgements get lost: the acknowledgement time-out must notice
    kill_lost,     // the client's process dies; what its store had not made durable is gone
    kill_half,     // as above, but the first of the waiting batches made it
    kill_kept,     // as above, but all of them made it
  };
  static constexpr int kinds = 10;

  Kind kind = Kind::cut;
  unsigned connection = 0;  // counted from 0 over the run
  Direction direction = Direction::outbound;
  std::size_t offset = 0;
};

struct Weather {
  std::size_t chunk = 0;         // bytes arrive in pieces of at most this size; 0: as they were sent
  Duration coalesce{};           // the network keeps bytes this long and delivers them together
  std::size_t write_limit = 0;   // the transport takes this much at a time; 0: everything
  Duration store_latency{};      // until a batch is durable; 0: at once, inside append()
  Duration load_latency{};
  bool compact = false;          // the store compacts the journal at each load
  bool manual = false;           // the application acknowledges later, in another order
  std::uint16_t window = 1000;   // the client's in-flight window
  bool forward_on_release = false;  // the broker passes a QoS 2 message on at PUBREL instead of PUBLISH
  bool queue_qos0 = false;
  bool pauses = false;           // the application pauses messages from inside a handler, and resumes later
  bool quit_inside_handler = false;  // the application disconnects and connects from inside a message handler
};
inline constexpr int weathers = 15;
Weather weather_number(int number);

struct Plan {
  int weather = 0;
  std::uint64_t seed = 1;
  std::vector<Fault> faults{};
  std::string refused_topic{};  // the broker closes the connection when a message comes to it
  ProtocolVersion version = ProtocolVersion::mqtt_3_1_1;
};

// Which version one of a row of runs speaks: the runs that would be made in 3.1.1 alone are shared between the two.
constexpr ProtocolVersion version_of(std::uint64_t number) {
  return number % 2 == 0 ? ProtocolVersion::mqtt_3_1_1 : ProtocolVersion::mqtt_5;
}
inline constexpr ProtocolVersion both_versions[] = {ProtocolVersion::mqtt_3_1_1, ProtocolVersion::mqtt_5};

// "mqtt 5 weather 3 seed 7 cut@0>120 kill_kept@1<44": `>` towards the broker, `<` towards the client.
std::string describe(const Plan& plan);

}  // namespace wasmqtt::chaos
