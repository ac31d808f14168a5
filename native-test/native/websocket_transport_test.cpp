#include <doctest/doctest.h>

#include "observer.hpp"
#include "peer.hpp"
#include "servers.hpp"
#include "wasmqtt/native/network_transport.hpp"
#include "world.hpp"

using namespace wasmqtt;
using namespace std::chrono_literals;
using Behaviour = test::WebSocketServer::Behaviour;
using test::WebSocketServer;

namespace {

// The code in the close frame that `frames`, from a client, end in: FIN and opcode, mask bit and length 2, key, code.
int close_code_at_end(std::string_view frames) {
  if (frames.size() < 8) return 0;
  auto frame = frames.substr(frames.size() - 8);
  auto byte = [&](std::size_t at) { return static_cast<unsigned char>(frame[at]); };
  if (byte(0) != 0x88 || byte(1) != 0x82) return 0;
  return (byte(6) ^ byte(2)) << 8 | (byte(7) ^ byte(3));
}

struct Fixture {
  test::World world;
  NetworkTransport transport{world.context};
  test::Observer observer;

  void open(std::uint16_t port, const std::string& target = "/mqtt") {
    transport.open("ws://127.0.0.1:" + std::to_string(port) + target, observer);
  }
  void connect(WebSocketServer& server) {
    open(server.port());
    REQUIRE(world.run_until([&] { return observer.opened == 1 && server.opened; }));
  }
  test::Observer::Close await_close() {
    REQUIRE(world.run_until([&] { return observer.ended(); }));
    return *observer.close;
  }
  ~Fixture() {
    CHECK(!observer.called_from_inside);
    CHECK(observer.closes <= 1);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "WebSocket: the handshake offers mqtt, path and query, and no extension [MQTT-6.0.0-3]") {
  WebSocketServer server(world.context);
  open(server.port(), "/a/b?token=x");
  REQUIRE(world.run_until([&] { return observer.opened == 1; }));
  CHECK(server.request["Sec-WebSocket-Protocol"] == "mqtt");
  CHECK(server.request.target() == "/a/b?token=x");
  CHECK(server.request["Host"] == "127.0.0.1:" + std::to_string(server.port()));
  CHECK(server.request.count("Sec-WebSocket-Extensions") == 0);
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: own headers go with the upgrade") {
  WebSocketServer server(world.context);
  transport.set_options({.websocket_headers = {{"Authorization", "Bearer x.y"}, {"X-Tenant", "one"}, {"x-tenant", "two"},
                                               {"User-Agent", "mine"}, {"Origin", "https://example.org"}}});
  connect(server);
  CHECK(server.request["Authorization"] == "Bearer x.y");
  CHECK(server.request["X-Tenant"] == "two");
  CHECK(server.request["User-Agent"] == "mine");
  CHECK(server.request["Origin"] == "https://example.org");
  CHECK(server.request["Sec-WebSocket-Protocol"] == "mqtt");
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: a header that HTTP does not allow, or that the upgrade sets itself, ends the attempt; nothing is sent") {
  const std::vector<HttpHeader> wrong = {
      {"X-A", "b\r\nX-C: d"}, {"X-A", "b\nX-C: d"}, {"X-A", "b\r"}, {"X-A", std::string("b\0c", 3)}, {"X-A", "b\x7f"}, {"X-A", " b"},
      {"X-A\r\nX-B", "c"}, {"X A", "b"}, {"X-A:", "b"}, {"", "b"}, {"Host", "evil"}, {"hOST", "evil"}, {"Connection", "close"},
      {"Upgrade", "h2c"}, {"Sec-WebSocket-Protocol", "other"}, {"sec-websocket-key", "x"}, {"Sec-WebSocket-Extensions", "x"},
      {"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}};
  for (const HttpHeader& header : wrong) {
    CAPTURE(header.name);
    test::TcpServer server(world.context);
    NetworkTransport one(world.context);
    one.set_options({.websocket_headers = {{"X-Good", "1"}, header}});
    test::Observer heard;
    one.open("ws://127.0.0.1:" + std::to_string(server.port()) + "/mqtt", heard);
    REQUIRE(world.run_until([&] { return heard.ended(); }));
    CHECK(heard.close->fault == TransportFault::handshake);
    CHECK(heard.close->reason.find("own WebSocket header") != std::string::npos);
    world.run_ready();
    CHECK(server.accepted == 0);
    // Where there is no upgrade they are of no matter.
    test::Observer tcp;
    one.open("mqtt://127.0.0.1:" + std::to_string(server.port()), tcp);
    REQUIRE(world.run_until([&] { return tcp.opened == 1; }));
  }
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: one write is one binary frame, in order [MQTT-6.0.0-1] [MQTT5-4.2.0-1]") {
  WebSocketServer server(world.context);
  transport.set_options({.write_buffer_bytes = 1'000'000});
  connect(server);
  std::string large(900'000, 'L');
  for (std::string_view piece : {std::string_view("one"), std::string_view("two"), std::string_view(large),
                                 std::string_view("four")})
    REQUIRE(transport.write(as_bytes(piece)) == piece.size());
  REQUIRE(world.run_until([&] { return server.messages.size() == 4; }));
  CHECK(server.messages[0].bytes == "one");
  CHECK(server.messages[1].bytes == "two");
  CHECK(server.messages[2].bytes == large);
  CHECK(server.messages[3].bytes == "four");
  for (const auto& message : server.messages) CHECK(message.binary);
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: frames that come are joined to a stream, empty ones too [MQTT-6.0.0-2]") {
  WebSocketServer server(world.context);
  connect(server);
  std::string large(300'000, 'L');
  std::string expected;
  for (const auto& piece : {std::string("one"), std::string(), large, std::string("two")}) {
    server.send(piece);
    expected += piece;
    REQUIRE(world.run_until([&] { return observer.received == expected; }));
  }
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: a server that does not return the subprotocol is refused [MQTT-6.0.0-4]") {
  for (auto subprotocol : {"", "mqttv3.1", "MQTT"}) {
    CAPTURE(subprotocol);
    WebSocketServer server(world.context, {.subprotocol = subprotocol});
    observer.close.reset();
    observer.closes = 0;
    open(server.port());
    auto end = await_close();
    CHECK(end.fault == TransportFault::wrong_subprotocol);
    CHECK(observer.opened == 0);
    REQUIRE(world.run_until([&] { return server.ended; }));
    CHECK(server.close_code == 1002);
  }
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: a text frame ends the connection, undelivered [MQTT-6.0.0-1]") {
  for (auto text : {"text", ""}) {
    WebSocketServer server(world.context);
    observer = {};
    connect(server);
    server.send(text, false);
    auto end = await_close();
    CHECK(end.fault == TransportFault::text_frame);
    CHECK(observer.received.empty());
    REQUIRE(world.run_until([&] { return server.ended; }));
    CHECK(server.close_code == 1003);
  }
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: the server's close code and reason are reported") {
  WebSocketServer server(world.context);
  connect(server);
  server.send("last");
  server.close(1001, "going away, gone");
  auto end = await_close();
  CHECK(observer.received == "last");
  CHECK(end.fault == TransportFault::none);
  CHECK(end.code == 1001);
  CHECK(end.reason == "going away, gone");
  CHECK(end.clean);
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: a close without a code is 1005, as browsers call it") {
  WebSocketServer server(world.context);
  connect(server);
  server.close(0, "");
  CHECK(await_close().code == 1005);
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: the server's close code and reason are known though it resets the connection after") {
  WebSocketServer server(world.context);
  connect(server);
  server.close_and_reset(1002, "unauthenticated");
  auto end = await_close();
  CHECK(end.code == 1002);
  CHECK(end.reason == "unauthenticated");
  CHECK(end.fault == TransportFault::none);
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: an end without a close frame is 1006 and not clean") {
  WebSocketServer server(world.context);
  connect(server);
  server.drop();
  auto end = await_close();
  CHECK(end.code == 1006);
  CHECK(!end.clean);
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: close() sends what was taken, then a close frame with 1000") {
  WebSocketServer server(world.context);
  transport.set_options({.write_buffer_bytes = 1'000'000});
  connect(server);
  std::string large(900'000, 'L');
  REQUIRE(transport.write(as_bytes(large)) == large.size());
  REQUIRE(transport.write(as_bytes("last")) == 4);
  transport.close();
  REQUIRE(world.run_until([&] { return server.ended; }));
  REQUIRE(server.messages.size() == 2);
  CHECK(server.messages[0].bytes == large);
  CHECK(server.messages[1].bytes == "last");
  CHECK(server.close_code == 1000);
  CHECK(!observer.ended());
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: a refused upgrade tells the HTTP status") {
  WebSocketServer server(world.context, {.http_status = 404});
  open(server.port());
  auto end = await_close();
  CHECK(end.fault == TransportFault::handshake);
  CHECK(end.reason == "HTTP 404 Not Found");
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: an extension that was not asked for is refused") {
  WebSocketServer server(world.context, {.extensions = "permessage-deflate"});
  open(server.port());
  CHECK(await_close().fault == TransportFault::handshake);
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: a port that closes, or speaks something else, is named as no WebSocket port") {
  test::TcpServer server(world.context);
  open(server.port());
  REQUIRE(world.run_until([&] { return server.received.ends_with("\r\n\r\n"); }));
  SUBCASE("closes") {
    server.close();
    auto end = await_close();
    CHECK(end.fault == TransportFault::handshake);
    CHECK(end.reason.find("is this a WebSocket port?") != std::string::npos);
  }
  SUBCASE("speaks something else") {
    server.send("\x20\x02\x01\x01 this is not HTTP at all\r\n\r\n");
    CHECK(await_close().fault == TransportFault::handshake);
  }
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: a server that never answers the handshake: timed out") {
  test::TcpServer server(world.context);
  transport.set_options({.open_timeout = 100ms});
  open(server.port());
  CHECK(await_close().fault == TransportFault::timed_out);
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: pings are answered, also while data flows") {
  WebSocketServer server(world.context);
  connect(server);
  server.ping("are you there");
  REQUIRE(world.run_until([&] { return server.pong == "are you there"; }));
  transport.write(as_bytes("yes"));
  REQUIRE(world.run_until([&] { return server.messages.size() == 1; }));
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: a message over the limit ends the connection") {
  transport.set_options({.max_message_bytes = 1000});
  WebSocketServer server(world.context);
  connect(server);
  server.send(std::string(1001, 'x'));
  auto end = await_close();
  CHECK(end.fault == TransportFault::too_large);
  REQUIRE(world.run_until([&] { return server.ended; }));
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: output is bounded, also by frames, and room is announced") {
  transport.set_options({.write_buffer_bytes = 64'000});
  WebSocketServer server(world.context);
  connect(server);
  std::string sent;
  while (sent.size() < 5'000'000) {
    std::string piece(10'000, static_cast<char>('a' + sent.size() / 10'000 % 26));
    auto taken = transport.write(as_bytes(piece));
    sent.append(piece, 0, taken);
    if (taken == piece.size()) continue;
    int before = observer.writable;
    REQUIRE(world.run_until([&] { return observer.writable == before + 1; }));
  }
  transport.close();
  REQUIRE(world.run_until([&] { return server.ended; }));
  std::string received;
  for (const auto& message : server.messages) received += message.bytes;
  CHECK(received == sent);
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: a close frame ends the connection though TCP stays open [RFC 6455 7.1.1]") {
  transport.set_options({.close_timeout = 1h});  // what happens here waits for none
  WebSocketServer server(world.context, {.speaks_websocket = false});
  connect(server);
  SUBCASE("with code and reason") {
    server.send_raw(std::string("\x82\x04last\x88\x12\x03\xe9going away, gone"));
    auto end = await_close();
    CHECK(observer.received == "last");
    CHECK(end.fault == TransportFault::none);
    CHECK(end.code == 1001);
    CHECK(end.reason == "going away, gone");
    CHECK(end.clean);
    REQUIRE(world.run_until([&] { return server.peer_closed; }));
    CHECK(close_code_at_end(server.raw) == 1001);  // [RFC 6455 5.5.1]
  }
  SUBCASE("without") {
    server.send_raw(std::string("\x88\x00", 2));
    CHECK(await_close().code == 1005);
    REQUIRE(world.run_until([&] { return server.peer_closed; }));
  }
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: a close frame ends the connection though the server reads nothing any more") {
  transport.set_options({.close_timeout = 1h});
  WebSocketServer server(world.context, {.speaks_websocket = false});
  server.reads = false;
  connect(server);
  std::string piece(100'000, 'x');
  for (std::size_t taken = 1; taken != 0; world.run_ready()) taken = transport.write(as_bytes(piece));
  server.send_raw("\x88\x02\x03\xe9");
  CHECK(await_close().code == 1001);
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: a frame that breaks the protocol ends the connection though TCP stays open [RFC 6455 7.1.7]") {
  struct Row {
    const char* name;
    std::string frame;
    int code = 1002;
  };
  const Row rows[] = {
      {"masked", std::string("\x82\x81\1\2\3\4x", 7)},
      {"a reserved bit", "\xc2\x01x"},
      {"an unknown data frame", "\x83\x01x"},
      {"an unknown control frame", "\x8b\x01x"},
      {"a continuation of nothing", "\x80\x01x"},
      {"a new message inside another", std::string("\x02\x01x\x82\x01y")},
      {"a ping in pieces", std::string("\x09\x01x")},
      {"a ping of 126 bytes", "\x89\x7e" + std::string("\x00\x7e", 2) + std::string(126, 'p')},
      {"a length that is longer than needed", std::string("\x82\x7e\x00\x01x", 5)},
      {"a close frame of one byte", "\x88\x01x"},
      {"a close code that is none", std::string("\x88\x02\x00\x01", 4)},
  };
  transport.set_options({.close_timeout = 1h});
  for (const auto& row : rows) {
    CAPTURE(row.name);
    WebSocketServer server(world.context, {.speaks_websocket = false});
    observer = {};
    connect(server);
    server.send_raw(row.frame);
    auto end = await_close();
    CHECK(end.fault == TransportFault::unknown);
    CHECK(end.code == row.code);
    CHECK(!end.clean);
    CHECK_MESSAGE(end.reason.starts_with("the server broke the WebSocket protocol: "), end.reason);
    REQUIRE(world.run_until([&] { return server.peer_closed; }));
    CHECK(close_code_at_end(server.raw) == row.code);
  }
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: close() does not wait for ever for a server that does not answer its close frame") {
  boost::asio::io_context own;
  NetworkTransport short_lived(own, {.close_timeout = 50ms});
  WebSocketServer server(world.context, {.speaks_websocket = false});
  short_lived.open("ws://127.0.0.1:" + std::to_string(server.port()), observer);
  while (observer.opened == 0) {
    world.run_ready();
    own.poll();
  }
  auto begin = std::chrono::steady_clock::now();
  short_lived.close();
  own.run();  // ends when the connection has
  CHECK(std::chrono::steady_clock::now() - begin >= 50ms);
  CHECK(!observer.ended());
}

TEST_CASE_FIXTURE(Fixture, "WebSocket: what a close frame says is the client's close record, also without keep-alive") {
  WebSocketServer server(world.context, {.speaks_websocket = false});
  auto options = test::options_for("ws://127.0.0.1:" + std::to_string(server.port()), "x");
  options.client.keep_alive = {};
  test::Peer peer(world, options);
  peer.mqtt.connect();
  REQUIRE(world.run_until([&] { return !server.raw.empty(); }));
  server.send_raw(std::string("\x82\x04\x20\x02\x00\x00", 6));
  REQUIRE(world.run_until([&] { return peer.mqtt.connected(); }));
  server.send_raw("\x88\x09\x03\xf3kicked!");
  REQUIRE(world.run_until([&] { return !peer.mqtt.connected(); }));
  auto record = peer.mqtt.close_record();
  CHECK(record.code == 1011);
  CHECK(record.reason == "kicked!");
  CHECK(record.phase == CloseRecord::Phase::connected);
}
