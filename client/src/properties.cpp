#include "wasmqtt/properties.hpp"

#include <array>

#include "bytes.hpp"
#include "wasmqtt/topic.hpp"
#include "wasmqtt/utf8.hpp"

namespace wasmqtt {
namespace {

using Id = PropertyId;
using Type = PropertyType;
using Range = PropertyRange;

constexpr std::uint16_t bit(PacketType type) { return static_cast<std::uint16_t>(type_bit(type)); }

constexpr std::uint16_t will = 1;
constexpr std::uint16_t connect = bit(PacketType::connect);
constexpr std::uint16_t connack = bit(PacketType::connack);
constexpr std::uint16_t publish = bit(PacketType::publish);
constexpr std::uint16_t subscribe = bit(PacketType::subscribe);
constexpr std::uint16_t disconnect = bit(PacketType::disconnect);
constexpr std::uint16_t auth = bit(PacketType::auth);
constexpr std::uint16_t message = publish | will;
constexpr std::uint16_t acknowledgement = bit(PacketType::puback) | bit(PacketType::pubrec) | bit(PacketType::pubrel) |
                                          bit(PacketType::pubcomp) | disconnect | auth;
constexpr std::uint16_t answer = acknowledgement | connack | bit(PacketType::suback) | bit(PacketType::unsuback);
constexpr std::uint16_t asked = acknowledgement | message | connect | subscribe | bit(PacketType::unsubscribe);

struct Row {
  Id id;
  PropertyRule rule;
};

constexpr Row rows[] = {
    {Id::payload_format_indicator, {Type::byte, Range::flag, message, publish, 0}},
    {Id::message_expiry_interval, {Type::four_bytes, Range::any, message, publish, 0}},
    {Id::content_type, {Type::text, Range::any, message, publish, 0}},
    {Id::response_topic, {Type::text, Range::any, message, publish, 0}},
    {Id::correlation_data, {Type::binary, Range::any, message, publish, 0}},
    {Id::subscription_identifier, {Type::variable, Range::not_zero, subscribe, publish, publish}},
    {Id::session_expiry_interval, {Type::four_bytes, Range::any, connect | disconnect, connack, 0}},
    {Id::assigned_client_identifier, {Type::text, Range::any, 0, connack, 0}},
    {Id::server_keep_alive, {Type::two_bytes, Range::any, 0, connack, 0}},
    {Id::authentication_method, {Type::text, Range::any, connect | auth, connack | auth, 0}},
    {Id::authentication_data, {Type::binary, Range::any, connect | auth, connack | auth, 0}},
    {Id::request_problem_information, {Type::byte, Range::flag, connect, 0, 0}},
    {Id::will_delay_interval, {Type::four_bytes, Range::any, will, 0, 0}},
    {Id::request_response_information, {Type::byte, Range::flag, connect, 0, 0}},
    {Id::response_information, {Type::text, Range::any, 0, connack, 0}},
    {Id::server_reference, {Type::text, Range::any, 0, connack | disconnect, 0}},
    {Id::reason_string, {Type::text, Range::any, acknowledgement, answer, 0}},
    {Id::receive_maximum, {Type::two_bytes, Range::not_zero, connect, connack, 0}},
    {Id::topic_alias_maximum, {Type::two_bytes, Range::any, connect, connack, 0}},
    {Id::topic_alias, {Type::two_bytes, Range::not_zero, publish, publish, 0}},
    {Id::maximum_qos, {Type::byte, Range::flag, 0, connack, 0}},
    {Id::retain_available, {Type::byte, Range::flag, 0, connack, 0}},
    {Id::user_property, {Type::text_pair, Range::any, asked, answer | publish, 0}},
    {Id::maximum_packet_size, {Type::four_bytes, Range::not_zero, connect, connack, 0}},
    {Id::wildcard_subscription_available, {Type::byte, Range::flag, 0, connack, 0}},
    {Id::subscription_identifiers_available, {Type::byte, Range::flag, 0, connack, 0}},
    {Id::shared_subscription_available, {Type::byte, Range::flag, 0, connack, 0}},
};

constexpr std::array<PropertyRule, last_property_id + 1> make_table() {
  std::array<PropertyRule, last_property_id + 1> table{};
  for (const Row& row : rows) table[static_cast<std::size_t>(row.id)] = row.rule;
  return table;
}

constexpr auto table = make_table();

// Reads one property in its form; what it says is not looked at.
Errc read(ByteReader& reader, Property& property) {
  std::uint32_t id = 0;
  if (const Errc error = reader.variable(id); error != Errc::ok) return error;
  const PropertyRule* rule = find_rule(id);
  if (rule == nullptr) return Errc::unknown_property;
  property = Property{};
  property.id = static_cast<PropertyId>(id);
  std::uint8_t byte = 0;
  std::uint16_t two_bytes = 0;
  bool whole = true;
  switch (rule->type) {
    case Type::byte:
      whole = reader.u8(byte);
      property.number = byte;
      break;
    case Type::two_bytes:
      whole = reader.u16(two_bytes);
      property.number = two_bytes;
      break;
    case Type::four_bytes: whole = reader.u32(property.number); break;
    case Type::variable: return reader.variable(property.number);
    case Type::text_pair: whole = reader.text(property.name) && reader.text(property.text); break;
    default: whole = reader.text(property.text); break;
  }
  return whole ? Errc::ok : Errc::truncated;
}

Error check_value(const Property& property, const PropertyRule& rule) {
  if (rule.range == Range::not_zero && property.number == 0)
    return local_error(property.id == Id::topic_alias ? Errc::zero_topic_alias : Errc::property_out_of_range);
  if (rule.range == Range::flag && property.number > 1) return local_error(Errc::property_out_of_range);
  if (property.id == Id::response_topic) return check_topic_name(property.text);
  if (rule.type == Type::binary || rule.type < Type::text)
    return property.text.size() > 65'535 ? local_error(Errc::string_too_long) : Error{};
  if (Error error = check_utf8(property.name)) return error;
  return check_utf8(property.text);
}

}  // namespace

const PropertyRule* find_rule(std::uint32_t id) {
  return id <= last_property_id && table[id].type != Type::none ? &table[id] : nullptr;
}

Properties::Iterator& Properties::Iterator::operator++() {
  ByteReader reader(rest_);
  const std::uint8_t* const at = rest_.data();
  const bool whole = !rest_.empty() && read(reader, property_) == Errc::ok;
  at_ = whole ? at : nullptr;
  rest_ = reader.rest();
  return *this;
}

std::uint32_t Properties::find_number(PropertyId id, std::uint32_t absent) const {
  for (const Property& property : *this) {
    if (property.id == id) return property.number;
  }
  return absent;
}

std::string_view Properties::find_text(PropertyId id) const {
  for (const Property& property : *this) {
    if (property.id == id) return property.text;
  }
  return {};
}

bool Properties::find(PropertyId id) const {
  for (const Property& property : *this) {
    if (property.id == id) return true;
  }
  return false;
}

Error check(Properties properties, PropertyHost host, Direction direction) {
  ByteReader reader(properties.wire());
  std::uint64_t seen = 0;
  while (!reader.done()) {
    Property property;
    if (const Errc error = read(reader, property); error != Errc::ok) {
      // Of a property that may not be here at all, that is the better reason.
      const PropertyRule* rule = error == Errc::truncated ? find_rule(static_cast<std::uint32_t>(property.id)) : nullptr;
      return local_error(rule == nullptr || rule->allowed_in(host, direction) ? error : Errc::property_not_allowed);
    }
    const PropertyRule& rule = table[static_cast<std::size_t>(property.id)];
    if (!rule.allowed_in(host, direction)) return local_error(Errc::property_not_allowed);
    const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(property.id);
    if ((seen & bit) != 0 && !rule.may_repeat(host, direction)) return local_error(Errc::repeated_property);
    seen |= bit;
    if (Error error = check_value(property, rule)) return error;
  }
  constexpr auto bit_of = [](Id id) { return std::uint64_t{1} << static_cast<unsigned>(id); };
  const bool data_alone = (seen & bit_of(Id::authentication_data)) != 0 && (seen & bit_of(Id::authentication_method)) == 0;
  return data_alone ? local_error(Errc::authentication_data_without_method) : Error{};
}

// ---- PropertyList ----

Error PropertyList::add(const Property& property, PropertyType type) {
  const PropertyRule* rule = find_rule(static_cast<std::uint32_t>(property.id));
  if (rule == nullptr) return local_error(Errc::unknown_property);
  const bool number = type == Type::byte && rule->type <= Type::variable;
  if (!number && rule->type != type) return local_error(Errc::property_of_other_type);
  const std::size_t bytes = rule->type == Type::byte ? 1 : rule->type == Type::two_bytes ? 2 : 4;
  if (number && property.number > (rule->type == Type::variable ? max_variable_integer : 0xffff'ffffu >> (32 - 8 * bytes)))
    return local_error(Errc::property_out_of_range);
  if (Error error = check_value(property, *rule)) return error;
  const std::size_t at = wire_.size();
  const std::size_t size = rule->type == Type::variable ? remaining_length_size(property.number)
                           : number                     ? bytes
                           : type == Type::text_pair    ? 4 + property.name.size() + property.text.size()
                                                        : 2 + property.text.size();
  wire_.resize(at + 1 + size);
  ByteWriter writer(wire_.data() + at);
  writer.u8(static_cast<std::size_t>(property.id));
  if (rule->type == Type::variable) {
    writer.variable(property.number);
  } else if (number) {
    for (std::size_t left = bytes; left != 0; --left) writer.u8(property.number >> (8 * (left - 1)));
  } else {
    if (type == Type::text_pair) writer.text(property.name);
    writer.text(property.text);
  }
  return {};
}

void PropertyList::set(PropertyId id, std::uint32_t number) {
  const PropertyRule* rule = find_rule(static_cast<std::uint32_t>(id));
  if (rule == nullptr || rule->type != Type::four_bytes) return;
  ByteReader reader(wire_);
  Property property;
  while (!reader.done() && read(reader, property) == Errc::ok) {
    if (property.id != id) continue;
    const std::size_t end = wire_.size() - reader.rest().size();
    for (std::size_t at = end - 4; at < end; ++at) wire_[at] = static_cast<std::uint8_t>(number >> (8 * (end - 1 - at)));
    return;
  }
}

Error PropertyList::add(PropertyId id, std::uint32_t number) { return add({.id = id, .number = number}, Type::byte); }
Error PropertyList::add(PropertyId id, std::string_view text) { return add({.id = id, .text = text}, Type::text); }
Error PropertyList::add(PropertyId id, Bytes data) { return add({.id = id, .text = as_text(data)}, Type::binary); }
Error PropertyList::add_user_property(std::string_view name, std::string_view value) {
  return add({.id = Id::user_property, .name = name, .text = value}, Type::text_pair);
}

}  // namespace wasmqtt
