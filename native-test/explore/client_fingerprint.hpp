// What of a client's state can make a difference later: all of MqttClient, Driver, Client and Session that is read again.
//
// Left out, and why: absolute times (what counts is how far away they are), numbers that only name (deliveries, positions in
// a stream), what only tells (close records, the trace), and what these worlds never use (authentication, redirects, several
// addresses, paused messages). explore_test.cpp shows that it leaves nothing else out: two ways into one state have the
// same future.
#pragma once

#include <map>
#include <string>

#include "chaos/fingerprint.hpp"
#include "wasmqtt/mqtt_client.hpp"

namespace wasmqtt::explore {

using Labels = std::map<std::uint64_t, std::string>;  // of deliveries, by their number

void add_client(chaos::Fingerprint& print, const MqttClient& client, const Labels& labels, Time now);
// What a process that starts now would restore from these records.
std::uint64_t restored_fingerprint(Bytes records);

}  // namespace wasmqtt::explore
