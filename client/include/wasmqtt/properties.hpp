// MQTT 5's properties, section 2.2.2: what packets carry beside their fields.
//
//   for (const Property& property : packet.properties) ...            // in the order of the wire
//   const std::uint32_t expiry = packet.properties.number(PropertyId::message_expiry_interval, 0);
//
//   PropertyList list;
//   if (Error error = list.add(PropertyId::content_type, "text/plain")) ...
//   packet.properties = list;
//
// `Properties` are borrowed bytes of the wire, read in place: nothing is copied, nothing allocated. They are valid as long
// as those bytes are: as the packet they came in, or until the list they came from changes.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "wasmqtt/error.hpp"
#include "wasmqtt/packet_type.hpp"

namespace wasmqtt {

enum class PropertyId : std::uint8_t {
  payload_format_indicator = 0x01,
  message_expiry_interval = 0x02,
  content_type = 0x03,
  response_topic = 0x08,
  correlation_data = 0x09,
  subscription_identifier = 0x0b,
  session_expiry_interval = 0x11,
  assigned_client_identifier = 0x12,
  server_keep_alive = 0x13,
  authentication_method = 0x15,
  authentication_data = 0x16,
  request_problem_information = 0x17,
  will_delay_interval = 0x18,
  request_response_information = 0x19,
  response_information = 0x1a,
  server_reference = 0x1c,
  reason_string = 0x1f,
  receive_maximum = 0x21,
  topic_alias_maximum = 0x22,
  topic_alias = 0x23,
  maximum_qos = 0x24,
  retain_available = 0x25,
  user_property = 0x26,
  maximum_packet_size = 0x27,
  wildcard_subscription_available = 0x28,
  subscription_identifiers_available = 0x29,
  shared_subscription_available = 0x2a,
};
inline constexpr std::uint8_t last_property_id = 0x2a;

enum class PropertyType : std::uint8_t { none, byte, two_bytes, four_bytes, variable, text, binary, text_pair };
enum class PropertyRange : std::uint8_t { any, flag, not_zero };  // flag: 0 or 1

// What may hold properties: the packet types, by their values, and the will in CONNECT.
enum class PropertyHost : std::uint8_t { will = 0 };
constexpr PropertyHost host_of(PacketType type) { return static_cast<PropertyHost>(type); }

// One row of table 2-4.
struct PropertyRule {
  PropertyType type = PropertyType::none;
  PropertyRange range = PropertyRange::any;
  std::uint16_t outbound = 0;  // hosts, one bit each by their value
  std::uint16_t inbound = 0;
  std::uint16_t repeats = 0;   // those of `inbound` in which it may come more than once; the User Property may anywhere

  bool allowed_in(PropertyHost host, Direction direction) const {
    return ((direction == Direction::outbound ? outbound : inbound) >> static_cast<unsigned>(host) & 1) != 0;
  }
  bool may_repeat(PropertyHost host, Direction direction) const {
    return type == PropertyType::text_pair ||
           (direction == Direction::inbound && (repeats >> static_cast<unsigned>(host) & 1) != 0);
  }
};

// nullptr: there is no such property.
const PropertyRule* find_rule(std::uint32_t id);

// One property. Views point into the bytes that it was read from.
struct Property {
  PropertyId id{};
  std::uint32_t number = 0;  // of byte to variable
  std::string_view name{};   // of a User Property
  std::string_view text{};   // text, binary, or the User Property's value

  Bytes bytes() const { return as_bytes(text); }
};

class Properties {
 public:
  constexpr Properties() = default;
  // The wire's bytes behind the property length. Iterating over bytes that are malformed ends before what is wrong.
  explicit constexpr Properties(Bytes wire) : wire_(wire) {}

  class Iterator {
   public:
    Iterator() = default;
    explicit Iterator(Bytes rest) : rest_(rest) { ++*this; }
    const Property& operator*() const { return property_; }
    const Property* operator->() const { return &property_; }
    // The bytes of this one, its identifier included.
    Bytes wire() const { return {at_, static_cast<std::size_t>(rest_.data() - at_)}; }
    Iterator& operator++();
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    const std::uint8_t* at_ = nullptr;  // of property_; nullptr: the end
    Bytes rest_{};
    Property property_{};
  };
  Iterator begin() const { return Iterator(wire_); }
  Iterator end() const { return {}; }

  bool empty() const { return wire_.empty(); }
  Bytes wire() const { return wire_; }
  // The first one, or `absent`.
  std::uint32_t number(PropertyId id, std::uint32_t absent) const { return empty() ? absent : find_number(id, absent); }
  // The first one's text or bytes; has no data() when there is none.
  std::string_view text(PropertyId id) const { return empty() ? std::string_view() : find_text(id); }
  bool has(PropertyId id) const { return !empty() && find(id); }

  friend bool operator==(const Properties& a, const Properties& b) { return as_text(a.wire_) == as_text(b.wire_); }

 private:
  std::uint32_t find_number(PropertyId id, std::uint32_t absent) const;
  std::string_view find_text(PropertyId id) const;
  bool find(PropertyId id) const;

  Bytes wire_{};
};

// Builds properties in the order of the calls; the bytes are its own. The errors are local ones, and change nothing:
// property_of_other_type, property_out_of_range, and what is wrong with text. Where a property may go, and how often, is
// checked by whoever takes the list.
class PropertyList {
 public:
  Error add(PropertyId id, std::uint32_t number);
  Error add(PropertyId id, std::string_view text);
  Error add(PropertyId id, Bytes data);
  Error add_user_property(std::string_view name, std::string_view value);
  // Changes a number of four bytes that is there already; without one: nothing.
  void set(PropertyId id, std::uint32_t number);
  void clear() { wire_.clear(); }
  // Properties that passed check(): those of another list behind ours, or in the place of ours.
  void append(Properties properties) { wire_.insert(wire_.end(), properties.wire().begin(), properties.wire().end()); }
  void assign(Properties properties) { wire_.assign(properties.wire().begin(), properties.wire().end()); }

  bool empty() const { return wire_.empty(); }
  Properties view() const { return Properties(wire_); }
  operator Properties() const { return view(); }  // NOLINT: implicit on purpose

  friend bool operator==(const PropertyList&, const PropertyList&) = default;

 private:
  Error add(const Property& property, PropertyType type);

  std::vector<std::uint8_t> wire_;
};

// Everything that the standard asks of the properties of one packet (or will), but for what takes more than them to know.
// The error has Side::local.
Error check(Properties properties, PropertyHost host, Direction direction);

// The value of a variable byte integer, section 1.5.5.
inline constexpr std::uint32_t max_variable_integer = 268'435'455;

}  // namespace wasmqtt
