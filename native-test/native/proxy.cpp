#include "proxy.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

namespace test {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

struct Proxy::Link {
  Link(Tcp::socket client, asio::io_context& context) : ends{std::move(client), Tcp::socket(context)} {}

  void close() {
    for (auto& end : ends) {
      ErrorCode already_closed;
      end.set_option(asio::socket_base::linger(true, 0), already_closed);
      end.close(already_closed);
    }
  }

  std::array<Tcp::socket, 2> ends;
  std::array<std::array<char, 16384>, 2> buffers;
};

Proxy::Proxy(asio::io_context& context, std::uint16_t broker_port)
    : acceptor_(context, {asio::ip::address_v4::loopback(), 0}), broker_port_(broker_port) {
  accept();
}

Proxy::~Proxy() { cut(); }

void Proxy::cut() {
  for (auto& link : links_)
    if (auto alive = link.lock()) alive->close();
  links_.clear();
  frozen_ = false;
}

void Proxy::accept() {
  acceptor_.async_accept([this](const ErrorCode& error, Tcp::socket socket) {
    if (error) return;
    auto& context = static_cast<asio::io_context&>(acceptor_.get_executor().context());
    auto link = std::make_shared<Link>(std::move(socket), context);
    links_.push_back(link);
    Tcp::endpoint broker(asio::ip::address_v4::loopback(), broker_port_);
    link->ends[1].async_connect(broker, [this, link](const ErrorCode& failed) {
      if (failed) return link->close();
      pump(link, 0);
      pump(link, 1);
    });
    accept();
  });
}

void Proxy::pump(const std::shared_ptr<Link>& link, int from) {
  auto side = static_cast<std::size_t>(from);
  auto& buffer = link->buffers[side];
  link->ends[side].async_read_some(asio::buffer(buffer), [=, this](const ErrorCode& error, std::size_t count) {
    if (frozen_) return;
    if (error) return link->close();
    asio::async_write(link->ends[1 - side], asio::buffer(link->buffers[side], count),
                      [=, this](const ErrorCode& failed, std::size_t) {
                        if (frozen_) return;
                        if (failed) return link->close();
                        pump(link, from);
                      });
  });
}

}  // namespace test
