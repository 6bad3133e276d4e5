#include "inspection/knock.hpp"

#include <cerrno>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace actorgate::inspection {
namespace {

class tcp_socket {
public:
  explicit tcp_socket(int family) : fd_(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
  ~tcp_socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  tcp_socket(const tcp_socket&) = delete;
  tcp_socket& operator=(const tcp_socket&) = delete;
  int fd() const { return fd_; }

private:
  int fd_;
};

/// Returns 0, or why it cannot be reached.
int try_to_connect(const addrinfo& to, std::chrono::milliseconds patience) {
  const tcp_socket socket{to.ai_family};
  if (socket.fd() < 0) return errno;
  if (::connect(socket.fd(), to.ai_addr, to.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd waits{socket.fd(), POLLOUT, 0};
  if (::poll(&waits, 1, static_cast<int>(patience.count())) <= 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace

std::string knock(const std::string& host, std::uint16_t port, std::chrono::milliseconds patience) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return "there is no such host";
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all{found, &::freeaddrinfo};
  bool silent = false;
  for (const auto* each = all.get(); each; each = each->ai_next) {
    const int error = try_to_connect(*each, patience);
    if (error == 0) return {};
    silent |= error == ETIMEDOUT;
  }
  return silent ? "it cannot be reached" : "nobody listens there";
}

}  // namespace actorgate::inspection
