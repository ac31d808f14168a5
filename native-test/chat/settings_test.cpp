// Toggles, stages and brokers, in the address, too.
#include <doctest/doctest.h>

#include "chat/settings.hpp"

using namespace chat;
using namespace std::chrono_literals;

TEST_CASE("each stage is seven toggles, and no stage is the fourth one; MQTT 5 is in none") {
  const Settings ten = settings_from_query("?stage=10");
  CHECK_FALSE((ten.qos1 || ten.status || ten.authentication || ten.deduplicate || ten.remember));
  const Settings twenty = settings_from_query("?stage=20");
  CHECK((twenty.qos1 && twenty.deduplicate && twenty.remember && !twenty.status && !twenty.authentication));
  const Settings thirty = settings_from_query("stage=30");
  CHECK((thirty.qos1 && thirty.status && !thirty.authentication));
  for (std::string_view last : {"?stage=40", "", "?stage=99", "?stage=abc"}) CHECK(settings_from_query(last) == stage_settings(40));
  for (const int stage : {10, 20, 30, 40, 50, 60}) {
    const Settings settings = settings_from_query("?stage=" + std::to_string(stage));
    CHECK(settings == stage_settings(stage));
    CHECK_FALSE(settings.mqtt5);
    CHECK(settings.groups == (stage >= 50));
    CHECK(settings.check == (stage == 60));
    CHECK(settings.authentication == (stage >= 40));
  }
  CHECK(settings_from_query("?stage=40&mqtt5=1").mqtt5);
}

TEST_CASE("groups and checked messages need authentication: one switches the other, in the card and in the address") {
  CHECK(settings_from_query("?stage=10&groups=1").authentication);
  CHECK(settings_from_query("?stage=30&check=1").authentication);
  CHECK(settings_from_query("?stage=60&authentication=0") == settings_from_query("?stage=30"));
  const Settings thirty = stage_settings(30);
  Settings with_groups = thirty;
  with_groups.groups = true;
  CHECK(with_dependencies(thirty, with_groups) == stage_settings(50));
  Settings without = stage_settings(60);
  without.authentication = false;
  CHECK(with_dependencies(stage_settings(60), without) == thirty);
  CHECK(with_dependencies(stage_settings(60), stage_settings(40)) == stage_settings(40));
}

TEST_CASE("a message's expiry in the address is whole seconds that MQTT 5 can say, else never") {
  CHECK(settings_from_query("?mqtt5=1&expiry=60").expiry == 60);
  CHECK(settings_from_query("?expiry=4294967295").expiry == 4'294'967'295);
  for (std::string_view never : {"", "0", "-1", "4294967296", "1.5", "1s", "soon"})
    CHECK(settings_from_query(std::string("?expiry=").append(never)).expiry == 0);
}

TEST_CASE("the address shares the whole set-up, but never a password") {
  Settings settings = stage_settings(20);
  CHECK(query_of(settings) == "?stage=20");
  settings.deduplicate = false;
  settings.user = "Jürgen & co";
  settings.broker = "ws://example.org:9001/mqtt?a=b";
  const std::string query = query_of(settings);
  CHECK(query == "?stage=20&deduplicate=0&user=J%C3%BCrgen%20%26%20co&broker=ws://example.org:9001/mqtt%3Fa%3Db");
  CHECK(settings_from_query(query) == settings);
  CHECK(settings_from_query("?stage=30&password=secret&user=a+b").user == "a b");
  CHECK(query_of(settings_from_query("?password=secret")).find("secret") == std::string::npos);
  for (unsigned bits = 0; bits < 512; ++bits) {
    const auto bit = [&](unsigned n) { return (bits >> n & 1) != 0; };
    const Settings any{.qos1 = bit(0), .status = bit(1), .authentication = bit(2), .deduplicate = bit(3), .remember = bit(4),
                       .groups = bit(2) && bit(7), .check = bit(2) && bit(8), .mqtt5 = bit(5),
                       .expiry = bit(6) ? 60u : 0u, .broker = "", .user = ""};
    CHECK(settings_from_query(query_of(any)) == any);
  }
}

TEST_CASE("the broker comes from the page's host and the toggle, or from the address") {
  CHECK(default_broker({}, stage_settings(40)) == "ws://localhost:8080");
  for (const int stage : {50, 60}) {
    CHECK(default_broker({}, stage_settings(stage)) == "ws://localhost:8082");
    CHECK(default_broker({.secure = true, .host = "chat.example"}, stage_settings(stage)) == "wss://chat.example/mqtt-dynamic");
  }
  CHECK(default_broker({.dynamic_ports = {9}}, settings_from_query("?stage=60&groups=0")) == "ws://localhost:9");
  CHECK(default_broker({.host = "192.168.0.7", .port = "5173"}, stage_settings(10)) == "ws://192.168.0.7:8081");
  CHECK(default_broker({.secure = true, .host = "chat.example", .port = ""}, stage_settings(40)) == "wss://chat.example/mqtt");
  CHECK(default_broker({.secure = true, .host = "chat.example", .port = "8443"}, stage_settings(10)) == "wss://chat.example:8443/mqtt-open");
  CHECK(broker_url(settings_from_query("?broker=ws%3A%2F%2Fa%3A1"), {}) == "ws://a:1");
  CHECK(check_broker_url("ws://localhost:8081", {}).empty());
  CHECK(check_broker_url("wss://a", {.secure = true}).empty());
  CHECK(check_broker_url("ws://localhost:1", {.secure = true}).empty());
  for (std::string_view bad : {"", "localhost:8081", "http://a", "ws://", "ws:///x", "ws://:80", "ws://a b", "ws://a#b"})
    CHECK_FALSE(check_broker_url(bad, {}).empty());
  for (std::string_view with_user : {"ws://u:secret@a", "wss://localhost:1@evil.example/", "ws://u@a/b", "ws://a ws://u:p@b", "ws://u:p@a?b"})
    CHECK(check_broker_url(with_user, {}).find("user name or a password") != std::string_view::npos);
  CHECK(check_broker_url("ws://a/b@c?d=@", {}).empty());
  CHECK(check_broker_url("ws://example.org", {.secure = true}).find("mixed content") != std::string_view::npos);
}

TEST_CASE("several brokers are one string with spaces: from the page's ports, or from the address, which may name broker several times") {
  const PageOrigin cluster{.open_ports = {1, 2, 3}};
  CHECK(default_broker(cluster, stage_settings(10)) == "ws://localhost:1 ws://localhost:2 ws://localhost:3");
  const Settings settings = settings_from_query("?stage=20&broker=ws://a&broker=&broker=ws://b:1");
  CHECK(settings.broker == "ws://a ws://b:1");
  CHECK(query_of(settings) == "?stage=20&broker=ws://a&broker=ws://b:1");
  CHECK(addresses_of(settings.broker) == std::vector<std::string>{"ws://a", "ws://b:1"});
  CHECK(addresses_of("  ").empty());
  CHECK(check_broker_url(settings.broker, {}).empty());
  CHECK_FALSE(check_broker_url("ws://a ws://", {}).empty());
  CHECK_FALSE(check_broker_url(" ", {}).empty());
}
