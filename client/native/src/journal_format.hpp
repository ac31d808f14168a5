// The bytes of a journal file. Version 2, integers little-endian:
//
//   magic            "wasmqtt journal 2\n"
//   confirmed size   8 bytes, and their CRC-32: the file is durable up to here; written over after every sync
//   client id        length, bytes, CRC-32 of magic, length and bytes
//   frames           length, CRC-32 of length and bytes, bytes: what one append() wrote
//
// Below the confirmed size every byte has to be right, whatever it is for: a bad one is damage, and nothing of the file
// is used, for a record behind a gap can mean something else than it did. Only what lies above may be unfinished: the
// crash came while it was written. The confirmed size itself is not synced; after a power cut it can be the one before,
// never a later one.
//
// Version 1 had no confirmed size: a bad frame was damage only where a sound one followed it. FileStore reads such a
// file by that rule, once, and replaces it with one of version 2. It leaves a file of a later version alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "wasmqtt/types.hpp"

namespace wasmqtt {

using Buffer = std::vector<std::uint8_t>;

struct JournalContent {
  std::string problem;        // the rest of a sentence that begins with the file's name; empty: none
  Buffer records;             // the bytes of all whole frames, in order
  std::size_t size = 0;       // where the last whole frame ends
  std::size_t confirmed = 0;
  bool old_version = false;
};
JournalContent parse_journal(Bytes file, const std::string& client_id);

// For a file that is durable up to `confirmed`.
Buffer journal_header(const std::string& client_id, std::size_t confirmed);
std::size_t journal_header_bytes(const std::string& client_id);

// What stands at confirmed_offset in a header.
Buffer confirmed_size(std::size_t size);
constexpr std::size_t confirmed_offset = 18;

// What stands before the bytes of a frame, which are fewer than 4 Gi.
Buffer frame_head(Bytes bytes);
constexpr std::size_t frame_head_bytes = 8;

}  // namespace wasmqtt
