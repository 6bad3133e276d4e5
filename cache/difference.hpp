#pragma once
#include <cstddef>
#include <vector>

#include "protocol/value.hpp"

namespace actorgate::cache {

/// How one list becomes another: first the removals, then the additions. Both ascend.
struct list_difference {
  std::vector<std::size_t> removed;  ///< indexes in the old list
  std::vector<std::size_t> added;    ///< indexes in the new list
};

/// The fewest removals and additions that turn `before` into `after`, by longest common subsequence.
/// Takes O((n + r) log n), r being the number of pairs of equal values in what differs. Beyond `max_pairs`
/// (long lists of few different values) it is no longer the fewest: everything that differs is replaced.
list_difference difference(const std::vector<protocol::value>& before,
                           const std::vector<protocol::value>& after, std::size_t max_pairs = 8'000'000);

}  // namespace actorgate::cache
