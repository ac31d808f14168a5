// A small world: what is published each way, and how often each thing may go wrong. It has a name, from which it is made again:
//
//   "5 w1 out=02 in=1 crash=1 cut=2"     MQTT 5, window 1, QoS 0 and 2 out, QoS 1 in, at most one crash and two cuts
//
// Every order of its events is explored; what is not in the name does not happen.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "chaos/scenario.hpp"

namespace wasmqtt::explore {

using chaos::Step;

// How often something may happen; each is used up by what it says.
enum class Fault : std::uint8_t {
  crash,   // the process is killed; of the batches under way to the store, the first few made it
  cut,     // the connection breaks, at a packet's edge or inside it, or is refused
  stall,   // packets get lost, one way or both, and nobody is told
  close,   // the broker closes
  forget,  // the broker loses the session, and closes
  timer,   // a timer of the client is due although nothing is wrong
  cancel,  // the application takes a message back
};
inline constexpr std::array<const char*, 7> fault_names = {"crash", "cut", "stall", "close", "forget", "timer", "cancel"};
using Budget = std::array<std::uint8_t, fault_names.size()>;

struct Mix {
  ProtocolVersion version = ProtocolVersion::mqtt_3_1_1;
  std::uint16_t window = 2;       // the client's in-flight window
  bool manual = false;            // the application acknowledges later, in any order
  bool forward_on_release = false;  // the broker passes a QoS 2 message on at PUBREL
  std::vector<Step> out{};        // what the application does, in this order; the subscription is made before
  std::vector<Step> in{};         // what the others publish
  Budget budget{};

  std::uint8_t& may(Fault fault) { return budget[static_cast<std::size_t>(fault)]; }
};

std::string name_of(const Mix& mix);
// nullopt: it is no name.
std::optional<Mix> mix_from(const std::string& name);

// All sequences of up to `messages` QoS levels each way, with these faults, in both versions and both windows: small ones first.
std::vector<Mix> all_mixes(std::size_t messages, const Budget& budget);

}  // namespace wasmqtt::explore
