// What may be shown of addresses and topics.
#include "redact.hpp"

#include "link.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;

TEST_CASE("a URL is shown without user, password, query and fragment") {
  const std::pair<const char*, const char*> cases[] = {
      {"mqtt://host", "mqtt://host"},
      {"ws://host:8081/mqtt", "ws://host:8081/mqtt"},
      {"mqtt://user:secret@host:1883", "mqtt://host:1883"},
      {"wss://host/mqtt?X-Amz-Signature=secret", "wss://host/mqtt"},
      {"wss://host/mqtt?sig=a@secret", "wss://host/mqtt"},
      {"wss://host#secret", "wss://host"},
      {"mqtt://user:sec@ret@host", "mqtt://host"},
      {"mqtt://user:secret#1@host", "mqtt://(hidden)"},
      {"mqtt://user:12/secret@host", "mqtt://(hidden)"},
      {"mqtt://user:12?secret@host", "mqtt://(hidden)"},
      {"mqtt://user:a@secret/b@host", "mqtt://(hidden)"},
      {"ws://[::1]:8081/mqtt", "ws://[::1]:8081/mqtt"},
      {"", ""},
      {"nonsense?secret", "nonsense"},
      {"user:secret@host", ""},
  };
  for (const auto& [url, shown] : cases) CHECK(without_secrets(url) == shown);
}

TEST_CASE("a close record holds no secret of its URL") {
  Link link;
  link.client.handle_attempt("wss://user:secret@host/mqtt?token=secret", link.now);
  link.client.handle_transport_closed({}, link.now);
  link.drain();
  REQUIRE(link.closed);
  CHECK(link.closed->url == "wss://host/mqtt");
  CHECK(link.closed->sentence().find("secret") == std::string::npos);
}

TEST_CASE("text is escaped for one line of a log, and cut") {
  CHECK(escaped("a/b") == "a/b");
  CHECK(escaped("a\tb\n") == "a\\u0009b\\u000a");
  CHECK(escaped("\"\\") == "\\\"\\\\");
  CHECK(escaped("gr\xc3\xbc\xc3\x9f") == "gr\xc3\xbc\xc3\x9f");
  CHECK(escaped("\xff\xc3") == "\\xff\\xc3");
  CHECK(escaped(std::string(200, 'a')) == std::string(200, 'a'));
  CHECK(escaped(std::string(201, 'a')) == std::string(200, 'a') + "...");
  CHECK(escaped(std::string(65'535, '\x01')).size() <= 210);
}

TEST_CASE("close record: wss:// that can't be opened says where to look at the certificate") {
  CloseRecord closed;
  closed.url = "wss://host:8443/mqtt";
  closed.fault = TransportFault::unknown;
  CHECK(closed.sentence() ==
        "No connection to wss://host:8443/mqtt: refused at once. Is the broker running there, and is this its "
        "WebSocket port? Or is its certificate not trusted? Open https://host:8443 in a tab and look at the certificate.");
  closed.fault = TransportFault::tls;
  closed.reason = "certificate has expired";
  CHECK(closed.sentence() ==
        "No connection to wss://host:8443/mqtt: the secure connection failed: check the certificate (certificate has "
        "expired). Open https://host:8443 in a tab and look at the certificate.");
}
