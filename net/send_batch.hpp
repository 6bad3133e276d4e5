#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "net/flushable.hpp"
#include "net/send_ring.hpp"

namespace actorgate::net {

/// What plain sockets of a loop send at the end of a tick, with as few system calls as possible.
class send_batch {
public:
  /// `bytes` must stay until `by` is told what became of them, or forgotten. One call for each sender.
  void add(int socket, std::string_view bytes, flushable& by);
  /// Nothing is sent for `by` any more.
  void forget(flushable& by);
  /// Sends all, and tells everybody. They may not add here.
  void run();

private:
  void send();

  std::vector<sending> sends_;
  std::vector<flushable*> senders_;  // of the same places; null: forgotten
  std::unique_ptr<send_ring> ring_;
  bool asked_ = false;  // for a ring
};

}  // namespace actorgate::net
