// What a message has to pass before anybody reads it. Each check is a function: nothing, or why the message is refused, as a
// sentence for its sender.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/wire.hpp"
#include "common/rate_limit.hpp"

namespace validation {

struct CheckedMessage {
  std::string_view sender;
  const chat::WireMessage& content;
  wasmqtt::Time now;
};

using Check = std::function<std::optional<std::string>(const CheckedMessage& message)>;

// Words are compared whole, without regard to case, in any script: Unicode's word boundaries and case folding (NFKC), by ICU. A
// phrase of several words is found as those words one after the other.
class ForbiddenWords {
 public:
  ForbiddenWords();
  ~ForbiddenWords();
  void set(const std::vector<std::string>& words);
  // The first one that the text has in it, as it was given to set().
  std::optional<std::string> find_in(std::string_view text) const;

 private:
  class Splitter;
  std::unique_ptr<Splitter> splitter_;
  std::vector<std::pair<std::string, std::string>> words_;  // folded, with a space before each word and behind all; as given
};

// All of them outlive the check.
Check check_words(const ForbiddenWords& words);
Check check_size(std::size_t most_bytes);
Check check_rate(chat::RateLimit& limit, std::size_t per_minute);

// The reason of the first check that refuses.
std::optional<std::string> refusal(const std::vector<Check>& checks, const CheckedMessage& message);

}  // namespace validation
