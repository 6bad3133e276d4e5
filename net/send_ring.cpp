#include "net/send_ring.hpp"

#include <algorithm>
#include <cerrno>
#include <liburing.h>
#include <sys/socket.h>

namespace actorgate::net {
namespace {

/// Of what a completion says: bytes, or an error number below zero.
transferred outcome(int result, std::size_t wanted) {
  if (result == -EAGAIN) return {transfer::wait_write};
  if (result < 0) return {transfer::failed};
  const auto bytes = static_cast<std::size_t>(result);
  return {bytes == wanted ? transfer::done : transfer::wait_write, bytes};
}

}  // namespace

std::unique_ptr<send_ring> send_ring::open() {
  auto ring = std::make_unique<io_uring>();
  if (io_uring_queue_init(size, ring.get(), IORING_SETUP_SUBMIT_ALL) != 0) return nullptr;
  return std::unique_ptr<send_ring>(new send_ring(std::move(ring)));
}

send_ring::send_ring(std::unique_ptr<io_uring> ring) : ring_(std::move(ring)) {}

send_ring::~send_ring() { io_uring_queue_exit(ring_.get()); }

std::size_t send_ring::send(std::span<sending> all) {
  std::size_t sent = 0;
  while (sent < all.size()) {
    const auto some = all.subspan(sent, std::min<std::size_t>(all.size() - sent, size));
    const auto taken = submit(some);
    sent += taken;
    if (taken < some.size()) break;
  }
  return sent;
}

/// The kernel takes the first so many, and a send that does not wait is over when it has been taken. So what
/// has no completion when the call returns has not been sent.
/// @returns how many the kernel took
std::size_t send_ring::submit(std::span<sending> some) {
  for (std::size_t i = 0; i < some.size(); ++i) {
    auto* entry = io_uring_get_sqe(ring_.get());
    io_uring_prep_send(entry, some[i].socket, some[i].bytes.data(), some[i].bytes.size(),
                       MSG_NOSIGNAL | MSG_DONTWAIT);
    entry->user_data = i;
  }
  std::size_t taken = 0;
  while (taken < some.size()) {
    const int result = io_uring_submit_and_wait(ring_.get(), static_cast<unsigned>(some.size() - taken));
    io_uring_cqe* completion = nullptr;
    while (io_uring_peek_cqe(ring_.get(), &completion) == 0) {
      auto& each = some[completion->user_data];
      each.sent = outcome(completion->res, each.bytes.size());
      io_uring_cqe_seen(ring_.get(), completion);
      ++taken;
    }
    if (result < 0 && result != -EINTR) break;
  }
  return taken;
}

}  // namespace actorgate::net
