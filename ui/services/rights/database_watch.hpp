// Calls when the database may have changed: at once where it tells (PostgreSQL), else a few times a second.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/types.h>

#include <functional>
#include <optional>
#include <utility>

#include "rights_database.hpp"

namespace rights {

class DatabaseWatch {
 public:
  // Calls `check`, which asks the database, from the io_context. Both outlive the watch.
  DatabaseWatch(boost::asio::io_context& context, RightsDatabase& database, std::function<void()> check);

 private:
  void tick();
  void await_descriptor();

  RightsDatabase& database_;
  std::function<void()> check_;
  boost::asio::steady_timer timer_;
  boost::asio::posix::stream_descriptor readable_;
  std::optional<ino_t> watched_;  // of the database's descriptor, of which readable_ is a duplicate
};

}  // namespace rights
