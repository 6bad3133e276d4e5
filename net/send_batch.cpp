#include "net/send_batch.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace actorgate::net {

void send_batch::add(int socket, std::string_view bytes, flushable& by) {
  by.sending_ = true;
  sends_.push_back({socket, bytes});
  senders_.push_back(&by);
}

void send_batch::forget(flushable& by) {
  if (!std::exchange(by.sending_, false)) return;
  const auto place = std::find(senders_.begin(), senders_.end(), &by) - senders_.begin();
  const auto i = static_cast<std::size_t>(place);
  senders_[i] = nullptr;
  sends_[i] = {-1, {}};
}

void send_batch::run() {
  if (sends_.empty()) return;
  send();
  for (std::size_t i = 0; i < senders_.size(); ++i) {
    auto* by = senders_[i];
    if (!by) continue;
    by->sending_ = false;
    by->on_sent(sends_[i].sent);
  }
  sends_.clear();
  senders_.clear();
}

void send_batch::send() {
  std::span<sending> rest{sends_};
  if (rest.size() > 1) {
    if (!std::exchange(asked_, true)) ring_ = send_ring::open();
    if (ring_) rest = rest.subspan(ring_->send(rest));
    if (!rest.empty()) ring_ = nullptr;
  }
  for (auto& each : rest) each.send();
}

}  // namespace actorgate::net
