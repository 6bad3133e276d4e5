#pragma once
#include <csignal>
#include <functional>
#include <memory>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "tests/net/loopback.hpp"

namespace actorgate::net::test {

/// The other end of a TLS connection: as `raw_client`, and shows what TLS itself came to.
class tls_client {
public:
  using context_ptr = std::shared_ptr<SSL_CTX>;

  /// A context that trusts the authority whose certificate is in the file.
  static context_ptr trusting(const std::string& file) {
    context_ptr c(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX_set_verify(c.get(), SSL_VERIFY_PEER, nullptr);
    REQUIRE(SSL_CTX_load_verify_locations(c.get(), file.c_str(), nullptr) == 1);
    return c;
  }

  /// `setup` may change what the client offers.
  tls_client(std::uint16_t port, const context_ptr& context, const std::function<void(SSL*)>& setup = {},
             int receive_buffer = 0)
      : tcp(port, receive_buffer), ssl_(SSL_new(context.get()), SSL_free) {
    std::signal(SIGPIPE, SIG_IGN);
    SSL_set_fd(ssl_.get(), tcp.fd());
    SSL_set_connect_state(ssl_.get());
    SSL_set1_host(ssl_.get(), "127.0.0.1");
    SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (setup) setup(ssl_.get());
    pump();
  }

  /// Sends, now or with a later `read`.
  void send(std::string_view bytes) {
    outbox_ += bytes;
    pump();
  }
  void read() {
    pump();
    char buffer[16384];
    for (;;) {
      ERR_clear_error();
      const int n = SSL_read(ssl_.get(), buffer, sizeof buffer);
      if (n <= 0) return judge(n);
      records.push_back(static_cast<std::size_t>(n));
      received.append(buffer, records.back());
    }
  }
  /// Ends our half with close_notify.
  void end_sending() { SSL_shutdown(ssl_.get()); }

  bool connected() const { return SSL_is_init_finished(ssl_.get()) == 1 && !failed; }
  SSL* ssl() { return ssl_.get(); }
  /// The common name in the server's certificate.
  std::string server_name() const {
    char name[256] = "";
    std::unique_ptr<X509, decltype(&X509_free)> c(SSL_get1_peer_certificate(ssl_.get()), X509_free);
    if (c) X509_NAME_get_text_by_NID(X509_get_subject_name(c.get()), NID_commonName, name, sizeof name);
    return name;
  }

  raw_client tcp;
  std::string received;
  std::vector<std::size_t> records;  ///< sizes of what came
  bool ended = false;                ///< in order or not
  bool reset = false;                ///< not in order: without close_notify
  bool failed = false;               ///< TLS has failed: as `error` says
  std::string error;

private:
  void pump() {
    ERR_clear_error();
    if (const int n = SSL_do_handshake(ssl_.get()); n != 1) return judge(n);
    while (!outbox_.empty()) {
      ERR_clear_error();
      const int n = SSL_write(ssl_.get(), outbox_.data(), static_cast<int>(outbox_.size()));
      if (n <= 0) return judge(n);
      outbox_.erase(0, static_cast<std::size_t>(n));
    }
  }
  void judge(int result) {
    const int e = SSL_get_error(ssl_.get(), result);
    if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE || failed) return;
    ended = true;
    if (e == SSL_ERROR_ZERO_RETURN) return;
    failed = reset = true;
    if (const auto code = ERR_peek_error()) error = ERR_error_string(code, nullptr);
  }

  std::shared_ptr<SSL> ssl_;
  std::string outbox_;
};

}  // namespace actorgate::net::test
