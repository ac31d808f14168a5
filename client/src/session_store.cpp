#include "wasmqtt/session_store.hpp"

#include <algorithm>

#include "wasmqtt/journal.hpp"

namespace wasmqtt {

void MemoryStore::load(const std::string& client_id, Loaded loaded) {
  if (client_id_ != client_id) records_.clear();
  client_id_ = client_id;
  loaded(true, records_, {});
}

void MemoryStore::append(Bytes records, Written written) {
  records_.insert(records_.end(), records.begin(), records.end());
  compact_if_worthwhile();
  written(true, {});
}

void MemoryStore::compact_if_worthwhile() {
  constexpr std::size_t small = 64 * 1024;
  if (records_.size() < std::max(small, 2 * size_after_compaction_)) return;
  if (auto shorter = compact(records_)) records_ = std::move(*shorter);
  size_after_compaction_ = records_.size();
}

}  // namespace wasmqtt
