// Groups on the wire: ids, topics, requests, answers and the list of a user's groups.
#include <doctest/doctest.h>

#include "chat/groups.hpp"
#include "chat/names.hpp"
#include "chat/rooms.hpp"

using namespace chat;

namespace {

const std::string room = "AbCdEfGh01234-_x";

std::string problem_of(std::string_view payload) {
  const GroupRequestReading reading = parse_group_request(payload);
  CHECK_FALSE(reading.value);
  CHECK_FALSE(reading.problem.empty());
  return reading.problem;
}

}  // namespace

TEST_CASE("room ids: 96 random bits become 16 characters that are safe in topics and addresses") {
  CHECK(make_room_id(0, 0) == "AAAAAAAAAAAAAAAA");
  CHECK(make_room_id(~0ULL, ~0ULL) == "________________");
  CHECK(make_room_id(1, 2) == "BAAAAAAACAAAAAAA");
  CHECK(is_room_id(make_room_id(0x0123456789abcdef, 0xfedcba9876543210)));
  for (const char* wrong : {"", "short", "AbCdEfGh01234-_", "AbCdEfGh01234-_xy", "AbCdEfGh01234+_x", "AbCdEfGh/1234-_x"}) {
    CAPTURE(wrong);
    CHECK_FALSE(is_room_id(wrong));
  }
}

TEST_CASE("room topics: room and sender are read from a topic that is one, and from no other") {
  CHECK(room_topic(room, "vy") == "chat/rooms/AbCdEfGh01234-_x/vy");
  CHECK(room_filter(room) == "chat/rooms/AbCdEfGh01234-_x/+");
  const std::string topic = room_topic(room, "Grüße an vy");
  const auto parsed = parse_room_topic(topic);
  REQUIRE(parsed);
  CHECK(parsed->room == room);
  CHECK(parsed->sender == "Grüße an vy");
  for (const std::string& wrong : {std::string("chat/rooms/"), "chat/rooms/" + room, "chat/rooms/" + room + "/",
                                   room_topic(room, "a/b"), room_filter(room), "chat/messages/" + room + "/vy",
                                   std::string("chat/rooms/x/vy"), "chat/rooms/" + room + "x/vy"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_room_topic(wrong));
  }
}

TEST_CASE("group topics: the asking user is read from the topic") {
  CHECK(group_answer_topic("vy") == "chat/groups/answer/vy");
  CHECK(groups_topic("vy") == "chat/groups/of/vy");
  CHECK(parse_group_request_topic(group_request_topic("vy")) == "vy");
  for (const char* wrong : {"chat/groups/request/", "chat/groups/request/a/b", "chat/groups/request/+", "chat/groups/answer/vy"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_group_request_topic(wrong));
  }
}

TEST_CASE("group requests: each action is written with what it needs, and read back") {
  for (int action = 0; action <= static_cast<int>(GroupAction::remove_room); ++action) {
    CAPTURE(action);
    const GroupRequest request{"r1", static_cast<GroupAction>(action), room, "Garden \"2\"", "minh"};
    const auto reading = parse_group_request(write_group_request(request));
    CAPTURE(reading.problem);
    REQUIRE(reading.value);
    CHECK(reading.value->action == request.action);
    CHECK(reading.request_id == "r1");
    CHECK(write_group_request(*reading.value) == write_group_request(request));
  }
  CHECK(write_group_request({"r1", GroupAction::create, room, "Garden", "minh"}) ==
        R"({"requestId":"r1","action":"create","name":"Garden"})");
  CHECK(write_group_request({"r1", GroupAction::remove_room, room, "Garden", "minh"}) ==
        R"({"requestId":"r1","action":"delete","room":"AbCdEfGh01234-_x"})");
}

TEST_CASE("group requests: what is missing or wrong is said, and answered to its id where there is one") {
  CHECK(problem_of("nonsense") == "The payload is not JSON in UTF-8.");
  CHECK(problem_of(R"({"action":"create","name":"x"})") == "The field \"requestId\" is missing.");
  CHECK(problem_of(R"({"requestId":7})") == "The field \"requestId\" is not a string.");
  CHECK(problem_of("{\"requestId\":\"" + std::string(65, 'x') + "\"}") == "The field \"requestId\" is empty or too long.");
  CHECK(problem_of(std::string(4097, ' ')).find("The limit is 4096.") != std::string::npos);
  CHECK(problem_of(R"({"requestId":"1","action":"dance"})") == "The field \"action\" names nothing that can be done.");
  CHECK(problem_of(R"({"requestId":"1","action":"create","name":""})") == "Please enter a name for the group.");
  CHECK(problem_of(R"({"requestId":"1","action":"create","name":" x"})") == "A group's name cannot begin or end with a space.");
  CHECK(problem_of(R"({"requestId":"1","action":"leave","room":"../../x"})") == "There is no such group.");
  CHECK(problem_of("{\"requestId\":\"1\",\"action\":\"invite\",\"room\":\"" + room + "\",\"user\":\"+\"}")
            .find("A user name cannot contain") == 0);
  CHECK(parse_group_request(R"({"requestId":"1","action":"dance"})").request_id == "1");
}

TEST_CASE("group names: free text, but bounded and without control characters") {
  CHECK(check_room_name("a/b + #c 👩‍👩‍👧").empty());
  CHECK(check_room_name(std::string(100, 'x')).empty());
  CHECK_FALSE(check_room_name(std::string(101, 'x')).empty());
  CHECK_FALSE(check_room_name("a\nb").empty());
  CHECK_FALSE(check_room_name("\xff").empty());
}

TEST_CASE("group answers: written and read back, deviations refused") {
  for (const GroupAnswer& answer : {GroupAnswer{"r1", true, "", room}, GroupAnswer{"r2", false, "You are not the owner.", ""}}) {
    const auto parsed = parse_group_answer(write_group_answer(answer));
    REQUIRE(parsed.value);
    CHECK(*parsed.value == answer);
  }
  for (const char* wrong : {"{}", R"({"requestId":"1","accepted":"yes","reason":"","room":""})",
                            R"({"requestId":"1","accepted":true,"reason":7,"room":""})"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_group_answer(wrong).value);
  }
}

TEST_CASE("groups of a user: none, one and several are written and read back") {
  const Group garden{room, "Garden", "vy", {"vy", "minh"}, Time{std::chrono::seconds{1'700'000'000}}};
  Group kitchen = garden;
  kitchen.name = "Küche \"1\"";
  kitchen.members = {"vy"};
  for (const Groups& groups : {Groups{}, Groups{garden}, Groups{garden, kitchen}}) {
    const auto parsed = parse_groups(write_groups(groups));
    CAPTURE(parsed.problem);
    REQUIRE(parsed.value);
    CHECK(*parsed.value == groups);
  }
  CHECK(write_groups({}) == R"({"rooms":[]})");
  CHECK(write_groups({kitchen}) == R"({"rooms":[{"room":"AbCdEfGh01234-_x","name":"Küche \"1\"","owner":"vy",)"
                                   R"("members":["vy"],"since":"2023-11-14T22:13:20.000+00:00"}]})");
}

TEST_CASE("groups of a user: deviations are refused in words") {
  const std::string start = R"({"rooms":[{"room":"AbCdEfGh01234-_x","name":"n","owner":"vy",)";
  for (const std::string& wrong :
       {std::string("{}"), std::string(R"({"rooms":{}})"), std::string(R"({"rooms":[7]})"),
        start + R"("members":[7],"since":"2023-11-14T22:13:20Z"}]})", start + R"("members":"vy","since":"2023-11-14T22:13:20Z"}]})",
        start + R"("members":["vy"],"since":"soon"}]})"}) {
    CAPTURE(wrong);
    const auto parsed = parse_groups(wrong);
    CHECK_FALSE(parsed.value);
    CHECK_FALSE(parsed.problem.empty());
  }
}
