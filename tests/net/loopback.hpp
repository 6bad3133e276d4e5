#pragma once
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <fcntl.h>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "net/loop.hpp"
#include "tests/support/loopback_address.hpp"

namespace actorgate::net::test {

/// One tick of a loop, on the thread of the test.
inline void tick(loop& l) {
  l.context().restart();
  l.context().poll();
  l.flush();
}

/// Turns the loops until the condition holds; throws if it never does.
inline void run_until(const std::vector<loop*>& loops, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("waited in vain");
    for (auto* l : loops) tick(*l);
    ::usleep(50);
  }
}

using actorgate::test::loopback_address;

/// The other end of a connection: a plain non-blocking socket that shows every byte.
class raw_client {
public:
  explicit raw_client(std::uint16_t port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const auto a = loopback_address(port);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&a), sizeof a) != 0)
      throw std::runtime_error("connect");
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
  }
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;
  ~raw_client() { disconnect(); }

  /// Sends what fits into the kernel's buffer; returns how much that was.
  std::size_t send(std::string_view bytes) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return n < 0 ? 0 : static_cast<std::size_t>(n);
  }
  /// Reads what is there.
  void read() {
    char buffer[16384];
    for (;;) {
      const auto n = ::recv(fd_, buffer, sizeof buffer, 0);
      if (n > 0) received.append(buffer, static_cast<std::size_t>(n));
      if (n == 0) ended = true;
      if (n < 0 && errno == ECONNRESET) ended = reset = true;
      if (n <= 0) return;
    }
  }
  void end_sending() { ::shutdown(fd_, SHUT_WR); }
  void disconnect() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  /// Ends TCP by a reset.
  void abort() {
    const linger l{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &l, sizeof l);
    disconnect();
  }

  int fd() const { return fd_; }

  std::string received;
  bool ended = false;  ///< TCP has ended, orderly or by a reset
  bool reset = false;

private:
  int fd_;
};

}  // namespace actorgate::net::test
