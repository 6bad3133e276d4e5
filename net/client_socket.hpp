#pragma once
#include <memory>
#include <span>
#include <sys/uio.h>
#include <utility>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include "net/loop.hpp"
#include "net/tls_context.hpp"
#include "net/transfer.hpp"

namespace actorgate::net {

/// Something that ends with a connection, whoever holds its socket at that time.
class companion {
public:
  virtual ~companion() = default;
};

/// A TCP connection of a client, plain or with TLS: what HTTP, WebSocket and event streams read from and
/// write to. Nothing here blocks, and nothing raises SIGPIPE but TLS, for which the process must ignore it.
/// Belongs to the thread of its loop.
class client_socket {
public:
  /// Owns `fd`, a connected socket; -1: none. It sends at once what is written: what is to be gathered has
  /// been gathered before.
  explicit client_socket(int fd);
  client_socket(client_socket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        waits_(std::move(other.waits_)),
        tls_(std::move(other.tls_)),
        companion_(std::move(other.companion_)) {}
  client_socket& operator=(client_socket&&) = delete;
  /// Closes.
  ~client_socket() { close(); }

  void set_companion(std::unique_ptr<companion> c) { companion_ = std::move(c); }

  /// From here on, everything that is read and written goes through TLS (RFC 8446).
  void start_tls(const tls_context& context) { tls_ = context.accept(fd_); }
  /// Goes on with the handshake: `done` when it is over.
  transfer handshake() { return tls_->handshake(); }

  /// Reads what is there, but no more than one record of TLS, for which `to` must have room: then no input
  /// is ever left where `wait` does not see it. `done` means that something has been read.
  transferred read(std::span<char> to);
  /// What the peer has sent, without taking it; of TLS, the ciphertext.
  transferred peek(std::span<char> to);

  /// Writes the parts, one after the other: `done` if all of it has gone. TLS takes up to a whole record
  /// more than the kernel, and counts it as written: a write of nothing goes on with what is left of it.
  transferred write(std::span<const iovec> parts);

  /// Calls back, with an error code, when a transfer can go on that ended in `wait_read` or `wait_write`.
  template <class Handler>
  void wait(loop& l, transfer direction, Handler handler) {
    if (const auto error = prepare_waits(l)) {
      return boost::asio::post(l.context(), [error, h = std::move(handler)]() mutable { h(error); });
    }
    waits_->async_wait(direction == transfer::wait_write ? descriptor::wait_write : descriptor::wait_read,
                       std::move(handler));
  }
  /// Gives up `wait`, for one who has the socket watched by a poller.
  void end_waits();

  /// Has `close` throw away what the kernel still holds: it would go on trying to deliver it to somebody who
  /// does not read.
  void reset_on_close();
  /// Ends our half behind what has been written, with close_notify if it is TLS.
  void shutdown_send();
  /// Ends everything, the companion last. Waits that are pending end with an error. May be repeated.
  void close();

  bool is_open() const { return fd_ >= 0; }
  bool is_tls() const { return tls_ != nullptr; }
  int fd() const { return fd_; }

private:
  using descriptor = boost::asio::posix::basic_stream_descriptor<executor>;

  boost::system::error_code prepare_waits(loop& l);

  int fd_;
  std::unique_ptr<descriptor> waits_;  // null unless somebody waits by Asio; does not own the socket
  std::unique_ptr<tls_stream> tls_;    // null: plain
  std::unique_ptr<companion> companion_;
};

}  // namespace actorgate::net
