// What a message has to pass: forbidden words in any script, a size, a rate.
#include <doctest/doctest.h>

#include "validation/message_checks.hpp"

using namespace validation;

namespace {

std::optional<std::string> found(const std::vector<std::string>& forbidden, const std::string& text) {
  ForbiddenWords words;
  words.set(forbidden);
  return words.find_in(text);
}

}  // namespace

TEST_CASE("forbidden words: whole words only, without regard to case") {
  CHECK(found({"spam"}, "This is SpAm!") == "spam");
  CHECK(found({"SPAM"}, "spam") == "SPAM");
  CHECK(found({"spam"}, "(spam)") == "spam");
  CHECK(found({"spam"}, "one,spam,two") == "spam");
  CHECK_FALSE(found({"spam"}, "spammer antispam spa m"));
  CHECK_FALSE(found({"spam"}, ""));
  CHECK_FALSE(found({}, "spam"));
  CHECK_FALSE(found({"", " ", "!"}, "! spam"));
}

TEST_CASE("forbidden words: any script, composed or not, wide or not") {
  CHECK(found({"straße"}, "Die STRASSE ist lang") == "straße");
  CHECK(found({"спам"}, "Это СПАМ.") == "спам");
  CHECK(found({"ΣΊΣΥΦΟΣ"}, "σίσυφος") == "ΣΊΣΥΦΟΣ");
  CHECK(found({"é"}, "e\u0301") == "é");
  CHECK(found({"spam"}, "ｓｐａｍ") == "spam");
  CHECK(found({"مزعج"}, "هذا مزعج جدا") == "مزعج");
}

TEST_CASE("forbidden words: a phrase is its words one after the other") {
  CHECK(found({"buy now"}, "Buy -- NOW") == "buy now");
  CHECK_FALSE(found({"buy now"}, "buy it now"));
  CHECK_FALSE(found({"buy now"}, "now buy"));
}

TEST_CASE("forbidden words: text that is no UTF-8, or long, does no harm") {
  CHECK(found({"spam"}, "\xff\xfe spam \xc3") == "spam");
  CHECK_FALSE(found({"spam"}, std::string(1 << 16, 'x')));
}

TEST_CASE("rates: one below the limit, at it, one above, and far above; then one more each time that it is due") {
  const auto second = [](int seconds) { return wasmqtt::Time{std::chrono::seconds{seconds}}; };
  chat::RateLimit rate(5);  // one in 12 s
  for (int i = 0; i < 4; ++i) CHECK(rate.take("vy", second(0)));
  CHECK(rate.take("vy", second(0)));
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(rate.take("vy", second(0)));
  CHECK(rate.take("minh", second(0)));
  CHECK_FALSE(rate.take("vy", second(11)));
  CHECK(rate.take("vy", second(12)));
  CHECK_FALSE(rate.take("vy", second(23)));
  CHECK_FALSE(rate.take("vy", second(1)));  // a clock that was set back gives nothing
  for (int i = 0; i < 5; ++i) CHECK(rate.take("vy", second(1000)));
  CHECK_FALSE(rate.take("vy", second(1000)));
}

TEST_CASE("checks: each refuses with a sentence, and the first one speaks") {
  ForbiddenWords words;
  words.set({"spam"});
  chat::RateLimit rate(2);
  const std::vector<Check> checks = {check_size(10), check_words(words), check_rate(rate, 2)};
  const auto say = [&](const std::string& text, const char* sender = "vy", int second = 0) {
    const chat::WireMessage content{"1", text, {}};
    return refusal(checks, {sender, content, wasmqtt::Time{std::chrono::seconds{second}}});
  };
  CHECK(say("spam and more of it") == "The message has 19 bytes. The limit is 10.");
  CHECK(say("spam") == "The message contains \"spam\", which is not allowed here.");
  CHECK_FALSE(say("a"));
  CHECK_FALSE(say("b"));
  CHECK(say("c") == "These are more than 2 messages in a minute. Please write more slowly.");
  CHECK_FALSE(say("c", "minh"));
  CHECK_FALSE(say("c", "vy", 30));
  CHECK(say("d", "vy", 31));
}
