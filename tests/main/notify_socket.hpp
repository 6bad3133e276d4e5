#pragma once
#include <cstddef>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/patience.hpp"

namespace actorgate::test {

/// What systemd listens on.
class notify_socket {
public:
  /// A path, or an abstract name behind an '@'.
  explicit notify_socket(const std::string& name)
      : descriptor_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    name.copy(at.sun_path, sizeof at.sun_path - 1);
    if (name.front() == '@') at.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&at), size) != 0) {
      throw std::runtime_error("no socket " + name);
    }
  }
  notify_socket(const notify_socket&) = delete;
  notify_socket& operator=(const notify_socket&) = delete;
  ~notify_socket() { ::close(descriptor_); }

  /// The next message; empty if none comes.
  std::string next() const {
    pollfd until{descriptor_, POLLIN, 0};
    if (::poll(&until, 1, 4 * static_cast<int>(patience.count())) != 1) return {};
    std::string text(4096, '\0');
    const auto size = ::recv(descriptor_, text.data(), text.size(), 0);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
  }
  bool is_silent() const {
    pollfd now{descriptor_, POLLIN, 0};
    return ::poll(&now, 1, 0) == 0;
  }

private:
  int descriptor_;
};

}  // namespace actorgate::test
