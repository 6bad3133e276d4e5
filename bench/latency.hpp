#pragma once
#include <cstdint>
#include <vector>

namespace actorgate::bench {

/// Every measured time, to ask for percentiles of.
class latency {
public:
  explicit latency(std::size_t expected) { samples_.reserve(expected); }

  void add(std::uint64_t ns) { samples_.push_back(static_cast<std::uint32_t>(ns < limit ? ns : limit)); }

  std::size_t count() const { return samples_.size(); }

  /// In microseconds: what `share` (0 to 1) of the samples do not exceed; 0 without samples. Sorts partly.
  double percentile_us(double share);

private:
  static constexpr std::uint64_t limit = 0xffffffff;

  std::vector<std::uint32_t> samples_;  // nanoseconds; 4.3 s stands for everything above
};

}  // namespace actorgate::bench
