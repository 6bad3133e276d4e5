#include "bench/socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/failure.hpp"

namespace actorgate::bench {
namespace {

constexpr unsigned source_addresses = 200;

sockaddr_in address(unsigned last_byte, std::uint16_t port) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(port);
  a.sin_addr.s_addr = htonl(0x7f000000U | last_byte);
  return a;
}

const sockaddr* generic(const sockaddr_in& a) { return reinterpret_cast<const sockaddr*>(&a); }

int new_socket(int flags) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (fd < 0) fail_errno("socket");
  return fd;
}

void set(int fd, int level, int option) {
  const int on = 1;
  ::setsockopt(fd, level, option, &on, sizeof on);
}

}  // namespace

int connect_to(std::uint16_t port, unsigned number) {
  const int fd = new_socket(SOCK_NONBLOCK);
  set(fd, IPPROTO_TCP, TCP_NODELAY);
  set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
  const auto from = address(2 + number % source_addresses, 0), to = address(1, port);
  if (::bind(fd, generic(from), sizeof from) != 0) fail_errno("bind");
  if (::connect(fd, generic(to), sizeof to) != 0 && errno != EINPROGRESS) fail_errno("connect");
  return fd;
}

int listen_on(std::uint16_t port) {
  const int fd = new_socket(SOCK_NONBLOCK);
  set(fd, SOL_SOCKET, SO_REUSEADDR);
  const auto at = address(1, port);
  if (::bind(fd, generic(at), sizeof at) != 0 || ::listen(fd, SOMAXCONN) != 0) fail_errno("listen");
  return fd;
}

std::uint16_t port_of(int fd) {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) != 0) fail_errno("getsockname");
  return ntohs(at.sin_port);
}

std::uint16_t free_port() {
  const int fd = listen_on(0);
  const auto port = port_of(fd);
  ::close(fd);
  return port;
}

bool accepts(std::uint16_t port) {
  const int fd = new_socket(0);
  const auto to = address(1, port);
  const bool connected = ::connect(fd, generic(to), sizeof to) == 0;
  ::close(fd);
  return connected;
}

void allow_many_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace actorgate::bench
