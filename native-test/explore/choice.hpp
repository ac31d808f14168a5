// One event of a small world: what may happen next.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wasmqtt::explore {

struct Choice {
  // In the order in which they are tried: what leads on first, what goes wrong last.
  enum class Kind : std::uint8_t {
    start,         // the process that died is started again
    turn,          // the turn of the event loop that the client has asked for
    durable,       // the oldest batch under way to the store is durable
    open,          // the transport is open
    to_broker,     // a packet arrives
    to_client,
    burst,         // all packets to the client arrive in one piece
    end,           // the client learns that the broker has closed
    retry,         // a timer, while the client waits for one: between attempts, or while nothing arrives
    step,          // the application publishes
    other,         // somebody else does
    acknowledge,   // the application acknowledges; argument: which of those that wait
    cancel,        // takes back the first message that is not sent
    timer,         // a timer, although all is well
    refuse,        // no transport
    cut,           // the connection breaks between packets
    cut_to_broker, // inside the next packet; argument: 0 behind its first byte, 1 before its last
    cut_to_client,
    stall,         // nothing arrives any more; argument: 0 either way, 1 at the broker, 2 at the client
    close,         // the broker closes
    forget,        // and has lost the session
    kill,          // the process dies; argument: how many of the batches under way made it
  };
  Kind kind = Kind::start;
  std::uint8_t argument = 0;
  friend bool operator==(const Choice&, const Choice&) = default;
};

using Path = std::vector<Choice>;

// "cut_to_client/1": for paths that are kept as tests and in files.
std::string to_text(const Path& path);
Path path_from(const std::string& text);
const char* name_of(Choice::Kind kind);

}  // namespace wasmqtt::explore
