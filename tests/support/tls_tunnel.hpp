#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <openssl/types.h>
#include <string>
#include <thread>
#include <vector>

namespace actorgate::test {

/// Carries plain connections to a port of its own on to a TLS server on this machine, each over a TLS
/// connection of its own: so every client of the tests speaks TLS.
class tls_tunnel {
public:
  /// The server is believed if the authority in that file vouches for it.
  tls_tunnel(std::uint16_t server, const std::string& trusted_certificate);
  ~tls_tunnel();
  tls_tunnel(const tls_tunnel&) = delete;
  tls_tunnel& operator=(const tls_tunnel&) = delete;

  std::uint16_t port() const { return port_; }
  /// The common names of the certificates that the server has shown, in the order of the connections; ""
  /// where there was no handshake. One is there before the connection's first byte.
  std::vector<std::string> shown() const;

private:
  void accept();
  void carry(int plain);

  const std::uint16_t server_;
  std::shared_ptr<SSL_CTX> context_;
  int listener_, stop_;  // `stop_` becomes readable, for all threads
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> shown_;
  std::vector<std::thread> carriers_;
  std::thread acceptor_;
};

}  // namespace actorgate::test
