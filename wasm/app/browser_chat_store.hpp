// What a device keeps of the chat, in IndexedDB.
#pragma once

#include "chat/chat_store.hpp"
#include "wasmqtt/browser/indexed_db_store.hpp"

namespace mqtt_chat {

class BrowserChatStore final : public chat::ChatStore {
 public:
  BrowserChatStore() : store_({.name = "mqtt-chat"}) {}

  void load(std::string_view prefix, Visit visit, Loaded loaded) override;
  void put(std::span<const chat::Record> records, Written written) override;
  void remove(std::string_view key) override { store_.erase(key); }
  wasmqtt::SessionStore* session(const std::string& client_id, const std::string& broker) override;

 private:
  wasmqtt::IndexedDbStore store_;
};

}  // namespace mqtt_chat
