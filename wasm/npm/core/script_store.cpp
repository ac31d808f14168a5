#include "script_store.hpp"

#include <utility>

#include "imports.hpp"

namespace wasmqtt {

void ScriptStore::load(const std::string& client_id, Loaded loaded) {
  loaded_ = std::move(loaded);
  wasmqtt_npm_load(id_, client_id.data(), client_id.size());
}

void ScriptStore::append(Bytes records, Written written) {
  written_.push(std::move(written));
  wasmqtt_npm_append(id_, records.data(), records.size());
}

void ScriptStore::handle_loaded(bool ok, Bytes records_or_problem) {
  if (const Loaded loaded = std::exchange(loaded_, {})) {
    if (ok) loaded(true, records_or_problem, {});
    else loaded(false, {}, as_text(records_or_problem));
  }
}

void ScriptStore::handle_written(bool ok, std::string_view problem) {
  written_.take()(ok, problem);
}

}  // namespace wasmqtt
