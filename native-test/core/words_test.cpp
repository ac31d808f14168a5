// The sentences a person reads: close records and descriptions.
#include <set>

#include <doctest/doctest.h>

#include "event_queue.hpp"
#include "wasmqtt/describe.hpp"

using namespace wasmqtt;
using namespace std::chrono_literals;
using Phase = CloseRecord::Phase;
using Cause = CloseRecord::Cause;

namespace {

CloseRecord record(Phase phase, Cause cause) {
  CloseRecord made;
  made.phase = phase;
  made.cause = cause;
  made.url = "ws://broker";
  return made;
}

template <class Enum>
void each_has_words(int count, bool first_is_empty) {
  std::set<std::string> seen;
  for (int i = 0; i < count; ++i) {
    const std::string words(describe(static_cast<Enum>(i)));
    CHECK(words.empty() == (first_is_empty && i == 0));
    CHECK(seen.insert(words).second);
  }
  CHECK(seen.insert(std::string(describe(static_cast<Enum>(200)))).second == (!first_is_empty));
}

}  // namespace

TEST_CASE("words: every value has its own") {
  each_has_words<ConnectReturnCode>(6, false);
  each_has_words<TransportFault>(15, false);
  each_has_words<FailureReason>(9, true);
  each_has_words<DeliveryState>(4, false);
  each_has_words<ConnectionState>(6, false);
  each_has_words<StopReason>(5, true);
  for (int type = 1; type <= 14; ++type) CHECK(name_of(static_cast<PacketType>(type)) != "reserved");
  CHECK(name_of(static_cast<PacketType>(0)) == "reserved");
}

TEST_CASE("close record: an attempt that never opened says where and why") {
  CloseRecord closed = record(Phase::opening, Cause::transport);
  closed.fault = TransportFault::unknown;
  CHECK(closed.sentence() ==
        "No connection to ws://broker: refused at once. Is the broker running there, and is this its WebSocket port?");
  closed.elapsed = 3s;
  CHECK(closed.sentence() == "No connection to ws://broker: it failed after 3000 ms. Is the host right, can it be reached, and "
                             "is the broker running there?");
  closed.elapsed = 20s;
  closed.fault = TransportFault::timed_out;
  CHECK(closed.sentence() ==
        "No connection to ws://broker: no answer within 20 s. Something takes connections there and stays silent, or a "
        "firewall swallows them. Is it the broker's WebSocket port?");
  closed.fault = TransportFault::refused;
  CHECK(closed.sentence() == "No connection to ws://broker: nothing listens at this address.");
  closed.fault = TransportFault::handshake;
  closed.reason = "404 Not Found";
  CHECK(closed.sentence() ==
        "No connection to ws://broker: the server refused the WebSocket upgrade (404 Not Found).");
}

TEST_CASE("close record: a lost connection says how long it lasted, and who ended it") {
  CloseRecord closed = record(Phase::connected, Cause::transport);
  closed.connected_for = 9'999ms;
  closed.fault = TransportFault::unknown;
  closed.code = 1006;
  CHECK(closed.sentence() == "The connection was lost (code 1006) after 9999 ms.");
  closed.clean = true;
  closed.connected_for = 61s;
  closed.code = 1001;
  closed.reason = "going away";
  CHECK(closed.sentence() == "The broker closed the connection (code 1001: going away) after 61 s.");
  closed.fault = TransportFault::reset;
  CHECK(closed.sentence() ==
        "The connection ended, the connection was cut (code 1001: going away) after 61 s.");
}

TEST_CASE("close record: protocol errors name their clause, when there is one; time-outs begin with a capital") {
  CloseRecord closed = record(Phase::connected, Cause::protocol_error);
  closed.error = peer_error(Errc::zero_packet_id);
  CHECK(closed.sentence() == "The broker broke the protocol: the packet id is 0 ([MQTT-2.3.1-1]).");
  closed.error = peer_error(Errc::too_many_unacknowledged);
  CHECK(closed.sentence() == "The broker broke the protocol: too many received messages are not acknowledged.");
  closed.cause = Cause::timed_out;
  closed.error = local_error(Errc::no_connack);
  CHECK(closed.sentence() == "The broker did not answer CONNECT in time.");
  closed.cause = Cause::aborted;
  CHECK(closed.sentence() == "The connection was closed without DISCONNECT.");
  closed.cause = Cause::disconnected;
  CHECK(closed.sentence() == "Disconnected.");
}

TEST_CASE("event queue: what goes in comes out, in order, over 10,000 of them") {
  EventQueue queue;
  CHECK(queue.empty());
  Event event;
  std::uint64_t next = 1;
  for (std::uint64_t number = 1; number <= 10'000; ++number) {
    queue.delivery({number, 7}, DeliveryState::failed, FailureReason::expired);
    if (number % 3 == 0) continue;
    queue.pop(event);
    const auto* change = std::get_if<DeliveryChanged>(&event);
    REQUIRE(change != nullptr);
    CHECK(change->delivery.number == next++);
    CHECK(change->reason == FailureReason::expired);
  }
  while (!queue.empty()) queue.pop(event);
  queue.connected(true, false);
  queue.session_lost({3, 4});
  queue.request_ended(PacketType::subscribe, 5, local_error(Errc::not_connected));
  queue.request_ended(PacketType::unsubscribe, 6, {});
  queue.closed(record(Phase::connected, Cause::aborted));
  queue.pop(event);
  CHECK(std::get_if<Connected>(&event)->session_present);
  queue.pop(event);
  CHECK(std::get_if<SessionLost>(&event)->republished == 3);
  CHECK(std::get_if<SessionLost>(&event)->failed == 4);
  queue.pop(event);
  CHECK(std::get_if<Subscribed>(&event)->error.code() == Errc::not_connected);
  queue.pop(event);
  CHECK(std::get_if<Unsubscribed>(&event)->packet_id == 6);
  queue.pop(event);
  CHECK(std::get_if<Closed>(&event)->record.url == "ws://broker");
  CHECK(queue.empty());
}
