#include "cache/throttle.hpp"

namespace actorgate::cache {

bool throttle::enter(throttle_id group, std::size_t limit, std::uint64_t ticket) {
  auto& g = groups_[group];
  if (g.in_flight < limit) {
    ++g.in_flight;
    return true;
  }
  g.waiting.push_back(ticket);
  return false;
}

std::uint64_t throttle::leave(throttle_id group) {
  const auto found = groups_.find(group);
  if (found == groups_.end()) return 0;
  auto& g = found->second;
  if (g.waiting.empty()) {
    if (--g.in_flight == 0) groups_.erase(found);
    return 0;
  }
  const auto next = g.waiting.front();
  g.waiting.pop_front();
  return next;
}

}  // namespace actorgate::cache
