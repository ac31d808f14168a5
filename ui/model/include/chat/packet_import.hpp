// A file of packets as a trace: what export_json_lines() or write_pcapng() wrote, or Wireshark. Nothing in it is trusted.
#pragma once

#include <optional>
#include <string_view>

#include "wasmqtt/trace.hpp"

namespace chat {

// nullopt: the file is of neither form, or has no packet in it.
std::optional<wasmqtt::PacketTrace> read_packets(std::string_view file, wasmqtt::TraceLimits limits);

}  // namespace chat
