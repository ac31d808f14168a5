// One connection, as the broker's end has it.
#pragma once

#include "wasmqtt/types.hpp"

namespace wasmqtt::chaos {

class Link {
 public:
  virtual ~Link() = default;
  virtual unsigned index() const = 0;  // of all connections, from 0
  virtual void send(Direction direction, Bytes bytes) = 0;
  // One end closes in order: what it sent before arrives first.
  virtual void close_from(Direction direction) = 0;
  virtual bool stalled(Direction direction) const = 0;
  virtual std::size_t arrived(Direction direction) const = 0;
};

}  // namespace wasmqtt::chaos
