#include "view_world.hpp"

using namespace chat;
using namespace chat::test;

TEST_CASE("a stage sets all of its options, keeps the version, broker and user, and has a sentence of its own") {
  Settings settings = stage_settings(40);
  settings.mqtt5 = true;
  settings.user = "alice";
  ViewWorld world(settings, 1280, 1400);
  CHECK(world.find(Role::radio, "Stage 40")->is(semantic::state_checked));
  CHECK(world.click(Role::radio, "Stage 20"));
  CHECK(world.state().settings == at_stage(settings, 20));
  CHECK(world.state().settings.mqtt5);
  CHECK(world.says("QoS 1 and a session"));
  CHECK(world.click(Role::checkbox, "Use status messages"));
  CHECK(stage_of(world.state().settings) == 30);
  CHECK(world.click(Role::checkbox, "Use QoS 1"));
  CHECK(world.says("Options of your own"));
  for (std::string_view name : {"Stage 10", "Stage 20", "Stage 30", "Stage 40"})
    CHECK_FALSE(world.find(Role::radio, name)->is(semantic::state_checked));
}

TEST_CASE("the login stands in the first frame, before anything is connected") {
  ViewWorld world(stage_settings(40));
  for (std::string_view name : {"Sign In", "Options", "Advanced"}) CHECK(world.has(Role::button, name));
  for (std::string_view name : {"Use QoS 1", "Use status messages", "Use authentication",
                                "Deduplicate messages client side", "Remember on this device"}) {
    REQUIRE(world.has(Role::checkbox, name));
    CHECK(world.find(Role::checkbox, name)->is(semantic::state_checked));
  }
  CHECK(world.has(Role::heading, "Login"));
  CHECK(world.has(Role::text, "Enter your credentials to access the MQTT Chat!"));
  CHECK(world.find(Role::button, "Options")->is(semantic::state_expanded));
  REQUIRE(world.has(Role::textbox, "Username"));
  CHECK(world.find(Role::textbox, "Username")->autocomplete == "username");
  REQUIRE(world.has(Role::textbox, "Password"));
  CHECK(world.find(Role::textbox, "Password")->autocomplete == "current-password");
  CHECK(world.find(Role::textbox, "Password")->is(semantic::state_password));
  CHECK(world.broker.opened() == 0);
}

TEST_CASE("without authentication there is no password; the toggle rewrites the address") {
  ViewWorld world(stage_settings(30));
  std::string address;
  world.app.on_address = [&](const std::string& query) { address = query; };
  CHECK_FALSE(world.has(Role::textbox, "Password"));
  CHECK(world.click(Role::checkbox, "Use authentication"));
  CHECK(address == "?stage=40");
  CHECK(world.has(Role::textbox, "Password"));
  CHECK(world.click(Role::button, "Options"));
  CHECK_FALSE(world.has(Role::checkbox, "Use QoS 1"));
}

TEST_CASE("a stage that there is not is said, until something is chosen") {
  ViewWorld world(stage_settings(40));
  world.app.handle_address("?stage=70");
  world.settle();
  CHECK(world.has(Role::alert, "There is no stage 70. The options are those of stage 40."));
  world.click(Role::checkbox, "Use QoS 1");
  CHECK_FALSE(world.says("There is no stage"));
  // Neither something long nor what does not show.
  for (const std::string& odd : {std::string(3000, '9'), std::string("%E2%80%AE"), std::string("%FF"), std::string("a%0Ab")}) {
    world.app.handle_address("?stage=" + odd);
    world.settle();
    CHECK(world.has(Role::alert, "There is no such stage. The options are those of stage 40."));
  }
  world.app.handle_address("?stage=70&stage=20");
  world.settle();
  world.app.handle_address("?stage=20");
  world.settle();
  CHECK_FALSE(world.says("There is no stage"));
}

TEST_CASE("MQTT 5 is a toggle that no stage sets; with it a message's expiry can be typed, and both stand in the address") {
  ViewWorld world(stage_settings(20), 1280, 1000);
  std::string address;
  world.app.on_address = [&](const std::string& query) { address = query; };
  REQUIRE(world.has(Role::checkbox, "Use MQTT 5"));
  CHECK_FALSE(world.find(Role::checkbox, "Use MQTT 5")->is(semantic::state_checked));
  CHECK_FALSE(world.has(Role::textbox, "Message expiry"));
  CHECK(world.click(Role::checkbox, "Use MQTT 5"));
  CHECK(address == "?stage=20&mqtt5=1");
  REQUIRE(world.has(Role::textbox, "Message expiry"));
  world.fill("Message expiry", "60");
  CHECK(address == "?stage=20&mqtt5=1&expiry=60");
  world.fill("Message expiry", "soon");
  CHECK(world.find(Role::textbox, "Message expiry")->is(semantic::state_invalid));
  CHECK(address == "?stage=20&mqtt5=1&expiry=60");
  world.fill("Username", "alice");
  CHECK(world.click(Role::button, "Sign In"));
  CHECK(world.broker.opened() == 0);
  world.fill("Message expiry", "");
  CHECK(address == "?stage=20&mqtt5=1");
  CHECK(world.click(Role::button, "Sign In"));
  CHECK(world.broker.opened() == 1);
}

TEST_CASE("a name with a wildcard is refused beside the field, and nothing is sent") {
  ViewWorld world;
  for (std::string_view bad : {"", "a/b", "a+b", "#", "a\x01"}) {
    world.fill("Username", bad);
    CHECK(world.click(Role::button, "Sign In"));
    CHECK(world.find(Role::textbox, "Username")->is(semantic::state_invalid));
    CHECK_FALSE(world.find(Role::textbox, "Username")->description.empty());
  }
  CHECK(world.broker.opened() == 0);
  world.fill("Username", "alice");
  CHECK_FALSE(world.find(Role::textbox, "Username")->is(semantic::state_invalid));
}

TEST_CASE("Enter in either field signs in; meanwhile the button says so and is disabled") {
  ViewWorld world(stage_settings(40));
  world.fill("Username", "alice");
  world.press_enter("Username");
  CHECK(world.find(Role::textbox, "Password")->is(semantic::state_invalid));
  world.fill("Password", "test");
  world.press_enter("Password");
  CHECK(world.broker.is_opening());
  REQUIRE(world.has(Role::button, "Signing In..."));
  CHECK(world.find(Role::button, "Signing In...")->is(semantic::state_disabled));
}

TEST_CASE("what went wrong is an alert, and the fields keep what was typed") {
  ViewWorld world(stage_settings(40));
  world.fill("Username", "alice");
  world.fill("Password", "wrong");
  world.click(Role::button, "Sign In");
  world.broker.accept();
  (void)world.broker.expect<wasmqtt::Connect>();
  world.broker.reply(wasmqtt::Connack{false, wasmqtt::ConnectReturnCode::bad_user_name_or_password});
  world.settle();
  CHECK(world.has(Role::alert, "Bad user name or password."));
  CHECK(world.find(Role::textbox, "Username")->value == "alice");
  CHECK(world.has(Role::button, "Sign In"));
}

TEST_CASE("the packets of a sign-in that failed can be seen from the card, and stay when the next one succeeds") {
  ViewWorld world(stage_settings(40), 1280, 1000);
  CHECK_FALSE(world.has(Role::button, "Show Packets"));
  world.fill("Username", "alice");
  world.fill("Password", "wrong");
  world.click(Role::button, "Sign In");
  world.broker.accept();
  (void)world.broker.expect<wasmqtt::Connect>();
  world.broker.reply(wasmqtt::Connack{false, wasmqtt::ConnectReturnCode::not_authorized});
  world.settle();
  CHECK(world.click(Role::button, "Show Packets"));
  CHECK(world.find(Role::button, "Show Packets")->is(semantic::state_pressed));
  REQUIRE(world.has(Role::table, "Packets"));
  CHECK(world.has(Role::cell, "connect"));
  CHECK(world.has(Role::cell, "connack"));
  const std::uint64_t before = world.state().trace->end();
  world.fill("Password", "right");
  world.click(Role::button, "Sign In");
  world.broker.accept();
  (void)world.broker.expect<wasmqtt::Connect>();
  world.broker.reply(wasmqtt::Connack{false});
  world.settle();
  REQUIRE(world.state().screen == Screen::chat);
  CHECK(world.has(Role::table, "Packets"));
  CHECK(world.state().trace->first() == 1);
  CHECK((*world.state().trace)[before].type == wasmqtt::remark);
  CHECK((*world.state().trace)[before + 1].type == wasmqtt::PacketType::connect);
  // Whoever signs out leaves nothing behind.
  CHECK(world.click(Role::button, "Logout"));
  CHECK_FALSE(world.has(Role::button, "Show Packets"));
  CHECK(world.state().trace == nullptr);
}

TEST_CASE("the packets of failed sign-ins can be cleared and exported") {
  ViewWorld world(stage_settings(40), 640, 1000);
  std::string exported;
  world.app.on_download = [&](const std::string&, const std::string& text) { exported = text; };
  world.fill("Username", "alice");
  world.fill("Password", "s3cret");
  world.click(Role::button, "Sign In");
  world.broker.accept();
  (void)world.broker.expect<wasmqtt::Connect>();
  world.broker.reply(wasmqtt::Connack{false, wasmqtt::ConnectReturnCode::bad_user_name_or_password});
  world.settle();
  CHECK(world.click(Role::button, "Show Packets"));
  CHECK(world.click(Role::button, "Export"));
  CHECK(exported.find("connack") != std::string::npos);
  CHECK(exported.find("s3cret") == std::string::npos);
  CHECK(world.click(Role::button, "Clear"));
  CHECK(world.has(Role::text, "No packets yet"));
  CHECK(world.activate(Role::button, "Show Packets"));
  CHECK_FALSE(world.has(Role::button, "Show Packets"));
}

TEST_CASE("after a reload the card asks for the password again, and says what waits to be sent") {
  ViewWorld world(stage_settings(40), 1280, 1000);
  world.app.handle_returned("alice", "ws://localhost:8080");
  world.settle();
  CHECK(world.find(Role::textbox, "Username")->value == "alice");
  CHECK(world.says("You were signed in as alice."));
  CHECK_FALSE(world.says("to be sent"));
  world.sign_in_as("alice", "test");
  world.broker.cut();
  world.app.handle(AddChat{"peter"});
  world.app.handle(SendMessage{{"alice", "peter"}, "waits"});
  world.app.handle(Logout{});
  world.settle();
  CHECK(world.has(Role::text, "A message from alice waits to be sent: sign in as alice to send it."));
  CHECK_FALSE(world.says("You were signed in"));
  // Of this broker only.
  world.click(Role::checkbox, "Use authentication");
  CHECK_FALSE(world.says("to be sent"));
}

TEST_CASE("the broker's address is under Advanced, filled in, checked, and follows the toggle") {
  ViewWorld world(stage_settings(10), 1280, 1400);
  std::string address;
  world.app.on_address = [&](const std::string& query) { address = query; };
  world.click(Role::button, "Advanced");
  REQUIRE(world.has(Role::textbox, "Broker"));
  CHECK(world.find(Role::textbox, "Broker")->value == "ws://localhost:8081");
  world.click(Role::checkbox, "Use authentication");
  CHECK(world.find(Role::textbox, "Broker")->value == "ws://localhost:8080");
  world.fill("Broker", "http://example");
  CHECK(world.find(Role::textbox, "Broker")->is(semantic::state_invalid));
  // Not even for the moment in which it is refused: the address may be shared.
  world.fill("Username", "alice");
  world.fill("Password", "test");
  world.fill("Broker", "ws://alice:secret@example:1");
  world.click(Role::button, "Advanced");
  world.click(Role::button, "Sign In");
  CHECK(address.find("secret") == std::string::npos);
  CHECK_FALSE(world.state().signing_in);
  CHECK(world.find(Role::textbox, "Broker")->is(semantic::state_invalid));
  world.fill("Username", "");
  world.fill("Broker", "ws://example:1");
  CHECK(address == "?stage=40&qos1=0&status=0&deduplicate=0&remember=0&broker=ws://example:1");
  world.fill("Broker", "ws://localhost:8080");
  CHECK(address == "?stage=40&qos1=0&status=0&deduplicate=0&remember=0");
}

TEST_CASE("the login fits a small phone without anything beside the screen") {
  ViewWorld world(stage_settings(40), 320, 640);
  for (const Node& node : world.screen.tree().nodes()) {
    CAPTURE(node.name);
    CHECK(node.rect.x >= 0);
    CHECK(node.rect.x + node.rect.w <= 320.5f);
  }
}

TEST_CASE("example users fill in the name, where there are passwords and the broker is the page's own") {
  ViewWorld world(stage_settings(40));
  REQUIRE(world.has(Role::group, "Example users"));
  CHECK(world.click(Role::button, "minh"));
  CHECK(world.find(Role::textbox, "Username")->value == "minh");
  CHECK(world.find(Role::textbox, "Password")->value.empty());
  CHECK_FALSE(ViewWorld(stage_settings(30)).has(Role::group, "Example users"));
  Settings elsewhere = stage_settings(40);
  elsewhere.broker = "ws://elsewhere:1";
  CHECK_FALSE(ViewWorld(elsewhere).has(Role::group, "Example users"));
}
