#include "net/client_socket.hpp"

#include <sys/socket.h>

#include "net/plain_socket.hpp"

namespace actorgate::net {

using boost::system::error_code;

transferred client_socket::read(std::span<char> to) {
  return tls_ ? tls_->read(to) : receive(socket_.native_handle(), to);
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
