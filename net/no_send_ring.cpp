// In place of send_ring.cpp where there is no liburing.
#include "net/send_ring.hpp"

struct io_uring {};

namespace actorgate::net {

std::unique_ptr<send_ring> send_ring::open() { return nullptr; }
send_ring::~send_ring() = default;
std::size_t send_ring::send(std::span<sending>) { return 0; }

}  // namespace actorgate::net
