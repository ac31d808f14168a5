#include "choice.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace wasmqtt::explore {
namespace {

constexpr std::array<const char*, 22> names = {"start", "turn", "durable", "open", "to_broker", "to_client", "burst", "end",
                                               "retry", "step", "other", "acknowledge", "cancel", "timer", "refuse", "cut",
                                               "cut_to_broker", "cut_to_client", "stall", "close", "forget", "kill"};

}  // namespace

const char* name_of(Choice::Kind kind) { return names[static_cast<std::size_t>(kind)]; }

std::string to_text(const Path& path) {
  std::string text;
  for (const Choice choice : path) {
    text += text.empty() ? "" : " ";
    text += name_of(choice.kind);
    if (choice.argument != 0) text += '/' + std::to_string(choice.argument);
  }
  return text;
}

Path path_from(const std::string& text) {
  Path path;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::size_t slash = word.find('/');
    const auto name = std::find(names.begin(), names.end(), word.substr(0, slash));
    if (name == names.end()) return {};
    const int argument = slash == std::string::npos ? 0 : word[slash + 1] - '0';
    path.push_back({static_cast<Choice::Kind>(name - names.begin()), static_cast<std::uint8_t>(argument)});
  }
  return path;
}

}  // namespace wasmqtt::explore
