#include "bench/latency.hpp"

#include <algorithm>

namespace actorgate::bench {

double latency::percentile_us(double share) {
  if (samples_.empty()) return 0;
  const auto last = static_cast<double>(samples_.size() - 1);
  const auto at = samples_.begin() + static_cast<std::ptrdiff_t>(share * last + 0.5);
  std::nth_element(samples_.begin(), at, samples_.end());
  return *at / 1e3;
}

}  // namespace actorgate::bench
