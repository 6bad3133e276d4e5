#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <openssl/types.h>
#include <span>
#include <string>
#include <sys/uio.h>

#include "net/transfer.hpp"

namespace actorgate::net {

/// The server's side of TLS over a non-blocking socket, whose owner keeps it open. OpenSSL reads and writes
/// the socket itself, so an idle stream holds no buffer; its writes can raise SIGPIPE, which the process must
/// ignore.
class tls_stream {
public:
  /// The most that one record can hold (RFC 8446, section 5.1).
  static constexpr std::size_t record_size = 16384;

  /// Takes `ssl`, made for a server, over. Throws `std::bad_alloc`.
  tls_stream(SSL* ssl, int socket);
  tls_stream(const tls_stream&) = delete;
  tls_stream& operator=(const tls_stream&) = delete;
  ~tls_stream();

  /// Goes on with the handshake: `done` when it is over. Comes before everything else.
  transfer handshake();
  /// Reads the rest of a record, into room for at least a whole one.
  transferred read(std::span<char> to);
  /// Writes the parts in as few records as possible. Of a record that the socket has not taken to its end,
  /// the bytes count as written: they are kept and go out before anything that is written later, or with a
  /// write of nothing.
  transferred write(std::span<const iovec> parts);
  /// Tells the peer, if that can be done at once, that nothing more comes (close_notify). Reading goes on.
  void say_end();

private:
  enum class state : std::uint8_t { handshake, open, ended, failed };

  transfer failure_of(int result);
  transfer write_record(std::span<const char> bytes);

  struct free_ssl {
    void operator()(SSL* ssl) const;
  };
  std::unique_ptr<SSL, free_ssl> ssl_;
  std::string unsent_;  // of the record that the socket has not taken: it may not change
  state state_ = state::handshake;
};

}  // namespace actorgate::net
