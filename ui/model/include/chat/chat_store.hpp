// Interface to where a device keeps the chat: a small key-value store, and the MQTT session beside it.
//
// The model decides what the records mean (records.hpp); an implementation only has to keep them. In a page that is
// IndexedDB; MemoryChatStore serves tests, and everybody who did not ask to be remembered.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "wasmqtt/session_store.hpp"

namespace chat {

struct Record {
  std::string key;    // UTF-8; records come back in the order of the keys' bytes
  std::string value;  // UTF-8
};

class ChatStore {
 public:
  virtual ~ChatStore() = default;

  // Calls `visit` for every record whose key starts with `prefix`, in the order of the keys, then `loaded` once; both at
  // once or later. The views are valid during the call: an implementation need not hold all records at a time. Not ok: a
  // sentence tells why, and the caller continues without.
  using Visit = std::function<void(std::string_view key, std::string_view value)>;
  using Loaded = std::function<void(bool ok, std::string_view problem)>;
  virtual void load(std::string_view prefix, Visit visit, Loaded loaded) = 0;

  // Writes all of `records` or none, replacing those with the same keys. Calls back once, in the order of the calls,
  // when that is durable, or can't be (denied, full, gone). `written` may be empty.
  using Written = std::function<void(bool ok, std::string_view problem)>;
  virtual void put(std::span<const Record> records, Written written) = 0;

  virtual void remove(std::string_view key) = 0;

  // Where the session of this client id with this broker lives; lives as long as the store. nullptr: only in the
  // client's memory. Its append() is durable only when every put() before it is, and calls of one turn become one
  // transaction: so a message and the permission to acknowledge it cost one.
  virtual wasmqtt::SessionStore* session(const std::string& client_id, const std::string& broker) = 0;
};

class MemoryChatStore final : public ChatStore {
 public:
  void load(std::string_view prefix, Visit visit, Loaded loaded) override;
  void put(std::span<const Record> records, Written written) override;
  void remove(std::string_view key) override;
  wasmqtt::SessionStore* session(const std::string& client_id, const std::string& broker) override;

  const std::map<std::string, std::string, std::less<>>& records() const { return records_; }

 private:
  std::map<std::string, std::string, std::less<>> records_;
  std::map<std::string, std::unique_ptr<wasmqtt::MemoryStore>> sessions_;
};

}  // namespace chat
