// hannes says what time it is, again and again, to everybody who asked him to; "stop" ends it.
#include <ctime>
#include <map>

#include "bot.hpp"

namespace {

// Who is away for long must not find thousands of messages afterwards.
constexpr int times_per_start = 120;
constexpr std::size_t most_listeners = 1000;

std::string time_of_day() {
  std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  char text[32];
  return {text, std::strftime(text, sizeof text, "It is %H:%M:%S.", &local)};
}

bool is_stop(const std::string& content) {
  std::string word;
  for (char c : content) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c >= 'a' && c <= 'z') word += c;
  }
  return word == "stop";
}

}  // namespace

int main(int argument_count, char** arguments) {
  using namespace chat;
  int exit_code = 0;
  auto options = parse_bot_options(argument_count, arguments, "hannes",
                                   "bot-hannes: says the time every few seconds to everybody who writes to him; "
                                   "\"stop\" ends it.",
                                   exit_code);
  if (!options) return exit_code;
  Bot hannes(*options);
  std::map<std::string, int> times_left;

  hannes.on_message = [&](const std::string& sender, const std::string& content) {
    // An echo of his own words asks for nothing.
    if (is_echo(content) || sender == "peter") return;
    if (is_stop(content)) {
      if (times_left.erase(sender) != 0) hannes.send(sender, "As you like. Write to me for more.");
    } else if (times_left.size() < most_listeners || times_left.count(sender) != 0) {
      bool starts = times_left.count(sender) == 0;
      times_left[sender] = times_per_start;
      if (starts) hannes.send(sender, time_of_day() + " Say stop when you have heard enough.");
    } else {
      hannes.send(sender, "Too many are listening; try again later.");
    }
  };
  hannes.repeat(options->every, [&] {
    if (!hannes.connected()) return;
    for (auto listener = times_left.begin(); listener != times_left.end();) {
      hannes.send(listener->first, time_of_day());
      listener = --listener->second == 0 ? times_left.erase(listener) : std::next(listener);
    }
  });
  return hannes.run();
}
