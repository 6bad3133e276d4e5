#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <sys/uio.h>

namespace actorgate::net {

/// What became of an attempt to read or write without blocking.
enum class transfer : std::uint8_t {
  done,
  wait_read,   ///< goes on when the socket can be read; in TLS that may hold for a write, too
  wait_write,  ///< goes on when the socket can be written; in TLS that may hold for a read, too
  end,         ///< the peer has ended its half in order
  failed,      ///< the connection is lost
};

struct transferred {
  transfer what;
  std::size_t bytes = 0;  ///< of a write that waits: those that need not be written again
};

/// Of all parts, in bytes.
constexpr std::size_t size_of(std::span<const iovec> parts) {
  std::size_t size = 0;
  for (const auto& part : parts) size += part.iov_len;
  return size;
}

constexpr bool must_wait(transfer t) { return t == transfer::wait_read || t == transfer::wait_write; }

}  // namespace actorgate::net
