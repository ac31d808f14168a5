// Which of several brokers the next attempt goes to. Driver asks; DriverOptions says what the options mean.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "wasmqtt/close_record.hpp"
#include "wasmqtt/types.hpp"

namespace wasmqtt {

class UrlList {
 public:
  UrlList(std::vector<std::string> urls, bool stay) : urls_(std::move(urls)), stay_(stay) {}

  struct Next {
    std::string url{};  // empty: there are none
    UrlChoice choice = UrlChoice::in_turn;
  };
  // For the next attempt. A round takes each address once.
  Next take();
  // The last one once more.
  void again();
  // The next attempt goes to where the server has sent us.
  void follow(std::string url) { named_ = std::move(url); }
  // The next attempt goes to the first address; when that does not serve, to the one that had the connection.
  void go_back() { returning_ = true; }
  // The attempt was accepted: under `stay`, rounds begin here from now on,
  void settle();
  // until this: rounds begin with the next one.
  void leave();
  // After an attempt that failed: whether the next one need not wait. Ends the return to the first address.
  bool more();

  bool returning() const { return returning_; }
  // How often in a row the first address was gone back to and did not serve.
  unsigned failed_returns() const { return failed_returns_; }
  // Connected to one that is neither the first nor was named by the server.
  bool away() const { return at_ != 0 && at_ < urls_.size(); }
  std::size_t size() const { return urls_.size(); }
  const std::string& first() const { return urls_.front(); }

 private:
  std::vector<std::string> urls_;
  std::string named_;
  std::size_t first_ = 0;  // of this round
  std::size_t tried_ = 0;  // in this round
  std::size_t at_ = 0;     // the last one that was taken; size(): not of the list
  unsigned failed_returns_ = 0;
  bool stay_;
  bool settled_ = false;   // first_ has the session
  bool returning_ = false;
};

}  // namespace wasmqtt
