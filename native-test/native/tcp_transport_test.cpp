#include <doctest/doctest.h>

#include "observer.hpp"
#include "servers.hpp"
#include "wasmqtt/native/network_transport.hpp"
#include "world.hpp"

using namespace wasmqtt;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  test::World world;
  test::TcpServer server{world.context};
  NetworkTransport transport{world.context};
  test::Observer observer;

  std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(server.port()); }

  void open(const std::string& address) {
    observer.inside_call = true;
    transport.open(address, observer);
    observer.inside_call = false;
  }
  std::size_t write(std::string_view bytes) {
    observer.inside_call = true;
    auto taken = transport.write(as_bytes(bytes));
    observer.inside_call = false;
    return taken;
  }
  void close() {
    observer.inside_call = true;
    transport.close();
    observer.inside_call = false;
  }
  void connect() {
    open(url());
    REQUIRE(world.run_until([&] { return observer.opened == 1 && server.accepted > 0; }));
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

TEST_CASE_FIXTURE(Fixture, "TCP: bytes go both ways, and close() gives no callback") {
  connect();
  CHECK(write("ping") == 4);
  REQUIRE(world.run_until([&] { return server.received == "ping"; }));
  server.send("pong");
  REQUIRE(world.run_until([&] { return observer.received == "pong"; }));
  close();
  close();
  REQUIRE(world.run_until([&] { return server.peer_closed; }));
  CHECK(!observer.ended());
  CHECK(transport.write(as_bytes("late")) == 0);
}

TEST_CASE_FIXTURE(Fixture, "TCP: close() sends what was taken first, and the peer sees an orderly end") {
  transport.set_options({.write_buffer_bytes = 1'000'000});
  connect();
  std::string much(900'000, 'm');
  server.send("something that nobody will read");
  REQUIRE(write(much) == much.size());
  close();
  REQUIRE(world.run_until([&] { return server.peer_closed || server.broken; }));
  CHECK(server.peer_closed);
  CHECK(server.received == much);
}

TEST_CASE_FIXTURE(Fixture, "TCP: a transport that goes away sends what was taken, and calls nothing") {
  connect();
  {
    NetworkTransport short_lived(world.context);
    test::Observer other;
    short_lived.open(url(), other);
    REQUIRE(world.run_until([&] { return other.opened == 1 && server.accepted == 2; }));
    REQUIRE(short_lived.write(as_bytes("last words")) == 10);
  }
  REQUIRE(world.run_until([&] { return server.peer_closed; }));
  CHECK(server.received == "last words");
}

TEST_CASE_FIXTURE(Fixture, "TCP: bytes that come after close() are not delivered") {
  connect();
  server.send("late");
  close();
  REQUIRE(world.run_until([&] { return server.peer_closed; }));
  CHECK(observer.received.empty());
}

TEST_CASE_FIXTURE(Fixture, "TCP: an end in order is reported as such, after the last bytes") {
  connect();
  server.send("bye");
  server.close();
  auto end = await_close();
  CHECK(observer.received == "bye");
  CHECK(end.fault == TransportFault::none);
  CHECK(end.clean);
  CHECK(end.code == 0);
}

TEST_CASE_FIXTURE(Fixture, "TCP: a reset is a reset") {
  connect();
  server.reset();
  auto end = await_close();
  CHECK(end.fault == TransportFault::reset);
  CHECK(!end.clean);
}

TEST_CASE_FIXTURE(Fixture, "TCP: nobody listens: refused") {
  open("mqtt://127.0.0.1:" + std::to_string(test::free_port()));
  CHECK(await_close().fault == TransportFault::refused);
  CHECK(observer.opened == 0);
}

TEST_CASE_FIXTURE(Fixture, "TCP: nobody answers: timed out, after open_timeout") {
  test::SilentPort silent;
  transport.set_options({.open_timeout = 150ms});
  auto begin = std::chrono::steady_clock::now();
  open("mqtt://127.0.0.1:" + std::to_string(silent.port()));
  CHECK(await_close().fault == TransportFault::timed_out);
  CHECK(std::chrono::steady_clock::now() - begin >= 150ms);
}

TEST_CASE_FIXTURE(Fixture, "TCP: the address to connect from, and what read takes at most, are options; one that is none is said to be unreachable") {
  NetworkOptions options;
  options.source_address = "127.0.0.9";
  options.read_buffer_bytes = 3;
  NetworkTransport from(world.context, options);
  from.open(url(), observer);
  REQUIRE(world.run_until([&] { return observer.opened == 1 && server.accepted == 1; }));
  CHECK(server.peer_address == "127.0.0.9");
  server.send("hello there");
  REQUIRE(world.run_until([&] { return observer.received == "hello there"; }));
  for (const char* wrong : {"nowhere", "192.0.2.1", "::1"}) {
    test::Observer unreachable;
    options.source_address = wrong;
    NetworkTransport none(world.context, options);
    none.open(url(), unreachable);
    REQUIRE(world.run_until([&] { return unreachable.ended(); }));
    CHECK(unreachable.close->fault == TransportFault::unreachable);
  }
}

TEST_CASE_FIXTURE(Fixture, "TCP: a name that does not exist") {
  open("mqtt://no-such-host.invalid");
  CHECK(await_close().fault == TransportFault::name_not_resolved);
}

TEST_CASE_FIXTURE(Fixture, "TCP: of a name's addresses, the one that answers is taken") {
  open("mqtt://localhost:" + std::to_string(server.port()));  // ::1 is refused, where there is IPv6
  REQUIRE(world.run_until([&] { return observer.opened == 1; }));
}

TEST_CASE_FIXTURE(Fixture, "TCP: an IPv6 address in brackets is connected to") {
  namespace asio = boost::asio;
  asio::ip::tcp::acceptor acceptor(world.context);
  boost::system::error_code error;
  acceptor.open(asio::ip::tcp::v6());
  acceptor.bind({asio::ip::address_v6::loopback(), 0}, error);
  if (error) {
    MESSAGE("not checked: this machine has no IPv6");
    return;
  }
  acceptor.listen();
  open("mqtt://[::1]:" + std::to_string(acceptor.local_endpoint().port()));
  CHECK(world.run_until([&] { return observer.opened == 1; }));
}

TEST_CASE_FIXTURE(Fixture, "TCP: what is wrong with a URL is told later, once, in words") {
  open("mqtt://h:0");
  CHECK(!observer.ended());
  auto end = await_close();
  CHECK(end.fault == TransportFault::invalid_url);
  CHECK(end.reason == "the port is not a number from 1 to 65535");
}

TEST_CASE_FIXTURE(Fixture, "TCP: a URL refused and closed at once calls nothing") {
  open("mqtt://h:0");
  close();
  world.run_ready();
  CHECK(!observer.ended());
}

TEST_CASE_FIXTURE(Fixture, "TCP: open() ends the attempt under way, without a callback of it") {
  test::SilentPort silent;
  open("mqtt://127.0.0.1:" + std::to_string(silent.port()));
  world.run_ready();
  connect();
  CHECK(observer.opened == 1);
  open(url());
  REQUIRE(world.run_until([&] { return observer.opened == 2 && server.accepted == 2; }));
  server.send("to the second");
  REQUIRE(world.run_until([&] { return !observer.received.empty(); }));
  CHECK(!observer.ended());
}

TEST_CASE_FIXTURE(Fixture, "TCP: output is bounded; room is announced at half of it; nothing is lost on the way") {
  transport.set_options({.write_buffer_bytes = 100'000});
  server.reads = false;
  connect();
  std::string sent;
  auto fill = [&](bool kernel_too) {
    while (true) {
      std::string piece(30'000, static_cast<char>('a' + sent.size() / 1000 % 26));
      auto taken = write(piece);
      sent.append(piece, 0, taken);
      if (taken < piece.size()) return;
      if (kernel_too) world.run_ready();
    }
  };
  fill(true);
  CHECK(sent.size() >= 100'000);
  CHECK(write("x") == 0);
  CHECK(observer.writable == 0);
  server.start_reading();
  for (int round = 1; round <= 20; ++round) {
    REQUIRE(world.run_until([&] { return observer.writable == round; }));
    fill(false);
  }
  close();
  REQUIRE(world.run_until([&] { return server.peer_closed; }));
  CHECK(server.received == sent);
}

TEST_CASE_FIXTURE(Fixture, "TCP: buffered() counts what the peer has not acknowledged, in the kernel too, and falls to 0") {
  server.reads = false;
  connect();
  CHECK(transport.buffered() == 0);
  std::string piece(100'000, 'x');
  std::size_t sent = 0;
  for (std::size_t taken = 1; taken != 0; world.run_ready()) sent += taken = write(piece);
  const std::size_t full = transport.buffered();
  CHECK(full > NetworkOptions().write_buffer_bytes);
  CHECK(full <= sent);
  server.start_reading();
  REQUIRE(world.run_until([&] { return server.received.size() == sent; }));
  REQUIRE(test::await([&] { return transport.buffered() == 0; }));
}

TEST_CASE_FIXTURE(Fixture, "TCP: close() does not wait for ever for a peer that does not read") {
  boost::asio::io_context own;  // the server's does not run here
  NetworkTransport short_lived(own, {.close_timeout = 50ms});
  short_lived.open(url(), observer);
  while (observer.opened == 0) own.run_one();
  for (std::string piece(500'000, 'x'); short_lived.write(as_bytes(piece)) == piece.size();) own.poll();
  auto begin = std::chrono::steady_clock::now();
  short_lived.close();
  own.run();  // ends when the connection has
  CHECK(std::chrono::steady_clock::now() - begin >= 50ms);
  CHECK(!observer.ended());
}

namespace {

// Does in each callback what is hardest: ends or opens connections from inside.
struct Restless final : TransportObserver {
  Restless(Transport& transport_in, std::string url_in) : transport(transport_in), url(std::move(url_in)) {}
  Transport& transport;
  std::string url;
  int opened = 0;
  int closed = 0;
  bool stop_in_open = false;
  void on_transport_open() override {
    ++opened;
    if (stop_in_open) transport.close();
  }
  void on_transport_bytes(Bytes) override { transport.open(url, *this); }
  void on_transport_writable() override {}
  void on_transport_closed(const TransportClose&) override {
    ++closed;
    transport.open(url, *this);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "TCP: callbacks may open and close") {
  Restless restless(transport, url());
  transport.open(restless.url, restless);
  REQUIRE(world.run_until([&] { return restless.opened == 1 && server.accepted == 1; }));
  server.close();
  REQUIRE(world.run_until([&] { return restless.opened == 2 && server.accepted == 2; }));
  server.send("once more");
  REQUIRE(world.run_until([&] { return restless.opened == 3 && server.accepted == 3; }));
  CHECK(restless.closed == 1);
  restless.stop_in_open = true;
  server.reset();
  REQUIRE(world.run_until([&] { return restless.opened == 4; }));
  REQUIRE(world.run_until([&] { return server.accepted == 4 && server.peer_closed; }));
  CHECK(restless.closed == 2);
}
