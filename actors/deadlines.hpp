#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace actorgate::actors {

/// When pending requests are late, to the precision of a slot of time and never too early. What has been
/// answered is not taken out: it is simply no longer asked for when its slot comes, which makes adding and
/// answering cheap.
class deadlines {
public:
  using time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds slot{20};

  void add(std::uint64_t id, time due) { slots_[due.time_since_epoch() / slot + 1].push_back(id); }

  /// Calls `late(id)` for everything whose slot has passed by `now`.
  template <class F>
  void collect(time now, F late) {
    while (!slots_.empty() && slots_.begin()->first <= now.time_since_epoch() / slot) {
      const auto due = std::move(slots_.begin()->second);
      slots_.erase(slots_.begin());
      for (auto id : due) late(id);
    }
  }

  bool empty() const { return slots_.empty(); }

private:
  std::map<std::int64_t, std::vector<std::uint64_t>> slots_;
};

}  // namespace actorgate::actors
