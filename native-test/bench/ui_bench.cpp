// The CPU part of a frame: views to draw lists and semantic tree, as the page does it, without a browser and a renderer.
//
//   ui_bench [--quick]
//
// At rest the same frame is drawn again; with 50 messages a second each frame at 60 Hz brings 50/60 of a message, from
// the bytes on the wire to the list on the screen.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <vector>

#define DOCTEST_CONFIG_IMPLEMENT
#include "view_world.hpp"

using namespace chat;
using namespace chat::test;

namespace {

// Of the processor, not of the clock on the wall: what else the machine does is not counted.
double milliseconds() { return static_cast<double>(std::clock()) * 1000 / CLOCKS_PER_SEC; }

double percentile(const std::vector<double>& sorted, double part) {
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(static_cast<double>(sorted.size()) * part))];
}

// Milliseconds of each frame; `before` brings what is new, and its time counts.
template <class Before>
void measure(const char* what, ViewWorld& world, int frames, Before before) {
  std::vector<double> times;
  for (int i = 0; i < frames; ++i) {
    const double began = milliseconds();
    before(i);
    world.screen.frame();
    times.push_back(milliseconds() - began);
  }
  std::sort(times.begin(), times.end());
  const double p95 = percentile(times, 0.95);
  std::printf("  %-54s %8.3f %8.3f %8.3f   %s\n", what, percentile(times, 0.5), p95, percentile(times, 0.99),
              p95 <= 16 ? "within 16 ms" : "OVER 16 ms");
}

void receive(ViewWorld& world, int number) {
  world.receive("chat/messages/alice/peter", message_json("m" + std::to_string(number), "Message " + std::to_string(number) +
                " with a few words, as people write them, and now and then a longer one that needs a second line."));
}

// At 60 frames a second, 50 messages a second.
auto traffic(ViewWorld& world, int& number) {
  return [&world, &number, due = 0](int) mutable {
    for (due += 50; due >= 60; due -= 60) receive(world, number++);
  };
}

void chat_with(int messages, int frames) {
  ViewWorld world(stage_settings(10), 1280, 800);
  world.sign_in_as("alice");
  int number = 0;
  while (number < messages) receive(world, number++);
  world.intents.push_back(OpenChat{{"alice", "peter"}});
  world.settle();
  const std::string title = "chat, " + std::to_string(messages) + " messages";
  measure((title + ", at rest").c_str(), world, frames, [](int) {});
  measure((title + ", 50 messages a second").c_str(), world, frames, traffic(world, number));
}

void packets(int count, int frames) {
  ViewWorld world(stage_settings(40), 1900, 1000);
  world.sign_in_as("alice", "s3cret");
  world.click(Role::button, "Show Packets");
  int number = 0;
  while (number < count) receive(world, number++);
  world.settle();
  const std::string title = "packets, " + std::to_string(count);
  measure((title + ", at rest").c_str(), world, frames, [](int) {});
  measure((title + ", 50 messages a second").c_str(), world, frames, traffic(world, number));
}

}  // namespace

int main(int argc, char** argv) {
  doctest::Context context;  // the worlds of the tests check as they go
  context.setAsDefaultForAssertsOutOfTestCases();
  const bool quick = argc > 1 && std::strcmp(argv[1], "--quick") == 0;
  const int frames = quick ? 20 : 1000;
  std::printf("Frames natively, milliseconds of CPU%*s p50      p95      p99\n", 22, "");
  chat_with(10, frames);
  chat_with(quick ? 100 : 1000, frames);
  if (!quick) chat_with(10'000, frames);
  packets(quick ? 1000 : 100'000, frames);
}
