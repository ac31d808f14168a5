#include "database_watch.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace rights {
namespace {

constexpr std::chrono::milliseconds asked_every{150};  // SQLite
constexpr std::chrono::seconds looked_after_every{1};  // a connection that tells by itself, and may be broken

// A connection that was made again mostly has the number of the one before.
std::optional<ino_t> inode(int descriptor) {
  struct stat status {};
  if (descriptor < 0 || ::fstat(descriptor, &status) != 0) return std::nullopt;
  return status.st_ino;
}

}  // namespace

DatabaseWatch::DatabaseWatch(boost::asio::io_context& context, RightsDatabase& database, std::function<void()> check)
    : database_(database), check_(std::move(check)), timer_(context), readable_(context) {
  tick();
}

void DatabaseWatch::tick() {
  check_();
  await_descriptor();
  if (watched_) timer_.expires_after(looked_after_every);
  else timer_.expires_after(asked_every);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) tick();
  });
}

void DatabaseWatch::await_descriptor() {
  const int descriptor = database_.descriptor();
  const auto socket = inode(descriptor);
  if (socket == watched_) return;
  boost::system::error_code ignored;
  readable_.close(ignored);
  watched_ = socket;
  if (!socket) return;
  readable_.assign(::dup(descriptor));
  struct Wait {
    DatabaseWatch* watch;
    void operator()(const boost::system::error_code& error) const {
      if (error) return;
      const auto before = watch->watched_;
      watch->check_();
      watch->await_descriptor();
      // Another one is waited for already.
      if (watch->watched_ == before) watch->readable_.async_wait(boost::asio::posix::stream_descriptor::wait_read, *this);
    }
  };
  readable_.async_wait(boost::asio::posix::stream_descriptor::wait_read, Wait{this});
}

}  // namespace rights
