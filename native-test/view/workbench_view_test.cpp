// Trouble, lanes and lessons, operated as a user would.
#include "view_world.hpp"

#include <fstream>
#include <iterator>

using namespace chat;
using namespace chat::test;

namespace {

struct LearnWorld : ViewWorld {
  explicit LearnWorld(Settings settings = stage_settings(20)) : ViewWorld(std::move(settings), 1900, 1800) {
    app.on_load_text = [this](TextFile what) {
      std::ifstream file(what == TextFile::lessons ? WASMQTT_LESSONS : WASMQTT_EXPLANATIONS);
      app.handle_text(what, std::string(std::istreambuf_iterator<char>(file), {}));
    };
    sign_in_as("alice");
  }
  void open(std::string_view tab) {
    if (!find(Role::button, "Show Packets")->is(semantic::state_pressed)) click(Role::button, "Show Packets");
    CHECK(click(Role::radio, tab));
  }
};

}  // namespace

TEST_CASE("trouble is made by buttons that say what they do, and what lasts is pressed") {
  LearnWorld world;
  world.open("Trouble");
  CHECK(world.says("Nothing comes or goes any more, and nobody is told"));
  CHECK(world.click(Role::button, "Freeze"));
  CHECK(world.trouble.frozen());
  CHECK(world.find(Role::button, "Freeze")->is(semantic::state_pressed));
  CHECK(world.click(Role::button, "Freeze"));
  CHECK_FALSE(world.trouble.frozen());
  CHECK(world.click(Role::button, "Lose the next acknowledgement"));
  CHECK(world.trouble.losing());
  CHECK(world.click(Role::button, "Pull the plug"));
  CHECK(world.state().connection.kind == ConnectionStatus::Kind::reconnecting);
}

TEST_CASE("any topic can be published and subscribed to; what is missing is said at the button") {
  LearnWorld world;
  world.open("Trouble");
  CHECK(world.find(Role::button, "Publish")->description == "A topic is needed.");
  world.fill("Topic", "a/b");
  world.fill("Payload", "hello");
  world.click(Role::radio, "QoS 1");
  world.click(Role::checkbox, "Retain");
  CHECK(world.click(Role::button, "Publish"));
  REQUIRE_FALSE(world.published.empty());
  CHECK(world.published.back().topic == "a/b");
  CHECK(world.published.back().payload == "hello");
  CHECK(world.published.back().qos == Qos::at_least_once);
  CHECK(world.published.back().retain);
  world.fill("Topic filter", "a/#");
  CHECK(world.press_enter("Topic filter"));
  CHECK(world.filters.back() == "a/#");
  CHECK(world.click(Role::button, "Unsubscribe from a/#"));
  CHECK_FALSE(world.has(Role::button, "Unsubscribe from a/#"));
  world.fill("Topic", "a/+");
  world.click(Role::button, "Publish");
  CHECK(world.says("Not accepted: "));
}

TEST_CASE("MQTT 5 offers properties to publish with") {
  Settings settings = stage_settings(20);
  settings.mqtt5 = true;
  LearnWorld world(settings);
  world.open("Trouble");
  world.fill("Topic", "a");
  world.fill("Expiry", "soon");
  CHECK(world.find(Role::button, "Publish")->description == "The expiry has to be whole seconds.");
  world.fill("Expiry", "60");
  world.fill("User property", "k=v");
  CHECK(world.click(Role::button, "Publish"));
  CHECK(world.says("Sent"));
  world.click(Role::radio, "Table");
  CHECK(world.click(Role::cell, "a"));
  CHECK(world.has(Role::cell, "k: v"));
  CHECK(world.has(Role::cell, "60 s"));
}

TEST_CASE("the lanes count in a table") {
  LearnWorld world;
  world.open("Trouble");
  CHECK(world.click(Role::button, "Send in each lane"));
  CHECK(world.has(Role::table, "Lanes"));
  CHECK(world.has(Role::cell, "QoS 2, exactly once"));
  CHECK(world.count_named(Role::cell, "1") >= 3);
}

TEST_CASE("a link opens its lesson; its steps are ticked when they have been seen, and lead to their packets") {
  Settings settings = stage_settings(20);
  settings.lesson = "stage-20";
  LearnWorld world(settings);
  CHECK(world.has(Role::heading, "Stage 20: QoS 1 and a session"));
  CHECK_FALSE(world.says("made for stage"));
  CHECK_FALSE(world.says("(seen)"));
  world.app.handle(AddChat{"bob"});
  world.app.handle(SendMessage{{"alice", "bob"}, "hi"});
  world.settle();
  CHECK(world.says("the other is marked. (seen)"));
  CHECK(world.click(Role::button, "Show these packets"));
  CHECK(world.has(Role::cell, "puback"));
  CHECK_FALSE(world.has(Role::cell, "connect"));
  world.open("Lessons");
  CHECK(world.click(Role::button, "All lessons"));
  CHECK(world.click(Role::button, "Why did it come twice?"));
  CHECK(world.click(Role::button, "Lose the next acknowledgement"));
  CHECK(world.trouble.losing());
}

TEST_CASE("a file's packets are read-only, and closed again by a button") {
  LearnWorld world;
  world.click(Role::button, "Show Packets");
  std::string exported;
  world.app.on_download = [&](const std::string&, const std::string& text) { exported = text; };
  world.app.on_open_file = [&] { world.app.handle_file("old.pcapng", exported); };
  world.click(Role::button, "For Wireshark");
  CHECK(exported.substr(0, 4) == "\n\r\r\n");
  CHECK(world.click(Role::button, "Open"));
  CHECK(world.says("old.pcapng, read-only: "));
  CHECK_FALSE(world.has(Role::button, "Clear"));
  CHECK_FALSE(world.has(Role::button, "Pause"));
  CHECK(world.click(Role::cell, "connect"));
  CHECK(world.has(Role::heading, "Packet 1: connect, outbound"));
  CHECK(world.click(Role::button, "Close file"));
  CHECK(world.has(Role::button, "Clear"));
  CHECK_FALSE(world.has(Role::heading, "Packet 1: connect, outbound"));
}

TEST_CASE("a publish is copied as a command line") {
  LearnWorld world;
  std::string copied;
  world.app.on_copy = [&](const std::string& text) { copied = text; };
  world.app.handle(PublishTopic{.topic = "a/b", .payload = "x"});
  world.settle();
  world.click(Role::button, "Show Packets");
  CHECK(world.click(Role::cell, "a/b"));
  CHECK(world.activate(Role::button, "Copy as mosquitto_pub"));
  CHECK(copied == "mosquitto_pub -h 'localhost' -t 'a/b' -q 0 -m 'x'");
}
