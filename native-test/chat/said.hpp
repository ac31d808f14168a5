// Messages of a conversation, for tests that need not care what they say.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "chat/conversation.hpp"
#include "chat/iso_time.hpp"

namespace chat::test {

inline Time at(std::string_view iso) { return parse_iso_time(iso).value(); }

inline ChatMessage said(std::string sender, std::string id, Time sent, Time arrived) {
  return {.id = std::move(id), .sender = std::move(sender), .text = "x", .sent_at = sent, .arrived_at = arrived};
}

inline std::string ids(const Conversation& conversation) {
  std::string all;
  for (const ChatMessage& message : conversation.messages()) all += message.id;
  return all;
}

}  // namespace chat::test
