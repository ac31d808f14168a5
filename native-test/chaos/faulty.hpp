// A client that is broken on purpose, so that the oracles can show that they see it.
//
// The faults sit in adapters at the client's edges (transport, store, callbacks), not in its sources: the core stays free of
// test code, what is tested is exactly what ships, and each adapter shows the outside world just what a client with that
// bug would show. The base class is the honest client.
#pragma once

#include <string>

#include "model_store.hpp"
#include "wasmqtt/event.hpp"
#include "wasmqtt/transport.hpp"

namespace wasmqtt::chaos {

class Faulty {
 public:
  Faulty() = default;
  Faulty(const Faulty&) = delete;
  Faulty& operator=(const Faulty&) = delete;
  virtual ~Faulty() = default;

  virtual Transport& transport(Simulation&, Transport& honest) { return honest; }
  virtual SessionStore& store(Simulation&, ModelStore& honest) { return honest; }
  // How often the application hears of this message, and of this completion.
  virtual int times_delivered(const Message&) { return 1; }
  virtual int times_completed(const std::string&) { return 1; }
  // Whether it has a state of its own, beside the client's.
  virtual bool remembers() const { return true; }
};

}  // namespace wasmqtt::chaos
