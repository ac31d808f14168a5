#include "faults.hpp"

#include <array>

namespace wasmqtt::chaos {
namespace {

using namespace std::chrono_literals;

constexpr std::array<const char*, Fault::kinds> names = {"cut",         "stall", "stall_one_way", "forget",    "restart",
                                                         "unavailable", "mute",  "kill_lost",     "kill_half", "kill_kept"};

const std::array<Weather, weathers>& all_weathers() {
  static const std::array<Weather, weathers> all = {
      Weather{},
      Weather{.store_latency = 5ms, .load_latency = 20ms},
      Weather{.chunk = 1},
      Weather{.coalesce = 50ms},
      Weather{.write_limit = 1},
      Weather{.store_latency = 3s, .compact = true},
      Weather{.store_latency = 5ms, .manual = true},
      Weather{.window = 1, .forward_on_release = true},
      Weather{.chunk = 1, .write_limit = 3, .store_latency = 5ms, .compact = true, .window = 2},
      Weather{.coalesce = 200ms, .store_latency = 100ms, .forward_on_release = true, .queue_qos0 = true},
      Weather{.chunk = 7, .manual = true, .queue_qos0 = true},
      Weather{.store_latency = 5ms, .quit_inside_handler = true},
      Weather{.store_latency = 5ms, .compact = true, .manual = true, .window = 2, .quit_inside_handler = true},
      Weather{.write_limit = 11, .store_latency = 20ms, .load_latency = 2s, .window = 3, .queue_qos0 = true},
      Weather{.coalesce = 20ms, .store_latency = 5ms, .pauses = true},
  };
  return all;
}

}  // namespace

Weather weather_number(int number) { return all_weathers()[static_cast<std::size_t>(number)]; }

std::string describe(const Plan& plan) {
  std::string text = plan.version == ProtocolVersion::mqtt_5 ? "mqtt 5 " : "mqtt 3.1.1 ";
  text += "weather " + std::to_string(plan.weather) + " seed " + std::to_string(plan.seed);
  for (const Fault& fault : plan.faults) {
    text += std::string(" ") + names[static_cast<std::size_t>(fault.kind)] + '@' + std::to_string(fault.connection) +
            (fault.direction == Direction::outbound ? '>' : '<') + std::to_string(fault.offset);
  }
  return plan.refused_topic.empty() ? text : text + " refuses " + plan.refused_topic;
}

}  // namespace wasmqtt::chaos
