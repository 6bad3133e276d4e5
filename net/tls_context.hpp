#pragma once
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "net/tls_stream.hpp"

namespace actorgate::net {

/// Why there is no TLS: one line for the person who started the gateway, which names the file.
class tls_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// What a TLS server shows to its clients: a certificate, and how it speaks. TLS 1.2 (RFC 5246) with forward
/// secrecy and authenticated encryption, or 1.3 (RFC 8446); no renegotiation, no compression; sessions are
/// resumed from tickets, so nothing is kept of them here. Of the protocols that a client offers (ALPN, RFC
/// 7301) it takes `http/1.1`. May be used from any thread.
class tls_context {
public:
  /// Reads two files in PEM: the server's certificate, followed by those between it and the authority, and
  /// its private key, without a password. Throws `tls_error`.
  tls_context(std::string certificate_file, std::string key_file);

  /// Reads the files again, for the connections that come from now on; those that exist go on as they are.
  /// If that fails, everything stays as it was. Throws `tls_error`.
  void reload();

  /// The server's end of a new connection. Throws `std::bad_alloc`.
  std::unique_ptr<tls_stream> accept(int socket) const;

private:
  std::shared_ptr<SSL_CTX> current() const;

  const std::string certificate_file_, key_file_;
  mutable std::mutex mutex_;
  std::shared_ptr<SSL_CTX> context_;
};

}  // namespace actorgate::net
