// What a message on a topic of the chat is, in a few words for whoever reads the packets.
#pragma once

#include <string_view>

namespace chat {

// "A request to the rights service: …"; empty for a topic that is none of the chat's.
std::string_view topic_words(std::string_view topic);

}  // namespace chat
