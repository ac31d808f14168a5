// main() of every suite. A case that hangs is named and ends the suite, long before whoever runs it gives up and
// kills it without a word.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#ifndef __EMSCRIPTEN__
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace {

constexpr unsigned case_timeout = 200;  // seconds for one case; the longest takes 70 under the sanitizers
const char* current_case = "";

void on_alarm(int) {
  for (const char* text : {"\nThis case hangs: ", current_case, "\n"})
    if (::write(STDERR_FILENO, text, std::char_traits<char>::length(text)) < 0) break;
  std::abort();
}

class HangGuard : public doctest::IReporter {
 public:
  explicit HangGuard(const doctest::ContextOptions&) {}
  void test_run_start() override { ::signal(SIGALRM, on_alarm); }
  void test_case_start(const doctest::TestCaseData& data) override {
    current_case = data.m_name;
    ::alarm(case_timeout);
  }
  void test_case_reenter(const doctest::TestCaseData&) override { ::alarm(case_timeout); }
  void test_case_end(const doctest::CurrentTestCaseStats&) override { ::alarm(0); }

  void report_query(const doctest::QueryData&) override {}
  void test_run_end(const doctest::TestRunStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};

}  // namespace

REGISTER_LISTENER("hang guard", 1, HangGuard);
#endif
