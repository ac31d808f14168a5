// The lessons, as they are served, and what ticks their steps.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "chat/lessons.hpp"
#include "chat/settings.hpp"
#include "wasmqtt/encode.hpp"

using namespace chat;
using namespace wasmqtt;

namespace {

std::string served() {
  std::ifstream file(WASMQTT_LESSONS);
  return {std::istreambuf_iterator<char>(file), {}};
}

void add(PacketTrace& trace, Direction direction, const Packet& packet) {
  ByteBuffer bytes;
  REQUIRE_FALSE(static_cast<bool>(encode(packet, bytes)));
  trace.record({}, direction, bytes);
}

}  // namespace

TEST_CASE("the served lessons can be read: each has a name of its own, a stage, and steps that something ticks") {
  const auto lessons = read_lessons(served());
  REQUIRE(lessons);
  std::set<std::string> ids;
  for (const Lesson& lesson : *lessons) {
    CAPTURE(lesson.id);
    CHECK(ids.insert(lesson.id).second);
    CHECK(lesson.stage >= 10);
    CHECK(lesson.steps.size() >= 2);
    for (const LessonStep& step : lesson.steps) CHECK((step.action || !step.seen.empty()));
  }
  for (const char* id : {"stage-10", "stage-20", "stage-30", "stage-40", "twice", "lost", "offline"}) CHECK(ids.contains(id));
}

TEST_CASE("what is no list of lessons is refused as a whole") {
  for (std::string_view text : {"", "{}", "[{}]", "[1]", "[{\"id\":\"a\",\"title\":\"t\"}]", "[{\"id\":\"a\",\"title\":\"t\",\"steps\":[{}]}]",
                                "[{\"id\":\"a\",\"title\":\"t\",\"steps\":[{\"says\":\"s\",\"do\":\"no such thing\"}]}]"})
    CHECK_FALSE(read_lessons(text));
  CHECK(read_lessons("[{\"id\":\"a\",\"title\":\"t\",\"steps\":[{\"says\":\"s\",\"do\":\"freeze\"}]}]"));
}

TEST_CASE("steps are ticked by the packets that show them, in any order, once and for ever") {
  const auto lessons = read_lessons(served());
  REQUIRE(lessons);
  const auto twice = std::find_if(lessons->begin(), lessons->end(), [](const Lesson& one) { return one.id == "twice"; });
  REQUIRE(twice != lessons->end());
  LessonProgress progress;
  progress.start(*twice);
  PacketTrace trace({.max_packets = 10});
  add(trace, Direction::outbound, Publish{"lanes/a/qos1", {}, 7, Qos::at_least_once, false, false});
  progress.update(trace);
  CHECK_FALSE(progress.seen(0));
  add(trace, Direction::inbound, Puback{7});
  progress.update(trace);
  CHECK(progress.seen(0));
  CHECK_FALSE(progress.seen(3));
  trace.note({}, "Opening a connection to ws://x.");
  add(trace, Direction::outbound, Publish{"lanes/a/qos1", {}, 7, Qos::at_least_once, false, true});
  add(trace, Direction::inbound, Pubcomp{9});
  trace.clear();
  add(trace, Direction::outbound, Publish{"lanes/a/qos1", {}, 7, Qos::at_least_once, false, true});
  trace.note({}, "Opening a connection to ws://x.");
  add(trace, Direction::inbound, Pubcomp{9});
  progress.update(trace);
  CHECK(progress.seen(0));
  CHECK(progress.seen(3));
  CHECK(progress.done());
}

TEST_CASE("a link names a lesson, and keeps it") {
  const Settings settings = settings_from_query("?stage=20&lesson=twice");
  CHECK(settings.lesson == "twice");
  CHECK(query_of(settings) == "?stage=20&lesson=twice");
}
