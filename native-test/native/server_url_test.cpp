#include <doctest/doctest.h>

#include "wasmqtt/native/server_url.hpp"

using namespace wasmqtt;
using Protocol = ServerUrl::Protocol;

namespace {

ServerUrl good(std::string_view text) {
  UrlProblem problem;
  auto url = parse_server_url(text, problem);
  REQUIRE_MESSAGE(url.has_value(), text << ": " << problem.sentence);
  return *url;
}

UrlProblem bad(std::string_view text) {
  UrlProblem problem;
  REQUIRE_MESSAGE(!parse_server_url(text, problem).has_value(), text);
  CHECK(!problem.sentence.empty());
  return problem;
}

}  // namespace

TEST_CASE("URL: each scheme has its protocol and port") {
  struct Row {
    const char* text;
    Protocol protocol;
    int port;
  };
  for (const Row& row : {Row{"mqtt://h", Protocol::tcp, 1883}, Row{"tcp://h", Protocol::tcp, 1883},
                         Row{"mqtts://h", Protocol::tls, 8883}, Row{"ssl://h", Protocol::tls, 8883},
                         Row{"tls://h", Protocol::tls, 8883}, Row{"ws://h", Protocol::websocket, 80},
                         Row{"WSS://h", Protocol::secure_websocket, 443},
                         Row{"mqtt://h:1", Protocol::tcp, 1}, Row{"ws://h:65535", Protocol::websocket, 65535}}) {
    CAPTURE(row.text);
    auto url = good(row.text);
    CHECK(url.protocol == row.protocol);
    CHECK(url.port == row.port);
    CHECK(url.host == "h");
  }
}

TEST_CASE("URL: a WebSocket address keeps path and query, and always has a path") {
  CHECK(good("ws://h").target == "/");
  CHECK(good("ws://h/mqtt").target == "/mqtt");
  CHECK(good("wss://h:8443/a/b?token=x%20y&z=/").target == "/a/b?token=x%20y&z=/");
  CHECK(good("ws://h?q").target == "/?q");
  CHECK(good("mqtt://h/").target == "/");
}

TEST_CASE("URL: IPv6 addresses stand in brackets") {
  auto url = good("ws://[2001:db8::1]:8081/mqtt");
  CHECK(url.host == "2001:db8::1");
  CHECK(url.port == 8081);
  CHECK(url.authority() == "[2001:db8::1]:8081");
  CHECK(good("mqtt://[::1]").host == "::1");
  CHECK(good("mqtt://[::1]").port == 1883);
  CHECK(good("ws://[fe80::1%25eth0]").host == "fe80::1%eth0");
  CHECK(good("ws://[fe80::1%25eth0]").authority() == "[fe80::1]");
}

TEST_CASE("URL: the Host header names the port unless it is the scheme's own") {
  CHECK(good("ws://h").authority() == "h");
  CHECK(good("ws://h:80").authority() == "h");
  CHECK(good("ws://h:443").authority() == "h:443");
  CHECK(good("wss://h:443").authority() == "h");
}

TEST_CASE("URL: what can not work is refused with a sentence") {
  for (auto text : {"", "localhost", "localhost:1883", "mqtt:/h", "mqtt://", "mqtt://:1883", "mqtt://h:", "mqtt://h:0",
                    "mqtt://h:65536", "mqtt://h:1x", "mqtt://h:-1", "mqtt://h/path", "mqtt://h?q", "ws://h#f",
                    "ws://h/a b", "ws://h/a\r\nX: y", "ws://h o", "ws://user:secret@h", "mqtt://::1", "mqtt://[::1",
                    "mqtt://[h]", "mqtt://[::1]x", "mqtt://[]", "ws://h\x7f", "ws://h/\xc3\xa4"}) {
    CAPTURE(text);
    auto problem = bad(text);
    CHECK(problem.fault == TransportFault::invalid_url);
    CHECK(problem.sentence.find("secret") == problem.sentence.npos);
  }
  CHECK(bad("http://h").fault == TransportFault::unsupported_scheme);
  CHECK(bad("://h").fault == TransportFault::unsupported_scheme);
  CHECK(bad("mqtt://" + std::string(254, 'a')).fault == TransportFault::invalid_url);
}

TEST_CASE("URL: a password in the address is refused as such, whatever it holds, and never repeated") {
  for (auto text : {"mqtt://user:secret@h", "mqtt://user:100%secret@h", "mqtt://user:secret#1@h", "mqtt://user:a/secret@h",
                    "mqtt://user:a?secret@h", "mqtts://user:se@cret@h:8883", "ws://user:secret#1@h/mqtt",
                    "wss://user:100%secret@h/mqtt?q", "ws://secret@h", "mqtt://@h"}) {
    CAPTURE(text);
    CHECK(bad(text).sentence == "user name and password do not belong in the address");
  }
  CHECK(good("ws://h/a@b?c@d").target == "/a@b?c@d");
}

TEST_CASE("URL: a host with letters beyond ASCII is refused with what to write instead") {
  CHECK(bad("mqtt://b\xc3\xbc" "cher.example").sentence ==
        "the host holds letters beyond ASCII: write it as DNS has it, with xn--");
  CHECK(good("mqtt://xn--bcher-kva.example").host == "xn--bcher-kva.example");
}
