// What exploration has found, kept as world and path. These were faults of the oracles; the client kept its promises.
#include <doctest/doctest.h>

#include "diagram.hpp"

using namespace wasmqtt;
using namespace wasmqtt::explore;

namespace {

void holds(const char* world, const char* path) {
  const auto mix = mix_from(world);
  REQUIRE(mix);
  const auto failures = failures_after(*mix, honest, path_from(path));
  CHECK_MESSAGE(failures.empty(), diagram(*mix, honest, path_from(path)));
}

}  // namespace

// What the application had heard was lost with the process, so it was in flight when the broker forgot.
TEST_CASE("acknowledged, forgotten by the broker, and killed before the end was durable: failed with session_lost is right") {
  holds("3 w2 out=2 in=2 crash=1 forget=1",
        "turn durable open to_broker to_client turn to_broker to_client turn step turn durable to_broker to_client durable "
        "to_broker to_client other to_client forget end retry open kill start turn open to_broker to_client turn durable "
        "to_broker to_client turn");
}

// It had spoken in time: its PINGREQ was under way.
TEST_CASE("a client whose packets are slow is not one that was silent [MQTT-3.1.2-23]") {
  holds("3 w1 out=12 stall=1 timer=1",
        "turn durable open to_broker to_client turn to_broker to_client turn step turn durable to_broker to_client durable step "
        "turn durable to_broker to_client durable to_broker to_client durable stall/2 retry retry retry timer");
}

// The first process lost the news with its store, and the next connection said "session present" of the broker's new session.
TEST_CASE("the news that the session was lost, not stored before the end of a process two connections later, is lost with it") {
  holds("3 w1 release out=22 in=2 crash=2 cut=1 forget=1",
        "turn durable open to_broker to_client turn to_broker to_client turn step turn durable to_broker to_client durable to_broker "
        "to_client durable step turn durable to_broker to_client durable to_broker to_client durable other to_client durable "
        "to_broker to_client forget end retry open kill start turn open to_broker to_client turn cut retry open kill start turn open "
        "to_broker to_client turn to_broker to_client turn");
}

TEST_CASE("a diagram shows who sent what, and a path that does not fit says so") {
  const auto mix = mix_from("3 w2 out=1");
  REQUIRE(mix);
  const std::string text = diagram(*mix, honest, path_from("turn open to_broker to_client"));
  CHECK(text.find("CONNECT") != std::string::npos);
  CHECK(text.find(">|") != std::string::npos);
  CHECK(text.find("|<-") != std::string::npos);
  CHECK(failures_after(*mix, honest, path_from("to_client")).size() == 1);
}
