#include "chat/topic_words.hpp"

#include <array>

#include "chat/checked_messages.hpp"
#include "chat/rooms.hpp"
#include "chat/topics.hpp"

namespace chat {
namespace {

struct Words {
  std::string_view start, words;
};
constexpr std::array<Words, 3> groups = {{
    {"chat/groups/request/", "A request to the rights service, which alone may change groups."},
    {"chat/groups/answer/", "The rights service's answer, once the broker has the new rights."},
    {"chat/groups/of/", "The user's groups, as the rights service has them; retained."},
}};
constexpr std::array<std::string_view, 3> steps = {
    "A message that asks to be checked: only the validation worker reads it.",
    "A message that the validation worker has let through.",
    "The validation worker's reason for not letting a message through.",
};

}  // namespace

std::string_view topic_words(std::string_view topic) {
  if (const auto checked = parse_checked_topic(topic)) return steps[static_cast<std::size_t>(checked->step)];
  for (const Words& one : groups)
    if (topic.starts_with(one.start)) return one.words;
  if (parse_room_topic(topic)) return "A message in the room of a group.";
  if (parse_message_topic(topic)) return "A message to a user.";
  if (parse_status_topic(topic)) return "Whether a user is online.";
  return {};
}

}  // namespace chat
