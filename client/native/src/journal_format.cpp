#include "journal_format.hpp"

#include <algorithm>
#include <boost/crc.hpp>
#include <string_view>

namespace wasmqtt {

namespace {

constexpr std::string_view magic = "wasmqtt journal 2\n";
constexpr std::string_view magic_of_version_1 = "wasmqtt journal 1\n";
constexpr std::string_view magic_of_any_version = "wasmqtt journal ";
constexpr std::size_t confirmed_bytes = 12;
static_assert(magic.size() == confirmed_offset);

void put_u32(std::uint64_t value, Buffer& out) {
  for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint32_t get_u32(Bytes bytes) {
  return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8 |
         static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

std::uint32_t checksum(Bytes first, Bytes second = {}) {
  boost::crc_32_type crc;
  crc.process_bytes(first.data(), first.size());
  crc.process_bytes(second.data(), second.size());
  return crc.checksum();
}

void append(Bytes bytes, Buffer& out) { out.insert(out.end(), bytes.begin(), bytes.end()); }

bool begins_with(Bytes bytes, Bytes beginning) {
  return bytes.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), bytes.begin());
}

// Length and bytes of the client id, and the CRC-32 of them behind the magic.
Buffer identity(std::string_view magic_of_version, const std::string& client_id) {
  Buffer checked(magic_of_version.begin(), magic_of_version.end());
  put_u32(client_id.size(), checked);
  append(as_bytes(client_id), checked);
  put_u32(checksum(checked), checked);
  checked.erase(checked.begin(), checked.begin() + static_cast<std::ptrdiff_t>(magic_of_version.size()));
  return checked;
}

// The bytes of the frame at the beginning of `rest`; empty where there is no whole and sound one.
Bytes read_frame(Bytes rest) {
  if (rest.size() < frame_head_bytes) return {};
  std::size_t length = get_u32(rest);
  if (length == 0 || length > rest.size() - frame_head_bytes) return {};
  Bytes bytes = rest.subspan(frame_head_bytes, length);
  return checksum(rest.first(4), bytes) == get_u32(rest.subspan(4)) ? bytes : Bytes();
}

void read_frames(Bytes file, std::size_t begin, JournalContent& content) {
  content.size = begin;
  for (Bytes frame; !(frame = read_frame(file.subspan(content.size))).empty();) {
    append(frame, content.records);
    content.size += frame_head_bytes + frame.size();
  }
}

void report_damage(std::size_t at, JournalContent& content) {
  content.records.clear();
  content.problem = "is damaged at byte " + std::to_string(at) + ". It is left as it is.";
}

bool a_sound_frame_follows(Bytes bad) {
  if (bad.size() < frame_head_bytes) return false;
  std::size_t length = get_u32(bad);
  return length <= bad.size() - frame_head_bytes && !read_frame(bad.subspan(frame_head_bytes + length)).empty();
}

void parse_version_1(Bytes file, const std::string& client_id, JournalContent& content) {
  content.old_version = true;
  const Buffer id = identity(magic_of_version_1, client_id);
  if (!begins_with(file.subspan(magic_of_version_1.size()), id)) {
    content.problem = "is not a journal of this session.";
    return;
  }
  read_frames(file, magic_of_version_1.size() + id.size(), content);
  if (a_sound_frame_follows(file.subspan(content.size))) report_damage(content.size, content);
}

void parse_version_2(Bytes file, const std::string& client_id, JournalContent& content) {
  const Buffer id = identity(magic, client_id);
  const std::size_t header_bytes = confirmed_offset + confirmed_bytes + id.size();
  if (file.size() < header_bytes) return report_damage(file.size(), content);
  Bytes confirmed = file.subspan(confirmed_offset, confirmed_bytes);
  if (checksum(confirmed.first(8)) != get_u32(confirmed.subspan(8))) return report_damage(confirmed_offset, content);
  if (!begins_with(file.subspan(confirmed_offset + confirmed_bytes), id)) {
    content.problem = "is not a journal of this session.";
    return;
  }
  content.confirmed = get_u32(confirmed) | static_cast<std::size_t>(get_u32(confirmed.subspan(4))) << 32;
  read_frames(file, header_bytes, content);
  if (content.size >= content.confirmed) return;
  report_damage(content.size, content);
}

}  // namespace

JournalContent parse_journal(Bytes file, const std::string& client_id) {
  JournalContent content;
  if (begins_with(file, as_bytes(magic))) {
    parse_version_2(file, client_id, content);
  } else if (begins_with(file, as_bytes(magic_of_version_1))) {
    parse_version_1(file, client_id, content);
  } else if (file.size() >= magic.size() && begins_with(file, as_bytes(magic_of_any_version))) {
    content.problem = "was written by a newer version of this program, or is damaged. It is left as it is.";
  } else {
    content.problem = "is not a journal of this session.";
  }
  return content;
}

Buffer journal_header(const std::string& client_id, std::size_t confirmed) {
  Buffer header(magic.begin(), magic.end());
  append(confirmed_size(confirmed), header);
  append(identity(magic, client_id), header);
  return header;
}

std::size_t journal_header_bytes(const std::string& client_id) {
  return confirmed_offset + confirmed_bytes + identity(magic, client_id).size();
}

Buffer confirmed_size(std::size_t size) {
  Buffer bytes;
  put_u32(size, bytes);
  put_u32(std::uint64_t{size} >> 32, bytes);
  put_u32(checksum(bytes), bytes);
  return bytes;
}

Buffer frame_head(Bytes bytes) {
  Buffer head;
  head.reserve(frame_head_bytes);
  put_u32(bytes.size(), head);
  put_u32(checksum(head, bytes), head);
  return head;
}

}  // namespace wasmqtt
