#pragma once
#include <cstdint>

namespace actorgate::bench {

/// The physical limit: a server that accepts WebSockets and does nothing but what any gateway has to do,
/// which is to send ready frames to sockets. It knows no resources and no NATS. A client that sends the text
/// `burst <first> <count> <frames>` has it send to each of the others `count` change events with the values
/// from `first` on, `<frames>` with each send. A fifth
/// word, and the methods of other requests, have it make mistakes (see check.hpp). Runs until it is killed.
void serve_limit(std::uint16_t port);

}  // namespace actorgate::bench
