#include "chat/chat_store.hpp"

namespace chat {

void MemoryChatStore::load(std::string_view prefix, Visit visit, Loaded loaded) {
  for (auto at = records_.lower_bound(prefix);
       at != records_.end() && std::string_view(at->first).substr(0, prefix.size()) == prefix; ++at)
    visit(at->first, at->second);
  loaded(true, {});
}

void MemoryChatStore::put(std::span<const Record> records, Written written) {
  for (const Record& record : records) records_[record.key] = record.value;
  if (written) written(true, {});
}

void MemoryChatStore::remove(std::string_view key) {
  const auto at = records_.find(key);
  if (at != records_.end()) records_.erase(at);
}

wasmqtt::SessionStore* MemoryChatStore::session(const std::string& client_id, const std::string& broker) {
  auto& session = sessions_[client_id + " " + broker];
  if (!session) session = std::make_unique<wasmqtt::MemoryStore>();
  return session.get();
}

}  // namespace chat
