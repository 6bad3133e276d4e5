#include "net/client_socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/plain_socket.hpp"

namespace actorgate::net {

client_socket::client_socket(int fd) : fd_(fd) {
  const int yes = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

transferred client_socket::read(std::span<char> to) { return tls_ ? tls_->read(to) : receive(fd_, to); }

transferred client_socket::peek(std::span<char> to) { return receive(fd_, to, MSG_PEEK); }

transferred client_socket::write(std::span<const iovec> parts) {
  if (tls_) return tls_->write(parts);
  return parts.empty() ? transferred{transfer::done} : send(fd_, parts);
}

boost::system::error_code client_socket::prepare_waits(loop& l) {
  boost::system::error_code error;
  if (waits_) return error;
  auto waits = std::make_unique<descriptor>(l.context());
  waits->assign(fd_, error);
  if (!error) waits_ = std::move(waits);
  return error;
}

void client_socket::end_waits() {
  if (!waits_) return;
  waits_->release();
  waits_ = nullptr;
}

void client_socket::reset_on_close() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void client_socket::shutdown_send() {
  if (tls_) tls_->say_end();
  ::shutdown(fd_, SHUT_WR);
}

void client_socket::close() {
  if (fd_ < 0) return;
  if (tls_) tls_->say_end();
  tls_.reset();
  end_waits();
  ::close(std::exchange(fd_, -1));
  companion_.reset();
}

}  // namespace actorgate::net
