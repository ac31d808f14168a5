// What the chat makes of the events of nlohmann_json's reader, beside that library's own tree, over generated and mutated
// documents: both take and refuse the same, and hold the same values. Four differences are meant:
//
//   deeper than Json::most_levels     refused by ours: what a stranger sends must not exhaust the stack
//   a byte order mark in front        refused by ours [RFC 8259, 8.1: must not be added]
//   a NUL byte after the value        refused by ours; the other takes it for the end of the text
//   a number beyond a double          taken by ours, which keeps numbers as they were written
#include <doctest/doctest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "json.hpp"

using chat::Json;

namespace {

class Documents {
 public:
  explicit Documents(std::uint64_t seed) : random_(seed) {}

  std::string document() {
    std::string out = space();
    value(out, 5);
    return out + space();
  }

  // A few bytes of it exchanged, left out, put in or doubled.
  void mutate(std::string& text) {
    for (std::size_t left = 1 + pick(3); left > 0; --left) {
      const std::size_t at = text.empty() ? 0 : pick(text.size());
      switch (pick(5)) {
        case 0: text.insert(at, one_of(pieces)); break;
        case 1: text.erase(at, 1 + pick(3)); break;
        case 2: text.insert(at, text.substr(at, pick(12))); break;
        case 3: text.resize(at); break;
        default:
          if (!text.empty()) text[at] = static_cast<char>(pick(256));
      }
    }
  }

  std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

 private:
  // What stands at the borders of the rules: surrogates, overlong forms, numbers, control characters, marks.
  static constexpr std::array<std::string_view, 46> pieces = {
      "\\", "\"", "\\u", "\\ud83d", "\\uDE00", "\\ud83d\\ude00", "\\ude00\\ud83d", "\\uD800\\u0041", "\\u0000", "\\uFFFF",
      "\\u12", "\\/", "\\x", "\x80", "\xc3", "\xc3\xa9", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\x80", "\xe2\x82\xac", "\xed\xa0\x80",
      "\xed\x9f\xbf", "\xef\xbb\xbf", "\xf0\x9f\x98\x80", "\xf0\x80\x80\x80", "\xf4\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5", "\x01", "\x7f", "-", "+",
      ".", "e", "E+", "0", "1e5", "{", "}", "[", "]", ",", ":", "true", "null", "\n"};
  static constexpr std::array<std::string_view, 18> numbers = {
      "0", "-0", "1", "-1", "10", "0.5", "-2.50e+3", "1e5", "1E-7", "9223372036854775807", "-9223372036854775808",
      "9223372036854775808", "18446744073709551615", "18446744073709551616", "123456789012345678901234567890", "1e308", "4.9e-324", "0e0"};
  static constexpr std::array<std::string_view, 24> characters = {
      "a", "z", " ", "/", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0041", "\\u00e9", "\\u20AC", "\\ud83d\\ude00",
      "\\uDBFF\\uDFFF", "\\u0000", "é", "€", "😀", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf", "\x7f"};

  template <class Choices>
  std::string_view one_of(const Choices& choices) { return choices[pick(choices.size())]; }

  std::string space() {
    std::string out;
    while (pick(4) == 0) out += " \t\n\r"[pick(4)];
    return out;
  }

  void string(std::string& out) {
    out += '"';
    for (std::size_t left = pick(5); left > 0; --left) out += one_of(characters);
    out += '"';
  }

  void value(std::string& out, int levels) {
    const std::size_t kind = pick(levels > 0 ? 7 : 5);
    if (kind == 0) string(out);
    else if (kind == 1) out += one_of(numbers);
    else if (kind == 2) out += std::to_string(static_cast<std::int64_t>(random_()));
    else if (kind == 3) out += one_of(std::array<std::string_view, 3>{"true", "false", "null"});
    else if (kind == 4) out += std::to_string(std::uniform_real_distribution<double>(-1e9, 1e9)(random_));
    else list(out, levels, kind == 5);
  }

  void list(std::string& out, int levels, bool object) {
    out += object ? '{' : '[';
    for (std::size_t i = 0, count = pick(5); i < count; ++i) {
      out += (i == 0 ? "" : ",") + space();
      if (object) {
        string(out);
        out += space() + ":" + space();
      }
      value(out, levels - 1);
      out += space();
    }
    out += space() + (object ? '}' : ']');
  }

  std::mt19937_64 random_;
};

int levels_of(const nlohmann::json& value) {
  int most = 0;
  for (const nlohmann::json& item : value) most = value.is_structured() ? std::max(most, levels_of(item)) : 0;
  return value.is_structured() ? most + 1 : 0;
}

enum class Verdict { taken, refused, beyond_a_double };

Verdict ask_the_other(const std::string& text, nlohmann::json& value) {
  try {
    value = nlohmann::json::parse(text);
    return Verdict::taken;
  } catch (const nlohmann::json::parse_error&) {
    return Verdict::refused;
  } catch (const nlohmann::json::out_of_range&) {
    return Verdict::beyond_a_double;
  }
}

void check_members(const Json& ours, const nlohmann::json& other) {
  for (const auto& [name, value] : other.items()) {
    const Json* member = ours.find(name);
    REQUIRE(member != nullptr);
    CHECK((member->string() != nullptr) == value.is_string());
    if (value.is_string()) CHECK(*member->string() == value.get<std::string>());
    const bool fits = value.is_number_integer() && !(value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX);
    CHECK(member->integer().has_value() == fits);
    if (fits) CHECK(*member->integer() == value.get<std::int64_t>());
    if (value.is_object()) check_members(*member, value);
  }
}

// How often each of the four differences was met, and documents that both take.
struct Tally {
  int taken = 0, refused = 0, deep = 0, marked = 0, ended_by_nul = 0, beyond = 0;
};

void compare(const std::string& text, Tally& tally) {
  CAPTURE(text);
  const std::optional<Json> ours = Json::parse(text);
  nlohmann::json other;
  const Verdict verdict = ask_the_other(text, other);
  if (verdict == Verdict::beyond_a_double) {
    ++tally.beyond;
    return;
  }
  bool taken = verdict == Verdict::taken;
  const auto meant = [&](bool met, int& count) {
    if (!taken || !met) return;
    ++count;
    taken = false;
  };
  meant(text.starts_with("\xef\xbb\xbf"), tally.marked);
  meant(text.find('\0') != std::string::npos, tally.ended_by_nul);
  meant(taken && levels_of(other) > Json::most_levels, tally.deep);
  REQUIRE(ours.has_value() == taken);
  ++(taken ? tally.taken : tally.refused);
  if (!taken) return;
  CHECK(ours->is_object() == other.is_object());
  CHECK(ours->is_structured() == other.is_structured());
  CHECK(nlohmann::json::parse(ours->pretty()) == other);
  if (other.is_object()) check_members(*ours, other);
}

}  // namespace

TEST_CASE("JSON: generated and mutated documents are taken, refused and read as nlohmann_json does") {
  Documents documents(20'080);
  Tally tally;
  for (int i = 0; i < 6'000; ++i) {
    std::string text = documents.document();
    compare(text, tally);
    for (int mutation = 0; mutation < 3; ++mutation) {
      documents.mutate(text);
      compare(text, tally);
    }
  }
  // Both ways are trodden.
  CHECK(tally.taken > 6'000);
  CHECK(tally.refused > 6'000);
}

TEST_CASE("JSON: the four differences from nlohmann_json are as described") {
  Tally tally;
  compare("\xef\xbb\xbf{}", tally);
  CHECK(tally.marked == 1);
  compare(std::string("1\0", 2), tally);
  CHECK(tally.ended_by_nul == 1);
  for (const std::size_t levels : {199u, 200u, 201u, 1000u})
    compare(std::string(levels, '[') + std::string(levels, ']'), tally);
  CHECK(tally.deep == 2);
  compare("1e400", tally);
  CHECK(tally.beyond == 1);
  CHECK(Json::parse("1e400")->pretty() == "1e400");
  CHECK(tally.taken == 2);
}

TEST_CASE("JSON: every text of one and two bytes, alone and in a string, is judged as nlohmann_json does") {
  Tally tally;
  for (int first = 0; first < 256; ++first) {
    compare(std::string(1, static_cast<char>(first)), tally);
    for (int second = 0; second < 256; ++second) {
      const std::string two{static_cast<char>(first), static_cast<char>(second)};
      compare(two, tally);
      compare('"' + two + '"', tally);
    }
  }
  CHECK(tally.taken > 10'000);
}
