#pragma once
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace actorgate::net {

/// How many connections are let in; 0: as many as come.
struct admission_limits {
  std::size_t total = 0;
  std::size_t per_address = 0;
};

/// Counts connections where there is a limit. From any thread: it is asked once for each connection, so a
/// lock costs nothing that matters.
class admission {
public:
  explicit admission(admission_limits limits) : limits_(limits) {}

  /// Whether one more from that address may come; then it counts until `leave`.
  bool enter(const std::string& address);
  void leave(const std::string& address) noexcept;
  bool is_limited() const { return limits_.total > 0 || limits_.per_address > 0; }

private:
  const admission_limits limits_;
  std::mutex mutex_;
  std::size_t inside_ = 0;
  std::unordered_map<std::string, std::size_t> by_address_;  ///< where those are limited
};

}  // namespace actorgate::net
