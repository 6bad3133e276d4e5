#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "protocol/shared_text.hpp"

namespace actorgate::actors {

/// Finds the names that come most often, in bounded memory and constant time for each (J. Misra and D. Gries,
/// "Finding repeated elements", 1982): one that makes up more than 1/256 of all is not missed, and counted
/// too low by at most that share. What was longer ago counts for less.
class frequent_names {
public:
  static constexpr std::size_t capacity = 255;

  struct named_count {
    std::string name;
    double count;
  };

  void count(std::string_view name);
  /// The first of them, by how often; those that come as often by name.
  std::vector<named_count> first(std::size_t limit) const;
  /// To be called after each interval: halves what has been counted, and forgets what is less than a quarter
  /// by then. A name that comes n times in each is counted 2n times before this is called, if it has come for
  /// a while.
  void age();

private:
  /// So much in `counts_` is once.
  static constexpr std::uint64_t once = 1024;

  boost::unordered_flat_map<protocol::shared_text, std::uint64_t, protocol::shared_text::hash,
                            std::equal_to<>>
      counts_;
};

}  // namespace actorgate::actors
