#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>

namespace actorgate::cache {

/// Names a group of requests of which only so many may be under way at once; 0 is no group.
using throttle_id = std::uint64_t;
/// The throttle of what is asked again because services may have been away, and may yet be: that nobody
/// answers must not be taken for an answer. Where two requests become one, the greater throttle counts: this
/// one before all others, that of a later reset before that of an earlier one.
inline constexpr throttle_id patient = ~throttle_id{0};

/// Bounded numbers of requests in flight: those of one system reset, or of one tree of references.
/// A request waits by its ticket. Groups exist while they have requests.
class throttle {
public:
  /// Whether a request of this group may be sent now; otherwise it waits.
  bool enter(throttle_id group, std::size_t limit, std::uint64_t ticket);
  /// A request of this group has ended, however it did. The ticket that may be sent in its place, or 0.
  std::uint64_t leave(throttle_id group);

  std::size_t groups() const { return groups_.size(); }

private:
  struct state {
    std::size_t in_flight = 0;
    std::deque<std::uint64_t> waiting;
  };
  std::unordered_map<throttle_id, state> groups_;
};

}  // namespace actorgate::cache
