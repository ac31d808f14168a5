// MQTT 5's properties: the table against the standard's, reading in place, building.
#include <string>

#include <doctest/doctest.h>

#include "support/hex.hpp"
#include "wasmqtt/describe.hpp"
#include "wasmqtt/properties.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using Id = PropertyId;

namespace {

// Table 2-4 and the packets' own sections. Hosts: C onnect, c onnack, P ublish, W ill, 1 to 4 PUBACK to PUBCOMP,
// S ubscribe, s uback, U nsubscribe, u nsuback, D isconnect, A uth.
struct Row {
  Id id;
  PropertyType type;
  const char* outbound;
  const char* inbound;
  PropertyRange range = PropertyRange::any;
};

constexpr auto flag = PropertyRange::flag;
constexpr auto not_zero = PropertyRange::not_zero;

constexpr Row standard[] = {
    {Id::payload_format_indicator, PropertyType::byte, "PW", "P", flag},
    {Id::message_expiry_interval, PropertyType::four_bytes, "PW", "P"},
    {Id::content_type, PropertyType::text, "PW", "P"},
    {Id::response_topic, PropertyType::text, "PW", "P"},
    {Id::correlation_data, PropertyType::binary, "PW", "P"},
    {Id::subscription_identifier, PropertyType::variable, "S", "P", not_zero},
    {Id::session_expiry_interval, PropertyType::four_bytes, "CD", "c"},
    {Id::assigned_client_identifier, PropertyType::text, "", "c"},
    {Id::server_keep_alive, PropertyType::two_bytes, "", "c"},
    {Id::authentication_method, PropertyType::text, "CA", "cA"},
    {Id::authentication_data, PropertyType::binary, "CA", "cA"},
    {Id::request_problem_information, PropertyType::byte, "C", "", flag},
    {Id::will_delay_interval, PropertyType::four_bytes, "W", ""},
    {Id::request_response_information, PropertyType::byte, "C", "", flag},
    {Id::response_information, PropertyType::text, "", "c"},
    {Id::server_reference, PropertyType::text, "", "cD"},
    {Id::reason_string, PropertyType::text, "1234DA", "1234cDAsu"},
    {Id::receive_maximum, PropertyType::two_bytes, "C", "c", not_zero},
    {Id::topic_alias_maximum, PropertyType::two_bytes, "C", "c"},
    {Id::topic_alias, PropertyType::two_bytes, "P", "P", not_zero},
    {Id::maximum_qos, PropertyType::byte, "", "c", flag},
    {Id::retain_available, PropertyType::byte, "", "c", flag},
    {Id::user_property, PropertyType::text_pair, "CWP1234SUDA", "cP1234suDA"},
    {Id::maximum_packet_size, PropertyType::four_bytes, "C", "c", not_zero},
    {Id::wildcard_subscription_available, PropertyType::byte, "", "c", flag},
    {Id::subscription_identifiers_available, PropertyType::byte, "", "c", flag},
    {Id::shared_subscription_available, PropertyType::byte, "", "c", flag},
};

struct Letter {
  char letter;
  PropertyHost host;
};
constexpr Letter letters[] = {
    {'C', host_of(PacketType::connect)},   {'c', host_of(PacketType::connack)},     {'P', host_of(PacketType::publish)},
    {'W', PropertyHost::will},             {'1', host_of(PacketType::puback)},      {'2', host_of(PacketType::pubrec)},
    {'3', host_of(PacketType::pubrel)},    {'4', host_of(PacketType::pubcomp)},     {'S', host_of(PacketType::subscribe)},
    {'s', host_of(PacketType::suback)},    {'U', host_of(PacketType::unsubscribe)}, {'u', host_of(PacketType::unsuback)},
    {'D', host_of(PacketType::disconnect)}, {'A', host_of(PacketType::auth)},       {'-', host_of(PacketType::pingreq)},
    {'-', host_of(PacketType::pingresp)},
};

Error check_hex(std::string_view hex, PropertyHost host, Direction direction = Direction::inbound) {
  const auto bytes = from_hex(hex);
  return check(Properties(bytes), host, direction);
}

constexpr PropertyHost in_publish = host_of(PacketType::publish);

}  // namespace

TEST_CASE("properties: the table has the standard's 27, with type, packets, range and repetition, and no other") {
  for (std::uint32_t id = 0; id < 300; ++id) {
    CAPTURE(id);
    const Row* row = nullptr;
    for (const Row& one : standard) {
      if (static_cast<std::uint32_t>(one.id) == id) row = &one;
    }
    const PropertyRule* rule = find_rule(id);
    REQUIRE((rule != nullptr) == (row != nullptr));
    if (row == nullptr) continue;
    CHECK(rule->type == row->type);
    CHECK(rule->range == row->range);
    CHECK(name_of(row->id) != "");
    for (const Letter& one : letters) {
      CAPTURE(one.letter);
      const auto has = [&](const char* hosts) { return std::string_view(hosts).find(one.letter) != std::string_view::npos; };
      CHECK(rule->allowed_in(one.host, Direction::outbound) == has(row->outbound));
      CHECK(rule->allowed_in(one.host, Direction::inbound) == has(row->inbound));
      const bool many = row->id == Id::user_property || (row->id == Id::subscription_identifier && one.letter == 'P');
      CHECK(rule->may_repeat(one.host, Direction::inbound) == many);
      CHECK(rule->may_repeat(one.host, Direction::outbound) == (row->id == Id::user_property));
    }
  }
  CHECK(std::size(standard) == 27);
  CHECK(name_of(static_cast<Id>(0)) == "");
  CHECK(name_of(static_cast<Id>(0x7f)) == "");
}

TEST_CASE("properties: what is built is read back in place, in order, equal ones too") {
  PropertyList list;
  CHECK(list.empty());
  const std::uint8_t data[] = {0, 255};
  CHECK_FALSE(list.add(Id::payload_format_indicator, 1));
  CHECK_FALSE(list.add(Id::message_expiry_interval, 0xffff'ffff));
  CHECK_FALSE(list.add(Id::topic_alias, 65'535));
  CHECK_FALSE(list.add(Id::subscription_identifier, max_variable_integer));
  CHECK_FALSE(list.add(Id::content_type, "t"));
  CHECK_FALSE(list.add(Id::correlation_data, Bytes(data)));
  CHECK_FALSE(list.add_user_property("a", "1"));
  CHECK_FALSE(list.add_user_property("a", "1"));
  const Properties view = list;
  CHECK(to_hex(view.wire()) == "0101" "02ffffffff" "23ffff" "0bffffff7f" "03000174" "09000200ff"
                               "26000161000131" "26000161000131");
  std::string seen;
  for (const Property& property : view) {
    seen += std::string(name_of(property.id)) + " ";
    const auto* at = reinterpret_cast<const std::uint8_t*>(property.text.data());
    if (!property.text.empty()) CHECK((at > view.wire().data() && at < view.wire().data() + view.wire().size()));
  }
  CHECK(seen == "payload_format_indicator message_expiry_interval topic_alias subscription_identifier content_type "
                "correlation_data user_property user_property ");
  CHECK(view.number(Id::topic_alias, 0) == 65'535);
  CHECK(view.number(Id::message_expiry_interval, 0) == 0xffff'ffff);
  CHECK(view.number(Id::receive_maximum, 7) == 7);
  CHECK(view.text(Id::content_type) == "t");
  CHECK(view.text(Id::correlation_data).size() == 2);
  CHECK(view.text(Id::reason_string).data() == nullptr);
  CHECK(view.has(Id::user_property));
  CHECK_FALSE(view.has(Id::reason_string));
  CHECK(list == list);
  CHECK_FALSE(view == Properties{});
  PropertyList copy;
  copy.assign(view);
  CHECK(copy == list);
  copy.clear();
  CHECK(Properties(copy) == Properties{});
}

TEST_CASE("properties: the list refuses what has another type, is out of range, or is no text; nothing is added [MQTT5-1.5.4-1]") {
  PropertyList list;
  CHECK(list.add(Id::content_type, 1) == local_error(Errc::property_of_other_type));
  CHECK(list.add(Id::topic_alias, "x") == local_error(Errc::property_of_other_type));
  CHECK(list.add(Id::correlation_data, "x") == local_error(Errc::property_of_other_type));
  CHECK(list.add(Id::content_type, as_bytes("x")) == local_error(Errc::property_of_other_type));
  CHECK(list.add(Id::user_property, "x") == local_error(Errc::property_of_other_type));
  CHECK(list.add(static_cast<Id>(4), 1) == local_error(Errc::unknown_property));
  CHECK(list.add(Id::topic_alias, 65'536) == local_error(Errc::property_out_of_range));
  CHECK(list.add(Id::topic_alias, 0) == local_error(Errc::zero_topic_alias));
  CHECK(list.add(Id::receive_maximum, 0) == local_error(Errc::property_out_of_range));
  CHECK(list.add(Id::maximum_qos, 2) == local_error(Errc::property_out_of_range));
  CHECK(list.add(Id::maximum_qos, 256) == local_error(Errc::property_out_of_range));
  CHECK(list.add(Id::subscription_identifier, 0) == local_error(Errc::property_out_of_range));
  CHECK(list.add(Id::subscription_identifier, max_variable_integer + 1) == local_error(Errc::property_out_of_range));
  CHECK(list.add(Id::content_type, "\xff") == local_error(Errc::ill_formed_utf8));
  CHECK(list.add(Id::content_type, std::string_view("\0", 1)) == local_error(Errc::nul_in_string));
  CHECK(list.add(Id::response_topic, "a/+") == local_error(Errc::wildcard_in_topic_name));
  CHECK(list.add(Id::response_topic, "") == local_error(Errc::empty_topic));
  CHECK(list.add_user_property("\xff", "") == local_error(Errc::ill_formed_utf8));
  CHECK(list.add_user_property("", "\xff") == local_error(Errc::ill_formed_utf8));
  const std::string large(65'536, 'x');
  CHECK(list.add(Id::content_type, large) == local_error(Errc::string_too_long));
  CHECK(list.add(Id::correlation_data, as_bytes(large)) == local_error(Errc::string_too_long));
  CHECK(list.add_user_property("n", large) == local_error(Errc::string_too_long));
  CHECK(list.empty());
  CHECK_FALSE(list.add(Id::correlation_data, as_bytes(large).first(65'535)));
  CHECK_FALSE(list.add(Id::content_type, ""));
  CHECK_FALSE(list.add_user_property("", ""));
}

TEST_CASE("properties: variable byte integers at their edges, as short as can be [MQTT5-1.5.5-1]") {
  for (const std::uint32_t value : {1u, 127u, 128u, 16'383u, 16'384u, 2'097'151u, 2'097'152u, max_variable_integer}) {
    PropertyList list;
    CHECK_FALSE(list.add(Id::subscription_identifier, value));
    CHECK_FALSE(check(list, in_publish, Direction::inbound));
    CHECK(list.view().number(Id::subscription_identifier, 0) == value);
  }
  for (const char* hex : {"0b8000", "0b8100", "0b808000", "0b80808000", "0b8080808001", "8b0001", "8b808080"})
    CHECK(check_hex(hex, in_publish) == local_error(Errc::malformed_variable_integer));
  for (const char* hex : {"0b", "0b80", "0b8080", "0b808080", "8b", "ff"})
    CHECK(check_hex(hex, in_publish) == local_error(Errc::truncated));
}

TEST_CASE("properties: iterating over malformed bytes ends before what is wrong, wherever they are cut") {
  const auto whole = from_hex("0101" "02ffffffff" "23ffff" "0bffffff7f" "03000174" "09000200ff" "26000161000131");
  std::size_t most = 0;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::vector<std::uint8_t> bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    std::size_t count = 0;
    for (const Property& property : Properties(bytes)) count += property.id == Id{} ? 0 : 1;
    CHECK(count >= most);
    most = count;
    CHECK(static_cast<bool>(check(Properties(bytes), in_publish, Direction::inbound)) == (count != 7 && size != 0 && size != 2 &&
          size != 7 && size != 10 && size != 15 && size != 19 && size != 24));
  }
  CHECK(most == 7);
}

TEST_CASE("properties: data without a method is refused, in whatever order they come") {
  const PropertyHost connect = host_of(PacketType::connect);
  CHECK(check_hex("16000178", connect, Direction::outbound) == local_error(Errc::authentication_data_without_method));
  CHECK_FALSE(check_hex("16000178" "15000178", connect, Direction::outbound));
  CHECK_FALSE(check_hex("15000178" "16000178", connect, Direction::outbound));
  CHECK_FALSE(check_hex("15000178", connect, Direction::outbound));
}
