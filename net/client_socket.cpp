#include "net/client_socket.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace actorgate::net {
namespace {

using boost::system::error_code;

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

transferred receive(int socket, std::span<char> to, int flags) {
  for (;;) {
    const auto size = ::recv(socket, to.data(), to.size(), flags | MSG_DONTWAIT);
    if (size > 0) return {transfer::done, static_cast<std::size_t>(size)};
    if (size == 0) return {transfer::end};
    if (errno != EINTR) return {would_block() ? transfer::wait_read : transfer::failed};
  }
}

/// Most of the time there is one part, which takes the kernel less than a list of one.
ssize_t send_once(int socket, std::span<const iovec> parts) {
  constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
  if (parts.size() == 1) return ::send(socket, parts[0].iov_base, parts[0].iov_len, flags);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  return ::sendmsg(socket, &message, flags);
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

}  // namespace

transferred client_socket::read(std::span<char> to) {
  return tls_ ? tls_->read(to) : receive(socket_.native_handle(), to, 0);
}

transferred client_socket::peek(std::span<char> to) { return receive(socket_.native_handle(), to, MSG_PEEK); }

transferred client_socket::write(std::span<const iovec> parts) {
  if (tls_) return tls_->write(parts);
  return parts.empty() ? transferred{transfer::done} : send(socket_.native_handle(), parts);
}

void client_socket::set_no_delay() {
  error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

void client_socket::reset_on_close() {
  error_code ignored;
  socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
}

void client_socket::shutdown_send() {
  if (tls_) tls_->say_end();
  error_code ignored;
  socket_.shutdown(tcp_socket::shutdown_send, ignored);
}

void client_socket::close() {
  if (!socket_.is_open()) return;
  if (tls_) tls_->say_end();
  tls_.reset();
  error_code ignored;
  socket_.close(ignored);
  companion_.reset();
}

}  // namespace actorgate::net
