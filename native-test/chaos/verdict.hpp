// The promises that can only be judged when a run is over.
#pragma once

#include "ledger.hpp"
#include "model_store.hpp"

namespace wasmqtt::chaos {

// The broker is about to lose its session: what may be under way as far as a next process will know. Call it before.
void note_forgotten(Ledger& ledger, const ModelStore& store);

// Writes what is broken into the ledger's failures.
void judge(Ledger& ledger, const ModelStore& store);

}  // namespace wasmqtt::chaos
