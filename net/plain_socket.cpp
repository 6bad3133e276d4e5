#include "net/plain_socket.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace actorgate::net {
namespace {

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

/// Most of the time there is one part, which takes the kernel less than a list of one.
ssize_t send_once(int socket, std::span<const iovec> parts) {
  constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
  if (parts.size() == 1) return ::send(socket, parts[0].iov_base, parts[0].iov_len, flags);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  return ::sendmsg(socket, &message, flags);
}

}  // namespace

transferred receive(int socket, std::span<char> to, int flags) {
  for (;;) {
    const auto size = ::recv(socket, to.data(), to.size(), flags | MSG_DONTWAIT);
    if (size > 0) return {transfer::done, static_cast<std::size_t>(size)};
    if (size == 0) return {transfer::end};
    if (errno != EINTR) return {would_block() ? transfer::wait_read : transfer::failed};
  }
}

transferred send(int socket, std::span<const iovec> parts) {
  for (;;) {
    const auto sent = send_once(socket, parts);
    if (sent >= 0) {
      const auto bytes = static_cast<std::size_t>(sent);
      return {bytes == size_of(parts) ? transfer::done : transfer::wait_write, bytes};
    }
    if (errno != EINTR) return {would_block() ? transfer::wait_write : transfer::failed};
  }
}

void sending::send() {
  const iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  sent = net::send(socket, {&part, 1});
}

}  // namespace actorgate::net
