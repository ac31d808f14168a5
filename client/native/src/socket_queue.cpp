#include "socket_queue.hpp"

#if defined(__linux__)
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#endif

namespace wasmqtt {

#if defined(__linux__)

std::size_t unsent_in_kernel(int socket) {
  int bytes = 0;
  return ::ioctl(socket, SIOCOUTQ, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

void limit_unsent_in_kernel(int socket) {
  const int bytes = 64 * 1024;
  // Without it the connection works too; a PINGREQ only waits longer behind a large upload.
  (void)::setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
}

void choose_port_when_connecting(int socket) {
  const int on = 1;
  // Without it bind() takes a port that nobody else may have, also not for another destination: there are fewer then.
  (void)::setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
}

#else

std::size_t unsent_in_kernel(int) { return 0; }
void limit_unsent_in_kernel(int) {}
void choose_port_when_connecting(int) {}

#endif

}  // namespace wasmqtt
