#pragma once
#include <atomic>
#include <cstddef>
#include <unordered_set>

namespace actorgate::net {

class http_session;

/// The sessions of one loop, from their beginning until their connection has ended or is taken over. Belongs
/// to the loop's thread, but for `size`; each session keeps it alive.
class http_sessions {
public:
  void enter(http_session& s);
  void leave(http_session& s);

  /// From now on each session ends behind the request that it has begun.
  void wind_up();
  bool winding_up() const { return winding_up_; }

  /// From any thread.
  std::size_t size() const { return size_; }

private:
  std::unordered_set<http_session*> sessions_;
  std::atomic<std::size_t> size_ = 0;
  bool winding_up_ = false;
};

}  // namespace actorgate::net
