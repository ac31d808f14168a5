// The JSON of the chat: what it takes, what it refuses, and that numbers stay as they were written.
#include <doctest/doctest.h>

#include "json.hpp"

using chat::Json;
using chat::json_string;
using chat::JsonObject;

TEST_CASE("JSON: values of each kind are read") {
  const auto json = Json::parse(R"( {"a": "x", "b": [1, -2.50e+3, true, false, null, {}, []], "c": {"d": ""}} )");
  REQUIRE(json);
  CHECK(*json->find("a")->string() == "x");
  CHECK(json->find("b")->is_structured());
  CHECK(json->find("b")->find("a") == nullptr);
  CHECK(json->find("c")->find("d")->string()->empty());
  CHECK(json->find("e") == nullptr);
}

TEST_CASE("JSON: what is shown is what was sent, only indented") {
  const auto json = Json::parse(R"({"z":[1.0,1e5,{}],"a":"\u00e9\n","big":12345678901234567890123})");
  REQUIRE(json);
  CHECK(json->pretty() ==
        "{\n  \"z\": [\n    1.0,\n    1e5,\n    {}\n  ],\n  \"a\": \"é\\n\",\n  \"big\": 12345678901234567890123\n}");
  for (const char* number : {"0", "-0", "-1", "1.50", "-0.0", "1E+07", "0e0", "18446744073709551615", "18446744073709551616",
                             "-9223372036854775809", "1e400"}) {
    CAPTURE(number);
    CHECK(Json::parse(number)->pretty() == number);
  }
}

TEST_CASE("JSON: deviations from RFC 8259 are refused") {
  for (const char* text :
       {"", " ", "{", "[", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\":1 \"b\":2}", "[1 2]", "1 2", "01",
        "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "NaN", "nul", "True", "\"", "\"\\", "\"\\x\"", "\"\\u12\"",
        "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "\"\x01\"", "\"\xc3\"", "\"\xc0\xaf\"",
        "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\xef\xbb\xbf{}", "'a'", "/**/1"}) {
    CAPTURE(text);
    CHECK_FALSE(Json::parse(text));
  }
  CHECK_FALSE(Json::parse(std::string_view("\"a\0b\"", 5)));
  CHECK_FALSE(Json::parse(std::string_view("1\0", 2)));
}

TEST_CASE("JSON: escapes become the characters they stand for") {
  const auto json = Json::parse(R"("\"\\\/\b\f\n\r\t\u0041\u00E9\u20ac\ud83d\uDE00\u0000")");
  REQUIRE(json);
  CHECK(*json->string() == std::string("\"\\/\b\f\n\r\tAé€😀\0", 19));
}

TEST_CASE("JSON: depth is bounded, and what is deeper is refused without a crash") {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  CHECK(Json::parse(nested(Json::most_levels)));
  CHECK_FALSE(Json::parse(nested(Json::most_levels + 1)));
  CHECK_FALSE(Json::parse(std::string(100'000, '[')));
}

TEST_CASE("JSON: only whole numbers that fit are integers") {
  CHECK(Json::parse("-9223372036854775808")->integer() == std::numeric_limits<std::int64_t>::min());
  CHECK_FALSE(Json::parse("9223372036854775808")->integer());
  CHECK_FALSE(Json::parse("1.0")->integer());
  CHECK_FALSE(Json::parse("\"1\"")->integer());
}

TEST_CASE("JSON: of a member that is there twice the last one counts") {
  CHECK(Json::parse(R"({"a":1,"a":2})")->find("a")->integer() == 2);
}

TEST_CASE("JSON: any text can be written and read back, ill-formed bytes as U+FFFD") {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "é€😀";
  CHECK(*Json::parse(json_string(all))->string() == all);
  CHECK(json_string("a\xff\x01") == "\"a\xef\xbf\xbd\\u0001\"");
  CHECK(JsonObject().add("a\"", "b").add("n", 7).take() == R"({"a\"":"b","n":7})");
  CHECK(JsonObject().take() == "{}");
}
