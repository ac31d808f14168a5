// How long messages wait for the validation worker. Internal to Account.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "chat/conversation_list.hpp"

namespace chat {

class CheckWatch {
 public:
  static constexpr Duration timeout = std::chrono::seconds{10};

  // The broker has this message of the user's own; or a new connection has begun, and nothing has been heard of it yet.
  void begin(const ConversationKey& key, const std::string& id, Time now) { waiting_[id] = {key, now + timeout}; }
  void end(const std::string& id) { waiting_.erase(id); }
  // Connected again: from now on there can be answers.
  void restart(Time now) {
    for (auto& [id, waiting] : waiting_) waiting.due = now + timeout;
  }

  // Says of each message that has waited for too long that it has.
  void update(ConversationList& conversations, std::string_view user, Time now);
  std::optional<Time> next_change() const;

 private:
  struct Waiting {
    ConversationKey key;
    Time due;
  };
  std::map<std::string, Waiting> waiting_;  // by identifier
};

}  // namespace chat
