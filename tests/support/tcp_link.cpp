#include "tests/support/tcp_link.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/loopback_address.hpp"

namespace actorgate::test {
namespace {

/// Both sides read all the time, so that writing may block for a moment.
bool carry_some(int from, int to) {
  char buffer[65536];
  const auto size = ::recv(from, buffer, sizeof buffer, 0);
  for (ssize_t sent = 0; sent < size;) {
    const auto n = ::send(to, buffer + sent, static_cast<std::size_t>(size - sent), MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += n;
  }
  return size > 0;
}

}  // namespace

tcp_link::tcp_link(std::uint16_t server)
    : server_(server), listener_(new_tcp_socket()), wake_(::eventfd(0, EFD_CLOEXEC)) {
  port_ = bind_to_free_port(listener_);
  if (port_ == 0 || ::listen(listener_, 64) != 0) throw std::runtime_error("tcp_link: cannot listen");
  thread_ = std::thread([this] { run(); });
}

tcp_link::~tcp_link() {
  stopping_ = true;
  ::eventfd_write(wake_, 1);
  thread_.join();
  ::close(listener_);
  ::close(wake_);
}

void tcp_link::change(bool whole) {
  whole_ = whole;
  ::eventfd_write(wake_, 1);
}

void tcp_link::run() {
  while (!stopping_) {
    std::vector<pollfd> all{{listener_, POLLIN, 0}, {wake_, POLLIN, 0}};
    for (const auto& [a, b] : pairs_) {
      all.push_back({a, POLLIN, 0});
      all.push_back({b, POLLIN, 0});
    }
    ::poll(all.data(), all.size(), -1);
    eventfd_t ignored;
    if (all[1].revents != 0) ::eventfd_read(wake_, &ignored);
    std::vector<pair> left;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      if (carry(pairs_[i], all[2 + 2 * i].revents, all[3 + 2 * i].revents)) left.push_back(pairs_[i]);
    }
    pairs_ = std::move(left);
    if (all[0].revents != 0) accept();
    if (!whole_) drop_all();
  }
  drop_all();
}

void tcp_link::accept() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = new_tcp_socket();
  pairs_.emplace_back(client, server);
  const auto address = loopback_address(server_);
  // If it fails, both are read to their end.
  (void)::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int on = 1;
  for (const int fd : {client, server}) ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// Whether the connection goes on.
bool tcp_link::carry(pair ends, short from_first, short from_second) {
  const auto [a, b] = ends;
  if ((from_first == 0 || carry_some(a, b)) && (from_second == 0 || carry_some(b, a))) return true;
  ::close(a);
  ::close(b);
  return false;
}

void tcp_link::drop_all() {
  for (const auto& [a, b] : std::exchange(pairs_, {})) {
    ::close(a);
    ::close(b);
  }
}

}  // namespace actorgate::test
