#include "browser_chat_store.hpp"

#include <utility>

namespace mqtt_chat {

void BrowserChatStore::load(std::string_view prefix, Visit visit, Loaded loaded) {
  store_.read(
      prefix,
      [visit = std::move(visit)](std::string_view key, wasmqtt::Bytes value) { visit(key, wasmqtt::as_text(value)); },
      std::move(loaded));
}

// One turn's records are one transaction.
void BrowserChatStore::put(std::span<const chat::Record> records, Written written) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    const bool last = i + 1 == records.size();
    store_.put(records[i].key, wasmqtt::as_bytes(records[i].value), last ? std::move(written) : Written{});
  }
  if (records.empty() && written) written(true, {});
}

wasmqtt::SessionStore* BrowserChatStore::session(const std::string& client_id, const std::string& broker) {
  return &store_.session(client_id + ' ' + broker);
}

}  // namespace mqtt_chat
