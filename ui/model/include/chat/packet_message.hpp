// From a packet to the chat: which message it brings, or answers, or is what became of it. And back.
#pragma once

#include <optional>

#include "chat/conversation_list.hpp"
#include "wasmqtt/trace.hpp"

namespace chat {

struct PacketMessage {
  ConversationKey key;
  std::uint64_t number = 0;  // ChatMessage::number

  friend bool operator==(const PacketMessage&, const PacketMessage&) = default;
};

// nullopt: the packet is about none, or about one that is not in the list. An acknowledgement is about its publish's message.
std::optional<PacketMessage> message_of(const wasmqtt::PacketTrace& trace, std::uint64_t number, const ConversationList& list);

// The first packet that brought the message, or took it to the broker; 0: it is not held any more.
std::uint64_t packet_of(const wasmqtt::PacketTrace& trace, const PacketMessage& message, const ConversationList& list);

}  // namespace chat
