#include "packet_walker.hpp"

#include <algorithm>
#include <utility>

#include "chat/names.hpp"
#include "json.hpp"
#include "wasmqtt/describe.hpp"
#include "wasmqtt/utf8.hpp"

namespace chat {
namespace {

using wasmqtt::Bytes;
using wasmqtt::PropertyId;
using wasmqtt::PropertyType;

constexpr std::size_t shown_payload_bytes = 16 * 1024;

std::string number(std::uint64_t value) { return std::to_string(value); }
std::string yes_no(bool value) { return value ? "yes" : "no"; }

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// "Requested QoS 1" is "requestedQos1" in JSON.
std::string key_of(std::string_view name) {
  std::string key;
  bool word = false;
  for (char c : name) {
    if (c != ' ') key += word ? upper(c) : lower(c);
    word = c == ' ';
  }
  return key;
}

// "message_expiry_interval" is "Message expiry interval", and that of a will is the will's.
std::string name_of(PropertyId id, bool of_will) {
  std::string name = of_will && id != PropertyId::will_delay_interval ? "will " : "";
  name += id == PropertyId::maximum_qos ? "maximum QoS" : wasmqtt::name_of(id);
  for (char& c : name)
    if (c == '_') c = ' ';
  name[0] = upper(name[0]);
  return name;
}

bool is_text(std::string_view text) {
  for (char c : text)
    if (static_cast<std::uint8_t>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r') return false;
  for (std::string_view rest = text; !rest.empty();) {  // check_utf8 takes at most 65535 bytes
    const std::string_view piece = cut_utf8(rest, 60'000);
    if (piece.empty() || wasmqtt::check_utf8(piece)) return false;
    rest.remove_prefix(piece.size());
  }
  return true;
}

std::string shown(Bytes bytes) {
  const std::string_view text = wasmqtt::as_text(bytes);
  if (!is_text(text)) return number(bytes.size()) + " bytes, not text";
  const std::string_view cut = cut_utf8(text, shown_payload_bytes);
  return std::string(cut) + (cut.size() < text.size() ? "…" : "");
}

Words number_words(const wasmqtt::Property& property, wasmqtt::PropertyRange range) {
  constexpr std::uint32_t never = 0xffff'ffff;
  const std::uint32_t value = property.number;
  const std::string json = number(value);
  switch (property.id) {
    case PropertyId::payload_format_indicator: return {json + (value == 1 ? ", UTF-8" : ", bytes"), json};
    case PropertyId::maximum_qos: return {qos_text(value), json};
    case PropertyId::message_expiry_interval:
    case PropertyId::will_delay_interval:
    case PropertyId::server_keep_alive: return {json + " s", json};
    case PropertyId::session_expiry_interval: return {value == never ? json + ", never" : json + " s", json};
    default: break;
  }
  const bool flag = range == wasmqtt::PropertyRange::flag && value < 2;
  return flag ? Words{yes_no(value == 1), value == 1 ? "true" : "false"} : Words{json, json};
}

Words property_words(const wasmqtt::Property& property) {
  const wasmqtt::PropertyRule& rule = *wasmqtt::find_rule(static_cast<std::uint32_t>(property.id));
  if (property.id == PropertyId::authentication_data) return words_of(std::string("••••"));
  switch (rule.type) {
    case PropertyType::text:
    case PropertyType::binary: return words_of(shown(property.bytes()));
    case PropertyType::text_pair: {
      const std::string name = shown(wasmqtt::as_bytes(property.name)), value = shown(property.bytes());
      return {name + ": " + value, "{" + json_string(name) + ": " + json_string(value) + "}"};
    }
    default: return number_words(property, rule.range);
  }
}

}  // namespace

std::string beginning_of_text(Bytes bytes, std::size_t most) {
  const std::string_view cut = cut_utf8(wasmqtt::as_text(bytes), most);
  if ((cut.empty() && !bytes.empty()) || !is_text(cut)) return number(bytes.size()) + " bytes, not text";
  return std::string(cut);
}

std::string qos_text(unsigned qos) {
  static constexpr const char* words[] = {"0, at most once", "1, at least once", "2, exactly once", "3, not allowed"};
  return words[qos & 3];
}

std::string reason_text(std::uint32_t code) {
  return number(code) + ", " + std::string(wasmqtt::describe(static_cast<wasmqtt::ReasonCode>(code)));
}

Words words_of(std::string text) {
  std::string json = json_string(text);
  return {std::move(text), std::move(json)};
}

Words words_of_payload(Bytes bytes) {
  const std::string_view text = wasmqtt::as_text(bytes);
  Words words = words_of(shown(bytes));
  if (text.size() > shown_payload_bytes || !is_text(text)) return words;
  const std::optional<Json> json = Json::parse(text);
  if (json && json->is_structured()) words.json = json->pretty();
  return words;
}

void Walker::note(std::string name, Words words, std::size_t begin, std::size_t end, unsigned mask) {
  std::string key = key_of(name);
  fields_.push_back({std::move(name), std::move(key), std::move(words.value), std::move(words.json),
                     static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), static_cast<std::uint8_t>(mask)});
}

void Walker::note_number(std::string name, std::uint64_t value, std::string words, std::size_t begin, std::size_t end,
                         unsigned mask) {
  note(std::move(name), {std::move(words), number(value)}, begin, end, mask);
}

void Walker::flag(std::string name, unsigned mask, std::size_t at) {
  const bool value = (bytes_[at] & mask) != 0;
  note(std::move(name), {yes_no(value), value ? "true" : "false"}, at, at + 1, mask);
}

std::uint32_t Walker::integer(std::size_t size) {
  if (!has(size)) return 0;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes_[at_ + i];
  at_ += size;
  return value;
}

Bytes Walker::counted(std::size_t& begin) {
  begin = at_;
  const std::size_t size = integer(2);
  if (!good_ || !has(size)) {
    at_ = begin;
    return {};
  }
  const Bytes bytes = bytes_.subspan(at_, size);
  at_ += size;
  return bytes;
}

void Walker::counted_field(std::string name, bool payload) {
  std::size_t begin = 0;
  const Bytes bytes = counted(begin);
  if (good_) note(std::move(name), payload ? words_of_payload(bytes) : words_of(shown(bytes)), begin, at_);
}

void Walker::packet_id() {
  const std::size_t begin = at_;
  const std::uint32_t id = integer(2);
  if (good_) note_number("Packet id", id, number(id), begin, at_);
}

std::uint32_t Walker::variable() {
  const std::size_t begin = at_;
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 28; shift += 7) {
    const std::uint32_t byte = integer(1);
    value |= (byte & 0x7f) << shift;
    if (!good_ || byte < 0x80) break;
  }
  if (!good_) at_ = begin;
  return value;
}

std::uint32_t Walker::length_field(std::string name) {
  const std::size_t begin = at_;
  const std::uint32_t length = variable();
  if (good_) note_number(std::move(name), length, number(length), begin, at_);
  return length;
}

void Walker::reason_code() {
  const std::size_t begin = at_;
  const std::uint32_t code = at_end() ? 0 : integer(1);
  note_number("Reason code", code, reason_text(code) + (begin == at_ ? " (left out)" : ""), begin, at_);
}

void Walker::properties(bool of_will, std::string_view alias_topic) {
  const std::size_t size = length_field(of_will ? "Will property length" : "Property length");
  if (!good_) return;
  const Bytes wire = rest().first(std::min(size, rest().size()));
  const std::size_t end = at_ + wire.size();
  unsigned seen[wasmqtt::last_property_id + 1] = {};
  const wasmqtt::Properties all(wire);
  for (auto property = all.begin(); property != all.end(); ++property) {
    const std::size_t begin = std::exchange(at_, at_ + property.wire().size());
    std::string name = name_of(property->id, of_will);
    if (const unsigned n = ++seen[static_cast<std::size_t>(property->id)]; n > 1) name += " " + number(n);
    note(std::move(name), property_words(*property), begin, at_);
    if (property->id == PropertyId::topic_alias && !alias_topic.empty())
      note("Topic behind alias", words_of(shown(wasmqtt::as_bytes(alias_topic))), begin, at_);
  }
  good_ = wire.size() == size;
  if (!good_ || at_ == end) return;
  note("Malformed", {"no property begins or fits here", "true"}, at_, end);
  at_ = end;
}

bool Walker::has(std::size_t size) {
  if (bytes_.size() - at_ < size) good_ = false;
  return good_;
}

}  // namespace chat
