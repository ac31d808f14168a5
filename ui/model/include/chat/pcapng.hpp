// The packet trace as a capture file that Wireshark opens, and such a file as a trace.
//
//   download("mqtt-packets.pcapng", write_pcapng(trace));
//   std::optional<wasmqtt::PacketTrace> opened = read_pcapng(bytes, limits);
//
// What is written: one interface with raw IP, and for each connection an IPv4/TCP conversation of 10.0.0.1 with port 1883 of
// 10.0.0.2, whose frames and times are the trace's packets; the port is how Wireshark knows MQTT. Passwords are masked in the
// trace already. Remarks become comments.
// What is read: any pcapng file, also one that Wireshark saved from a network card (Ethernet, raw IP, loopback; IPv4 and IPv6),
// in either byte order: the TCP conversations with the ports of MQTT. Nothing in it is trusted.
#pragma once

#include <optional>
#include <string>

#include "wasmqtt/trace.hpp"

namespace chat {

std::string write_pcapng(const wasmqtt::PacketTrace& trace);

// nullopt: it is no pcapng file, or there is no MQTT in it. Passwords are masked.
std::optional<wasmqtt::PacketTrace> read_pcapng(std::string_view file, wasmqtt::TraceLimits limits);

}  // namespace chat
