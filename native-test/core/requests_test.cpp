// SUBSCRIBE and UNSUBSCRIBE on the wire, and their answers.
#include "link.hpp"
#include "wasmqtt/topic.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

Error subscribe(Link& link, std::string_view filter, Qos qos = Qos::at_most_once) {
  const TopicRequest request{filter, qos};
  return link.client.subscribe({&request, 1}, link.now).error();
}
Error unsubscribe(Link& link, std::string_view filter) {
  return link.client.unsubscribe({&filter, 1}, link.now).error();
}

}  // namespace

TEST_CASE("SUBSCRIBE and UNSUBSCRIBE: the bytes [MQTT-3.8.1-1] [MQTT-3.10.1-1] [MQTT-3.10.3-1] [MQTT-2.2.2-1]") {
  Link link;
  link.connect();
  const TopicRequest requests[] = {{"a/b", Qos::at_least_once}, {"c", Qos::exactly_once}};
  REQUIRE(link.client.subscribe(requests, link.now));
  const std::string_view filters[] = {"a/b", "\xe6\x97\xa5"};
  REQUIRE(link.client.unsubscribe(filters, link.now));
  link.drain();
  CHECK(to_hex(link.wire) == "820c00010003612f6201000163" "02" "a20c0002" "0003612f62" "0003e697a5");
}

TEST_CASE("requests that are not legal are refused and nothing changes [MQTT-3.8.3-1] [MQTT-3.8.3-3] [MQTT-3-8.3-4] [MQTT-3.10.3-1] [MQTT-3.10.3-2] [MQTT-4.7.1-2] [MQTT-4.7.1-3] [MQTT-4.7.3-1]") {
  Link link;
  link.connect();
  CHECK(link.client.subscribe({}, link.now).error() == local_error(Errc::no_topic_filter));
  CHECK(link.client.unsubscribe({}, link.now).error() == local_error(Errc::no_topic_filter));
  CHECK(subscribe(link, "a", static_cast<Qos>(3)) == local_error(Errc::invalid_qos));
  for (const char* filter : {"a#", "a/#/b", "##", "#/", "a+", "+a", "a/++/b", "a/+#"}) {
    CHECK(subscribe(link, filter) == local_error(Errc::bad_wildcard));
    CHECK(unsubscribe(link, filter) == local_error(Errc::bad_wildcard));
  }
  for (const char* filter : {"\xff", "\xc3\x28", "a/\xed\xa0\x80"}) {
    CHECK(subscribe(link, filter) == local_error(Errc::ill_formed_utf8));
    CHECK(unsubscribe(link, filter) == local_error(Errc::ill_formed_utf8));
  }
  CHECK(subscribe(link, "") == local_error(Errc::empty_topic));
  CHECK(unsubscribe(link, std::string(65'536, 'a')) == local_error(Errc::string_too_long));
  link.drain();
  CHECK(link.quiet());
  CHECK(link.client.counts().requests == 0);
}

TEST_CASE("requests need a connection and room") {
  ClientOptions options = Link::defaults();
  options.max_requests = 1;
  Link link(options);
  CHECK(subscribe(link, "a") == local_error(Errc::not_connected));
  link.connect();
  CHECK_FALSE(static_cast<bool>(subscribe(link, "a")));
  CHECK(subscribe(link, "a") == local_error(Errc::too_many_requests));
  CHECK(unsubscribe(link, "a") == local_error(Errc::too_many_requests));
}

TEST_CASE("two SUBSCRIBEs answered in reverse order: each result reaches its own request [MQTT-2.3.1-7] [MQTT-3.8.4-2]") {
  Link link;
  link.connect();
  const PacketId one = link.subscribe("a");
  const PacketId two = link.subscribe("b");
  const std::uint8_t first[] = {1};
  const std::uint8_t second[] = {2};
  link.receive(Suback{999, first});  // unknown: completes nothing
  CHECK(link.subscribed.empty());
  link.receive(Suback{two, second});
  link.receive(Suback{one, first});
  REQUIRE(link.subscribed.size() == 2);
  CHECK(link.subscribed[0].packet_id == two);
  CHECK(link.subscribed[0].codes == std::vector{2});
  CHECK(link.subscribed[1].packet_id == one);
  link.receive(Suback{one, first});
  CHECK(link.subscribed.size() == 2);
  CHECK_FALSE(link.closed);
}

TEST_CASE("SUBACK: one code per filter, in their order, failures and lower grants told [MQTT-3.8.4-5] [MQTT-3.8.4-6] [MQTT-3.9.3-1]") {
  Link link;
  link.connect();
  const TopicRequest requests[] = {{"a", Qos::exactly_once}, {"b", Qos::exactly_once}, {"c", Qos::exactly_once}};
  const auto id = link.client.subscribe(requests, link.now);
  link.drain();
  const std::uint8_t codes[] = {0, 0x80, 2};
  link.receive(Suback{*id, codes});
  REQUIRE(link.subscribed.size() == 1);
  CHECK(link.subscribed[0].codes == std::vector{0, 128, 2});
  CHECK_FALSE(static_cast<bool>(link.subscribed[0].error));
}

TEST_CASE("SUBACK with too few or too many codes closes the connection [MQTT-3.8.4-5]") {
  for (const std::size_t count : {1u, 3u}) {
    Link link;
    link.connect();
    const TopicRequest requests[] = {{"a", Qos::at_most_once}, {"b", Qos::at_most_once}};
    const auto id = link.client.subscribe(requests, link.now);
    link.drain();
    const std::vector<std::uint8_t> codes(count, 0);
    link.receive(Suback{*id, codes});
    REQUIRE(link.closed);
    CHECK(link.closed->error == peer_error(Errc::suback_count_mismatch));
    REQUIRE(link.subscribed.size() == 1);
    CHECK(static_cast<bool>(link.subscribed[0].error));
  }
}

TEST_CASE("SUBACK with a reserved code closes the connection [MQTT-3.9.3-2]") {
  for (const bool strict : {false, true}) {
    for (const char* code : {"03", "7f", "81", "ff"}) {
      ClientOptions options = Link::defaults();
      options.strict_reserved = strict;
      Link link(options);
      link.connect();
      link.subscribe("a");
      link.receive_hex("9003 0001" + std::string(code));
      // What MQTT 5 refuses with is a refusal here, too, unless it is taken to the letter: ejabberd says so in 3.1.1.
      const bool refusal = !strict && code[0] >= '8';
      CHECK(link.closed.has_value() != refusal);
      if (link.closed) CHECK(link.closed->error == peer_error(Errc::reserved_return_code));
      REQUIRE(link.subscribed.size() == 1);
      CHECK(link.subscribed[0].codes.size() == (refusal ? 1u : 0u));
    }
  }
}

TEST_CASE("SUBACK with a refusal beside a code that grants nothing and refuses nothing closes the connection [MQTT-3.9.3-2]") {
  Link link;
  link.connect();
  const TopicRequest requests[] = {{"a", Qos::at_most_once}, {"b", Qos::at_most_once}};
  REQUIRE(link.client.subscribe(requests, link.now));
  link.drain();
  link.receive_hex("9004 0001 8f 03");
  REQUIRE(link.closed);
  CHECK(link.closed->error == peer_error(Errc::reserved_return_code));
}

TEST_CASE("SUBACK for an UNSUBSCRIBE, UNSUBACK for a SUBSCRIBE close the connection [MQTT-2.3.1-7]") {
  Link one;
  one.connect();
  one.subscribe("a");
  one.receive(Unsuback{1});
  CHECK(one.closed->error == peer_error(Errc::acknowledgement_of_wrong_kind));
  Link two;
  two.connect();
  REQUIRE_FALSE(static_cast<bool>(unsubscribe(two, "a")));
  two.drain();
  two.receive_hex("9003000100");
  CHECK(two.closed->error == peer_error(Errc::acknowledgement_of_wrong_kind));
  CHECK(two.unsubscribed.size() == 1);
}

TEST_CASE("UNSUBACK completes its request, one for many filters [MQTT-3.10.4-4]") {
  Link link;
  link.connect();
  const std::string_view filters[] = {"a", "b", "c"};
  const auto id = link.client.unsubscribe(filters, link.now);
  link.drain();
  link.receive(Unsuback{77});
  CHECK(link.unsubscribed.empty());
  link.receive(Unsuback{*id});
  REQUIRE(link.unsubscribed.size() == 1);
  CHECK(link.unsubscribed[0].packet_id == *id);
  CHECK(link.client.counts().requests == 0);
}

TEST_CASE("requests that the end of the connection leaves unanswered are told as failed, once [MQTT-3.10.4-4]") {
  Link link(Link::defaults(false));
  link.connect();
  link.subscribe("a");
  REQUIRE_FALSE(static_cast<bool>(unsubscribe(link, "b")));
  link.reconnect(true);
  REQUIRE(link.subscribed.size() == 1);
  REQUIRE(link.unsubscribed.size() == 1);
  CHECK(link.subscribed[0].error == local_error(Errc::not_connected));
  CHECK(link.unsubscribed[0].error == local_error(Errc::not_connected));
  CHECK(link.quiet());  // they are not sent again by themselves
}
