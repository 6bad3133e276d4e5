#include "net/http_sessions.hpp"

#include <memory>
#include <vector>

#include "net/http_session.hpp"

namespace actorgate::net {

void http_sessions::enter(http_session& s) {
  sessions_.insert(&s);
  size_ = sessions_.size();
}

void http_sessions::leave(http_session& s) {
  sessions_.erase(&s);
  size_ = sessions_.size();
}

void http_sessions::wind_up() {
  winding_up_ = true;
  // None of them ends within its own turn, nor takes itself off the set that is walked over.
  std::vector<std::shared_ptr<http_session>> all;
  for (auto* s : sessions_) all.push_back(s->shared_from_this());
  for (const auto& s : all) s->wind_up();
}

}  // namespace actorgate::net
