#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/clock.hpp"
#include "bench/failure.hpp"

namespace actorgate::bench {

/// The one loop of the load generator: level-triggered epoll, and a buffer that all sockets read into.
class poller {
public:
  class handler {
  public:
    virtual void on_ready(std::uint32_t events) = 0;

  protected:
    ~handler() = default;
  };

  static constexpr auto patience = std::chrono::seconds(120);

  poller();
  ~poller();
  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;

  /// A handler may remove itself or others, and may be called once more after that: handlers outlive the
  /// loop's turn.
  void add(int fd, std::uint32_t events, handler& h);
  void change(int fd, std::uint32_t events, handler& h);
  void remove(int fd);

  /// Handles what is ready, after waiting for it for at most `wait`.
  void poll(std::chrono::nanoseconds wait);

  /// Polls until `done()`; fails if that takes longer than `patience`. What no socket tells of is looked at
  /// every `tick`.
  template <class Condition>
  void until(Condition done, const std::string& what,
             std::chrono::nanoseconds tick = std::chrono::milliseconds(50)) {
    const auto end = now_ns() + static_cast<std::uint64_t>(std::chrono::nanoseconds(patience).count());
    while (!done()) {
      poll(tick);
      if (now_ns() > end) fail("not done in time: " + what);
    }
  }

  /// Polls until the clock shows `deadline` (of `now_ns`).
  void until_time(std::uint64_t deadline);

  /// Polls for a while, so that what should not come would be seen.
  void linger(std::chrono::nanoseconds time);

  /// When the current handler's socket was found ready; good enough for latencies, and cheap.
  std::uint64_t ready_at() const { return ready_at_; }

  /// Where a handler reads to, until it returns.
  std::vector<char>& buffer() { return buffer_; }

private:
  int epoll_;
  std::uint64_t ready_at_ = 0;
  std::vector<char> buffer_;
};

}  // namespace actorgate::bench
