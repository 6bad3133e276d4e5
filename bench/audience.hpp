#pragma once
#include <cstdint>
#include <vector>

#include "bench/crowd.hpp"
#include "bench/latency.hpp"

namespace actorgate::bench {

/// Clients that all follow one resource whose property `value` goes up by one with every event. It fails at
/// once at an event that is missing, doubled or out of order, and at any other message.
class audience {
public:
  /// The first event will say `first`.
  audience(crowd& clients, std::uint64_t first);
  ~audience();
  audience(const audience&) = delete;
  audience& operator=(const audience&) = delete;

  /// To be told before event `value` is published.
  void publishing(std::uint64_t value);

  /// Waits until everybody has got everything that was published.
  void wait();

  /// The same for one of them, without waiting.
  bool has_all(unsigned index) const { return next_[index] == published_; }

  /// From now on this client is not waited for, nor measured.
  void ignore(unsigned index);

  std::uint64_t next() const { return published_; }

  /// Times from publishing to receipt since the last call.
  latency take_times();

private:
  void hear(client& c, std::string_view text);

  crowd& clients_;
  std::uint64_t first_, published_;     // the next to be published
  std::vector<std::uint64_t> next_;     // of each client: the next to be received
  std::vector<std::uint64_t> sent_at_;  // of each event since first_
  std::vector<bool> ignored_;
  std::uint64_t missing_ = 0;  // deliveries
  std::uint64_t listeners_;
  latency times_{0};
};

}  // namespace actorgate::bench
