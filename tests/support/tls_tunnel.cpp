#include "tests/support/tls_tunnel.hpp"

#include <csignal>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/loopback_address.hpp"

namespace actorgate::test {
namespace {

/// Closes itself.
struct owned_fd {
  explicit owned_fd(int f) : fd(f) {}
  owned_fd(const owned_fd&) = delete;
  owned_fd& operator=(const owned_fd&) = delete;
  ~owned_fd() { ::close(fd); }
  int fd;
};

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string server_name(SSL* ssl) {
  char name[256] = "";
  const std::unique_ptr<X509, decltype(&X509_free)> c(SSL_get1_peer_certificate(ssl), X509_free);
  if (c) X509_NAME_get_text_by_NID(X509_get_subject_name(c.get()), NID_commonName, name, sizeof name);
  return name;
}

/// What TLS has is sent on; false when that is all.
bool carry_back(SSL* ssl, int plain) {
  char buffer[16384];
  do {
    const int n = SSL_read(ssl, buffer, sizeof buffer);
    if (n <= 0) return SSL_get_error(ssl, n) == SSL_ERROR_WANT_READ;
    if (!send_all(plain, {buffer, static_cast<std::size_t>(n)})) return false;
  } while (SSL_pending(ssl) > 0);
  return true;
}

bool carry_on(int plain, SSL* ssl) {
  char buffer[16384];
  const auto n = ::recv(plain, buffer, sizeof buffer, 0);
  return n > 0 && SSL_write(ssl, buffer, static_cast<int>(n)) == n;
}

}  // namespace

tls_tunnel::tls_tunnel(std::uint16_t server, const std::string& trusted_certificate)
    : server_(server),
      context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
      listener_(new_tcp_socket()),
      stop_(::eventfd(0, EFD_CLOEXEC)) {
  std::signal(SIGPIPE, SIG_IGN);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  // A record that brings no data must not keep what goes the other way.
  SSL_CTX_clear_mode(context_.get(), SSL_MODE_AUTO_RETRY);
  port_ = bind_to_free_port(listener_);
  if (SSL_CTX_load_verify_locations(context_.get(), trusted_certificate.c_str(), nullptr) != 1 ||
      port_ == 0 || ::listen(listener_, 64) != 0) {
    throw std::runtime_error("tls_tunnel: cannot be set up");
  }
  acceptor_ = std::thread([this] { accept(); });
}

tls_tunnel::~tls_tunnel() {
  ::eventfd_write(stop_, 1);
  acceptor_.join();
  for (auto& c : carriers_) c.join();
  ::close(listener_);
  ::close(stop_);
}

std::vector<std::string> tls_tunnel::shown() const {
  const std::lock_guard lock(mutex_);
  return shown_;
}

void tls_tunnel::accept() {
  for (;;) {
    pollfd both[] = {{listener_, POLLIN, 0}, {stop_, POLLIN, 0}};
    ::poll(both, 2, -1);
    if (both[1].revents != 0) return;
    const int plain = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (plain >= 0) carriers_.emplace_back([this, plain] { carry(plain); });
  }
}

void tls_tunnel::carry(int plain_fd) {
  const owned_fd plain(plain_fd), tcp(new_tcp_socket());
  const auto address = loopback_address(server_);
  if (::connect(tcp.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
  const int on = 1;
  for (const int fd : {plain.fd, tcp.fd}) ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), SSL_free);
  SSL_set_fd(ssl.get(), tcp.fd);
  SSL_set1_host(ssl.get(), "127.0.0.1");
  const bool good = SSL_connect(ssl.get()) == 1;
  {
    const std::lock_guard lock(mutex_);
    shown_.push_back(good ? server_name(ssl.get()) : "");
  }
  while (good) {
    pollfd all[] = {{plain.fd, POLLIN, 0}, {tcp.fd, POLLIN, 0}, {stop_, POLLIN, 0}};
    ::poll(all, 3, -1);
    if (all[2].revents != 0) return;
    if (all[1].revents != 0 && !carry_back(ssl.get(), plain.fd)) return;
    if (all[0].revents == 0 || carry_on(plain.fd, ssl.get())) continue;
    SSL_shutdown(ssl.get());
    return;
  }
}

}  // namespace actorgate::test
