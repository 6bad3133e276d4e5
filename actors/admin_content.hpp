#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "actors/exposition.hpp"
#include "actors/frequent_names.hpp"
#include "inspection/answers.hpp"
#include "protocol/node_report.hpp"
#include "protocol/service_response.hpp"

// What the resources that describe a gateway say: see docs/admin.md. No actor, no clock.

namespace actorgate::actors {

/// What happens in each second.
struct node_rates {
  double requests = 0, events_in = 0, events_out = 0, bytes_in = 0, bytes_out = 0;
};

/// Makes rates out of what has been counted since the start.
class rate_meter {
public:
  using time = std::chrono::steady_clock::time_point;
  /// Between the call before and this one; none at the first.
  node_rates measure(const shard_statistics& total, time now);

private:
  struct counted {
    std::uint64_t requests, events_in, events_out, bytes_in, bytes_out;
    time at;
  };
  std::optional<counted> before_;
};

/// A resource that many clients have, by the events that come for it.
struct busy_resource {
  std::string name;
  double events = 0;  ///< in each second
  std::uint64_t clients = 0;
};

/// The model of all nodes: a reference for each.
protocol::resource_content nodes_content(const std::set<std::string, std::less<>>& ids);

struct node_facts {
  protocol::node_report self;
  gateway_report report;
  node_rates rates;
  std::uint64_t memory = 0;  ///< bytes
  std::uint64_t slow = 0;    ///< clients for whom something waits
};
protocol::resource_content node_content(const node_facts& facts);

/// Collections of data values.
protocol::resource_content clients_content(const std::vector<inspection::connection_row>& rows);
protocol::resource_content busiest_content(const std::vector<busy_resource>& rows);

}  // namespace actorgate::actors
