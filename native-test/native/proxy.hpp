// Sits between a client and a broker, in the test's world: bytes can be held up, and connections cut.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace test {

class Proxy {
 public:
  Proxy(boost::asio::io_context& context, std::uint16_t broker_port);
  ~Proxy();

  std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }

  // Takes nothing more from either side, and gives nothing more to the other.
  void freeze() { frozen_ = true; }
  // Ends all connections with RST, whatever is under way; what comes then is served again.
  void cut();

 private:
  struct Link;
  void accept();
  void pump(const std::shared_ptr<Link>& link, int from);

  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t broker_port_;
  std::vector<std::weak_ptr<Link>> links_;
  bool frozen_ = false;
};

}  // namespace test
