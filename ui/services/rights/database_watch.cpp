#include "database_watch.hpp"

#include <unistd.h>

namespace rights {
namespace {

constexpr std::chrono::milliseconds asked_every{150};  // SQLite
constexpr std::chrono::seconds looked_after_every{1};  // a connection that tells by itself, and may be broken

}  // namespace

DatabaseWatch::DatabaseWatch(boost::asio::io_context& context, RightsDatabase& database, std::function<void()> check)
    : database_(database), check_(std::move(check)), timer_(context), readable_(context) {
  tick();
}

void DatabaseWatch::tick() {
  check_();
  await_descriptor();
  if (watched_ >= 0) timer_.expires_after(looked_after_every);
  else timer_.expires_after(asked_every);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) tick();
  });
}

void DatabaseWatch::await_descriptor() {
  const int descriptor = database_.descriptor();
  if (descriptor == watched_) return;
  boost::system::error_code ignored;
  readable_.close(ignored);
  watched_ = descriptor;
  if (descriptor < 0) return;
  readable_.assign(::dup(descriptor));
  struct Wait {
    DatabaseWatch* watch;
    void operator()(const boost::system::error_code& error) const {
      if (error) return;
      watch->check_();
      watch->await_descriptor();
      if (watch->readable_.is_open()) watch->readable_.async_wait(boost::asio::posix::stream_descriptor::wait_read, *this);
    }
  };
  readable_.async_wait(boost::asio::posix::stream_descriptor::wait_read, Wait{this});
}

}  // namespace rights
