#pragma once
#include <cstdint>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>

namespace actorgate::test {

/// `port` of 127.0.0.1.
inline sockaddr_in loopback_address(std::uint16_t port) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  a.sin_port = htons(port);
  return a;
}

inline int new_tcp_socket() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw std::runtime_error("no socket for the test");
  return fd;
}

/// Gives a socket a free port of 127.0.0.1, and returns it; 0 if there is none.
inline std::uint16_t bind_to_free_port(int fd) {
  auto address = loopback_address(0);
  socklen_t size = sizeof address;
  auto* where = reinterpret_cast<sockaddr*>(&address);
  if (::bind(fd, where, size) != 0 || ::getsockname(fd, where, &size) != 0) return 0;
  return ntohs(address.sin_port);
}

}  // namespace actorgate::test
