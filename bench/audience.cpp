#include "bench/audience.hpp"

#include <string>
#include <utility>

#include "bench/scan.hpp"

namespace actorgate::bench {

audience::audience(crowd& clients, std::uint64_t first)
    : clients_(clients),
      first_(first),
      published_(first),
      next_(clients.size(), first),
      ignored_(clients.size(), false),
      listeners_(clients.size()) {
  clients.heard = [this](client& c, std::string_view text) { hear(c, text); };
}

audience::~audience() { clients_.heard = {}; }

void audience::publishing(std::uint64_t value) {
  if (value != published_) fail("the benchmark counts wrongly");
  ++published_;
  missing_ += listeners_;
  sent_at_.push_back(now_ns());
}

void audience::wait() {
  clients_.loop().until([this] { return missing_ == 0; }, "events for everybody");
}

void audience::ignore(unsigned index) {
  if (!has_all(index)) fail("ignored too late");
  ignored_[index] = true;
  --listeners_;
}

latency audience::take_times() { return std::exchange(times_, latency(0)); }

void audience::hear(client& c, std::string_view text) {
  const auto value = number_after(text, "\"value\":");
  auto& next = next_[c.index()];
  if (value != next || next >= published_ || !is_event(text)) {
    fail("client " + std::to_string(c.index()) + " expects event " + std::to_string(next) + ": " +
         std::string(text.substr(0, 200)));
  }
  times_.add(clients_.loop().ready_at() - sent_at_[next - first_]);
  ++next;
  if (!ignored_[c.index()]) --missing_;
}

}  // namespace actorgate::bench
