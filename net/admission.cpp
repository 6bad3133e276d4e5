#include "net/admission.hpp"

namespace actorgate::net {

bool admission::enter(const std::string& address) {
  if (!is_limited()) return true;
  const std::lock_guard lock{mutex_};
  if (limits_.total > 0 && inside_ >= limits_.total) return false;
  if (limits_.per_address > 0) {
    auto& from_there = by_address_[address];
    if (from_there >= limits_.per_address) return false;
    ++from_there;
  }
  ++inside_;
  return true;
}

void admission::leave(const std::string& address) noexcept {
  if (!is_limited()) return;
  const std::lock_guard lock{mutex_};
  --inside_;
  const auto found = by_address_.find(address);
  if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}

}  // namespace actorgate::net
