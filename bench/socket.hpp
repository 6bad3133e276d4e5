#pragma once
#include <cstdint>

namespace actorgate::bench {

/// A non-blocking connection, maybe still under way, to a port of 127.0.0.1. `number` picks the address that
/// it comes from, among 127.0.0.2 to 127.0.0.201, so that ports do not run out.
int connect_to(std::uint16_t port, unsigned number);

/// A non-blocking listening socket on 127.0.0.1. Port 0 takes a free one.
int listen_on(std::uint16_t port);

/// The port that a socket is bound to.
std::uint16_t port_of(int fd);

/// A port of 127.0.0.1 that nobody listens on now.
std::uint16_t free_port();

/// Whether somebody accepts connections there.
bool accepts(std::uint16_t port);

/// Lets this process, and those that it starts, open as many files as it may at all.
void allow_many_files();

}  // namespace actorgate::bench
