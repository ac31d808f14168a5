// What is said when TLS ends a connection after it has opened: with TLS 1.3 a server refuses a client's certificate then.
#include <doctest/doctest.h>

#include "wasmqtt/close_record.hpp"

using namespace wasmqtt;

TEST_CASE("words: a certificate that is refused before CONNACK is not taken for a wrong port") {
  CloseRecord record;
  record.cause = CloseRecord::Cause::transport;
  record.phase = CloseRecord::Phase::connecting;
  record.fault = TransportFault::tls;
  record.reason = "tlsv13 alert certificate required";
  record.url = "mqtts://broker";
  CHECK(record.sentence() ==
        "The connection ended, the secure connection failed: check the certificate (tlsv13 alert certificate required).");
}
