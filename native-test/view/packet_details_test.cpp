// The chosen packet: what its fields and bytes say, found by pointer and by keyboard.
#include "view_world.hpp"

#include <fstream>
#include <iterator>

using namespace chat;
using namespace chat::test;

namespace {

struct DetailsWorld : ViewWorld {
  DetailsWorld() : ViewWorld(stage_settings(40), 1900, 1600) {
    app.on_load_text = [this](TextFile what) {
      std::ifstream file(WASMQTT_EXPLANATIONS);
      app.handle_text(what, served ? std::optional(std::string(std::istreambuf_iterator<char>(file), {})) : std::nullopt);
    };
  }
  void choose(std::string_view packet) {
    sign_in_as("alice", "s3cret");
    click(Role::button, "Show Packets");
    REQUIRE(click(Role::cell, packet));
  }
  // The pointer in the middle of this letter of the line of bytes that begins so.
  void point_at_byte(std::string_view line, float letter) {
    for (const Node& node : screen.tree().nodes()) {
      if (node.role != Role::text || !node.name.starts_with(line)) continue;
      const float width = node.lines[0].rect.w / static_cast<float>(node.lines[0].text.size());
      screen.move_pointer({node.lines[0].rect.x + (letter + 0.5f) * width, node.lines[0].rect.y + 4});
      return settle();
    }
    FAIL("no such line of bytes");
  }
  bool row_is_marked(std::string_view field) const {
    const auto& nodes = screen.tree().nodes();
    for (const Node& node : nodes)
      if (node.role == Role::cell && node.name == field)
        return nodes[static_cast<std::size_t>(node.parent)].is(semantic::state_current);
    return false;
  }

  bool served = true;
};

}  // namespace

TEST_CASE("a packet is explained in a sentence with its statement, and so is the field that is pointed at") {
  DetailsWorld world;
  world.choose("connect");
  CHECK(world.has(Role::region, "Explanation"));
  CHECK(world.says("connect: The client introduces itself"));
  CHECK(world.says("[MQTT-3.1.0-1]"));
  CHECK(world.click(Role::cell, "Keep alive"));
  CHECK(world.says("Keep alive: The client promises"));
  CHECK(world.says("[MQTT-3.1.2-24]"));
  CHECK_FALSE(world.says("The client introduces itself"));
}

TEST_CASE("pointing at a byte marks its field, by its digits and by its letter") {
  DetailsWorld world;
  world.choose("connack");
  world.point_at_byte("0000  20 02", 6 + 3 * 3);
  CHECK(world.says("0003 is 00: Return code"));
  CHECK(world.row_is_marked("Return code"));
  CHECK(world.says("Return code: 0: welcome"));
  world.point_at_byte("0000  20 02", 6 + 3 * 2);
  CHECK(world.row_is_marked("Session present"));
  CHECK_FALSE(world.row_is_marked("Return code"));
  world.point_at_byte("0000  20 02", 0);  // the offset is no byte
  CHECK_FALSE(world.row_is_marked("Session present"));
}

TEST_CASE("the bytes lead to their fields by keyboard, too") {
  DetailsWorld world;
  world.choose("connack");
  CHECK(world.find(Role::button, "Previous byte")->is(semantic::state_disabled));
  for (int i = 0; i < 4; ++i) CHECK(world.activate(Role::button, "Next byte"));
  CHECK(world.says("0003 is 00: Return code"));
  CHECK(world.row_is_marked("Return code"));
  CHECK(world.find(Role::button, "Next byte")->is(semantic::state_disabled));
  CHECK(world.activate(Role::button, "Previous byte"));
  CHECK(world.says("0002 is 00: Session present"));
}

TEST_CASE("explanations that could not be loaded are asked for again by a button") {
  DetailsWorld world;
  world.served = false;
  world.choose("connack");
  CHECK(world.says("could not be loaded"));
  world.served = true;
  CHECK(world.click(Role::button, "Load again"));
  CHECK(world.says("connack: The broker answers CONNECT"));
}

TEST_CASE("flags are shown as named bits") {
  DetailsWorld world;
  world.choose("connect");
  for (std::string_view bits : {"0001 ....", "1... ....", ".... .1..", ".... ..0."}) CHECK_MESSAGE(world.has(Role::cell, bits), bits);
}
