// The promises that can only be judged when a run is over.
#pragma once

#include "ledger.hpp"
#include "model_store.hpp"

namespace wasmqtt::chaos {

// Writes what is broken into the ledger's failures.
void judge(Ledger& ledger, const ModelStore& store);

}  // namespace wasmqtt::chaos
