#pragma once
#include <span>
#include <string_view>
#include <sys/uio.h>

#include "net/transfer.hpp"

namespace actorgate::net {

/// Reads from a TCP socket what is there, without blocking: `done` means that something has been read.
/// `flags` as in recv(2).
transferred receive(int socket, std::span<char> to, int flags = 0);

/// Writes the parts to a TCP socket, one after the other, as far as it takes them without blocking: `done` if
/// all of it has gone. Raises no SIGPIPE.
transferred send(int socket, std::span<const iovec> parts);

/// One write of many, and what became of it.
struct sending {
  int socket;
  std::string_view bytes;
  transferred sent{};

  /// Does it, as `send` does.
  void send();
};

}  // namespace actorgate::net
