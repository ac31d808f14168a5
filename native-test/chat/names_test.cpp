// Names of users: which are refused, and which look like others.
#include <doctest/doctest.h>

#include "chat/look_alikes.hpp"
#include "chat/names.hpp"
#include "chat/topics.hpp"

using namespace chat;
using namespace std::chrono_literals;

TEST_CASE("a user name that would break out of its topic level is refused with a sentence") {
  CHECK(check_user_name("alice").empty());
  CHECK(check_user_name("Grüße 你好 👩‍👩‍👧").empty());
  CHECK(check_user_name(std::string(64, 'a')).empty());
  for (std::string_view bad : {"", "a/b", "+", "a#", "a\nb", "a\x7f", "a\xc2\x85", "\xff", "a\xc0\xaf", "\xed\xa0\x80"})
    CHECK_MESSAGE(!check_user_name(bad).empty(), bad);
  CHECK_FALSE(check_user_name(std::string_view("a\0b", 3)).empty());
  CHECK_FALSE(check_user_name(std::string(65, 'a')).empty());
}

TEST_CASE("a user name with characters that do not show, which another name could hide behind, is refused") {
  for (std::string_view bad : {"pe\u200Bter", "peter\u200B", "\u2060peter", "pe\u00ADter", "pe\uFEFFter", "pe\u200Dter", "pe\u200Cter",
                               "pe\u034Fter", "\u202Eretep", "pe\u2066ter", "peter\u3164", "pe\uFE0Fter", "pe\u2800ter",
                               "a\u00A0b", "a\u2003b", "a\u3000b", " peter", "peter ", "peter\U000E0061", "\uE000",
                               "\U0001F469\u200D", "\u200D\U0001F469"}) {
    CAPTURE(bad);
    CHECK_FALSE(check_user_name(bad).empty());
    CHECK_FALSE(parse_message_topic("chat/messages/alice/" + std::string(bad)));
  }
  for (std::string_view good : {"👩‍👩‍👧", "❤️", "👩🏽‍🚀", "می‌خواهم", "क्‍ष", "Zoë", "Пётр", "Ω", "李小龙", "o'brien-2"}) {
    CAPTURE(good);
    CHECK(check_user_name(good).empty());
  }
}

TEST_CASE("a user name that may be mistaken for another one is said to be so") {
  for (std::string_view alike : {"\u0430lice", "реtеr", "раура", "ΑΝΝΑ", "ｐeter", "𝐩eter", "pete\u0301r", "می‌خواهم"}) {
    CAPTURE(alike);
    CHECK(check_user_name(alike).empty());
    CHECK_FALSE(look_alike_warning(alike).empty());
  }
  for (std::string_view plain : {"alice", "peter 2", "Zoë", "Jürgen", "Пётр", "Мария", "Δημήτρης", "李小龙", "مرحبا", "👩‍👩‍👧", "❤️"}) {
    CAPTURE(plain);
    CHECK(look_alike_warning(plain).empty());
  }
}

TEST_CASE("white space around a name does not count, Unicode's included") {
  CHECK(trim("  alice\t\n") == "alice");
  CHECK(trim("\xC2\xA0\xE3\x80\x80 alice b \xC2\xA0") == "alice b");
  CHECK(trim(" \t ").empty());
}

TEST_CASE("a text is cut between code points only") {
  CHECK(cut_utf8("aé", 2) == "a");
  CHECK(cut_utf8("aé", 3) == "aé");
  CHECK(cut_utf8("\xF0\x9F\x98\x80", 3).empty());
}
