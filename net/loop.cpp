#include "net/loop.hpp"

#include <algorithm>

namespace actorgate::net {

void loop::flush_later(flushable& f) {
  if (f.queued_) return;
  f.queued_ = true;
  dirty_.push_back(&f);
}

void loop::forget(flushable& f) {
  sends_.forget(f);
  if (!f.queued_) return;
  f.queued_ = false;
  std::erase(dirty_, &f);
  std::replace(flushing_.begin(), flushing_.end(), &f, static_cast<flushable*>(nullptr));
}

void loop::flush() {
  flushing_.swap(dirty_);
  // By index: a flush may forget others, which replaces them by null.
  for (std::size_t i = 0; i < flushing_.size(); ++i) {
    if (auto* f = flushing_[i]) {
      f->queued_ = false;
      f->flush();
    }
  }
  flushing_.clear();
  sends_.run();
  poller_.rearm();
}

}  // namespace actorgate::net
