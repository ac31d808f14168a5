#include "tcp.hpp"

#include "byte_stream.hpp"
#include "protocols.hpp"

namespace wasmqtt {

std::shared_ptr<NetworkConnection> make_tcp(boost::asio::io_context& context, const ServerUrl& url,
                                            const NetworkOptions& options) {
  return std::make_shared<ByteStream<TcpLayer>>(context, url, options);
}

}  // namespace wasmqtt
