// Blows of every kind at random times, on tabs that publish, subscribe and come late. A seed tells all of it.
#include <doctest/doctest.h>

#include "tabs.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;

namespace {

class Life {
 public:
  explicit Life(std::uint64_t seed) : random_(seed), tabs_(setting(random_, seed)) {}

  std::vector<std::string> run() {
    for (std::size_t i = 0; i < tabs_.size(); ++i) tabs_[i].subscribe("all/#", Qos::exactly_once);
    tabs_.start();
    tabs_.pass(150ms);
    for (int round = 0; round < 12; ++round) {
      speak();
      if (random_.below(2) == 0) strike();
      tabs_.pass(std::chrono::milliseconds{random_.below(120)});
    }
    for (std::size_t i = 0; i < tabs_.size(); ++i) tabs_.thaw(tabs_[i]);
    for (int second = 0; second < 30 && !tabs_.quiet(); ++second) tabs_.pass(1s);
    return tabs_.failures();
  }

 private:
  static Setting setting(chaos::Random& random, std::uint64_t seed) {
    Setting setting{.count = 2 + random.below(4), .seed = seed};
    setting.version = random.below(2) == 0 ? ProtocolVersion::mqtt_3_1_1 : ProtocolVersion::mqtt_5;
    setting.store_latency = std::chrono::milliseconds{random.below(4) * 4};
    setting.forward_on_release = random.below(2) == 0;
    setting.manual = random.below(2) == 0;
    setting.notice = random.below(2) == 0 ? 5ms : 300ms;
    return setting;
  }

  Qos any_qos() { return static_cast<Qos>(random_.below(3)); }
  Tab& any_tab() { return tabs_[random_.below(tabs_.size())]; }

  void speak() {
    for (std::size_t n = random_.below(4); n > 0; --n) {
      Tab& tab = any_tab();
      if (!tab.runs()) continue;
      tab.publish(random_.below(3) == 0 ? "all/x" : "out/" + std::to_string(tab.index), any_qos());
    }
    for (std::size_t n = random_.below(3); n > 0; --n) tabs_.broker().publish("all/y", any_qos());
  }

  void strike() {
    if (!tabs_.led()) return;
    const auto running = [this] {
      std::size_t count = 0;
      for (std::size_t i = 0; i < tabs_.size(); ++i) count += tabs_[i].runs() ? 1 : 0;
      return count;
    };
    switch (random_.below(7)) {
      case 0:
      case 1:
        if (running() > 1) tabs_.kill(tabs_.leader(), random_.below(2) == 0);
        return;
      case 2:
        if (running() > 1) tabs_.freeze(tabs_.leader());
        return;
      case 3: {
        Tab& tab = any_tab();
        if (&tab != &tabs_.leader() && running() > 2) tabs_.kill(tab);
        return;
      }
      case 4: return tabs_.cut(any_tab());
      case 5: return tabs_.cut_connection();
      default: {
        if (tabs_.size() > 8) return;
        Tab& tab = tabs_.add();
        tab.absent = true;
        tab.subscribe("all/#", Qos::exactly_once);
        tab.member->connect();
        tabs_.link(tab);
        return;
      }
    }
  }

  chaos::Random random_;
  Tabs tabs_;
};

}  // namespace

TEST_CASE("whatever happens, in whatever order: nothing is lost, and nothing comes twice") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const auto failures = Life(seed).run();
    std::string words;
    for (const std::string& failure : failures) words += failure + "\n";
    INFO("seed " << seed << "\n" << words);
    CHECK(failures.empty());
  }
}
