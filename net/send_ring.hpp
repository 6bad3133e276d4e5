#pragma once
#include <memory>
#include <span>

#include "net/plain_socket.hpp"

struct io_uring;

namespace actorgate::net {

/// Sends to many sockets with one system call, by io_uring(7). That saves more than the calls: the kernel
/// does not give the processor away to each receiver that it wakes. Belongs to one thread.
class send_ring {
public:
  static constexpr unsigned size = 512;  ///< sends of one call

  /// Null where the kernel has no io_uring (before Linux 5.18), or does not let us use it, as in many
  /// containers.
  static std::unique_ptr<send_ring> open();
  ~send_ring();

  /// Sends all.
  /// @returns how many were sent; if not all, the kernel refuses the others, and the ring is of no use any
  /// more.
  std::size_t send(std::span<sending> all);

private:
  explicit send_ring(std::unique_ptr<io_uring> ring);
  std::size_t submit(std::span<sending> some);

  std::unique_ptr<io_uring> ring_;
};

}  // namespace actorgate::net
