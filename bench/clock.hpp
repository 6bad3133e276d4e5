#pragma once
#include <chrono>
#include <cstdint>

namespace actorgate::bench {

/// Nanoseconds of the monotonic clock.
inline std::uint64_t now_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

inline double seconds_since(std::uint64_t start) { return static_cast<double>(now_ns() - start) / 1e9; }

}  // namespace actorgate::bench
