#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "actors/statistics.hpp"

namespace actorgate::actors {

/// What a gateway has to tell at one moment.
struct gateway_report {
  struct shard {
    double lag_seconds = 0;       ///< how long it took the shard to get to what it was asked
    std::size_t queue_depth = 0;  ///< actors that were waiting for their turn
  };
  shard_statistics total;
  std::vector<shard> shards;
  bool nats_connected = false;
  std::uint64_t nats_reconnects = 0;
  bool draining = false;
};

/// The Content-Type of an exposition.
inline constexpr auto exposition_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The report, and what the system says of the process, as OpenMetrics text. The families `resgate_*` are
/// those of Resgate 1.8.0.
std::string expose(const gateway_report& report);

}  // namespace actorgate::actors
