// peter says back what he is told.
#include "bot.hpp"

int main(int argument_count, char** arguments) {
  using namespace chat;
  int exit_code = 0;
  auto options =
      parse_bot_options(argument_count, arguments, "peter", "bot-peter: says back what he is told.", exit_code);
  if (!options) return exit_code;
  Bot peter(*options);
  peter.on_message = [&](const std::string& sender, const std::string& content) {
    // Two echoes would never come to an end; nor would hannes, told by somebody to tell peter the time.
    if (is_echo(content) || sender == "hannes") return;
    peter.send(sender, std::string(echo_prefix) + content);
  };
  return peter.run();
}
