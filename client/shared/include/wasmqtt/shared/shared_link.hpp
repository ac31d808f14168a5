// One end of an ordered channel between a tab and the tab or worker that leads: a MessagePort, a BroadcastChannel with addresses,
// two objects of one program.
//
// What is sent in one call arrives in one call of handle_frames() at the other end, or not at all; whole, in order, and once. What
// has arrived is checked there: a frame may come from another version of the page.
#pragma once

#include "wasmqtt/types.hpp"

namespace wasmqtt {

class SharedLink {
 public:
  // Takes the bytes before it returns: posts or copies them. Never calls back from inside. It may be called after the other end
  // is gone, and does nothing then.
  virtual void send(Bytes frames) = 0;

 protected:
  ~SharedLink() = default;
};

}  // namespace wasmqtt
