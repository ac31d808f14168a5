// failover FOLDER URL... : what scripts/failover measures; see there. WASMQTT_USER and WASMQTT_PASSWORD, where the cluster asks.
#include <cstdio>
#include <cstdlib>

#define DOCTEST_CONFIG_IMPLEMENT  // the processes of the tests check as they go
#include <doctest/doctest.h>

#include "failover.hpp"

namespace {

using namespace failover;

double seconds(wasmqtt::Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

const char* words(Fault fault) {
  switch (fault) {
    case Fault::killed: return "killed (SIGKILL)";
    case Fault::paused: return "paused for 15 s (SIGSTOP)";
    case Fault::rolling: return "restarted, one after the other";
  }
  return "";
}

void print_row(Fault fault, const std::vector<Outage>& outages) {
  std::vector<wasmqtt::Duration> waits;
  wasmqtt::Duration elsewhere{};
  wasmqtt::Duration to_receiver{};
  int times = 0;
  bool all = true;
  for (const Outage& outage : outages) {
    if (outage.fault != fault) continue;
    ++times;
    all = all && outage.all_acknowledged;
    waits.insert(waits.end(), outage.waits.begin(), outage.waits.end());
    elsewhere = std::max(elsewhere, outage.elsewhere);
    to_receiver = std::max(to_receiver, outage.to_receiver);
  }
  if (waits.empty()) return;
  std::sort(waits.begin(), waits.end());
  std::printf("| %s | %d | %zu | %.2f s | %s%.2f s | ", words(fault), times, waits.size(), seconds(waits[waits.size() / 2]),
              all ? "" : "more than ", seconds(waits.back()));
  if (fault == Fault::rolling) std::printf(" | ");
  else std::printf("%.2f s | ", seconds(elsewhere));
  std::printf("%.2f s |\n", seconds(to_receiver));
}

void print(const Failover& failover) {
  std::printf("| a node is | times | clients there | publishing goes on, median | worst | worst of the other clients | longest to a receiver |\n");
  std::printf("| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
  for (const Fault fault : {Fault::killed, Fault::paused, Fault::rolling}) print_row(fault, failover.outages());
  const auto& totals = failover.totals();
  std::printf("\n%llu messages: %llu acknowledged, %llu received, %llu of them more than once.\n",
              static_cast<unsigned long long>(totals.accepted), static_cast<unsigned long long>(totals.acknowledged),
              static_cast<unsigned long long>(totals.received), static_cast<unsigned long long>(totals.repeated));
  std::printf("Lost by the client: %llu. Acknowledged and lost, by the cluster: %llu.\n",
              static_cast<unsigned long long>(totals.refused + totals.failed + totals.unfinished),
              static_cast<unsigned long long>(totals.lost_by_broker));
  for (const auto& [sentence, times] : failover.endings()) std::fprintf(stderr, "  %zu × %s\n", times, sentence.c_str());
}

}  // namespace

int main(int count, char** arguments) {
  doctest::Context doctest_context;
  doctest_context.setAsDefaultForAssertsOutOfTestCases();
  if (count < 3) return std::fprintf(stderr, "failover FOLDER URL...\n"), 2;
  Options options{.folder = arguments[1], .urls = {arguments + 2, arguments + count}};
  if (const char* user = std::getenv("WASMQTT_USER")) options.client.user_name = user;
  if (const char* password = std::getenv("WASMQTT_PASSWORD")) {
    const std::string_view text = password;
    options.client.password.emplace(text.begin(), text.end());
  }
  if (const char* rounds = std::getenv("WASMQTT_ROUNDS")) options.rounds = std::max(1, std::atoi(rounds));
  boost::asio::io_context context{1};
  Failover failover(context, options);
  const auto began = std::chrono::steady_clock::now();
  failover.on_step = [&](const std::string& step) {
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
    std::fprintf(stderr, "[%3lld s] %s\n", static_cast<long long>(since.count()), step.c_str());
  };
  const std::string problem = failover.run();
  if (!problem.empty()) std::fprintf(stderr, "%s\n", problem.c_str());
  print(failover);
  const auto& totals = failover.totals();
  return problem.empty() && totals.refused + totals.failed + totals.unfinished == 0 ? 0 : 1;
}
