#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <caf/execution_unit.hpp>

#include "actors/actors.hpp"
#include "net/websocket.hpp"

namespace actorgate::actors {

/// What actors are told when they are made.
struct settings {
  std::chrono::milliseconds request_timeout{3000};
  std::chrono::milliseconds eviction_delay{5000};  ///< how long a resource is kept after its last use
  std::size_t reset_throttle = 0;                  ///< requests at once after a system reset; 0: no limit
  std::size_t reference_throttle = 0;              ///< gets at once for one tree of references; 0: no limit
  std::size_t pending_requests = 10'000;           ///< unanswered requests of one connection
  std::size_t subscriptions = 100'000;  ///< resources that one connection's requests may subscribe to
  std::chrono::seconds heartbeat{30};   ///< a client silent for two of them is gone
  net::websocket_limits websocket{};
};

/// What the actors count, for whoever wants to know.
struct statistics {
  std::atomic<std::size_t> connections{0};
};

/// Who and what can be found where. Filled before the first connection, unchanged until all shards have
/// stopped.
struct address_book {
  struct place {
    caf::execution_unit* unit = nullptr;  ///< null: wherever the scheduler says
    hub_actor hub;
    directory_actor directory;
  };

  settings config;
  std::shared_ptr<actors::statistics> statistics = std::make_shared<actors::statistics>();
  std::vector<place> places;  ///< by shard
  nats_gateway_actor nats;
  caf::execution_unit* nats_unit = nullptr;

  const place& home_of(std::string_view name) const {
    return places[std::hash<std::string_view>{}(name) % places.size()];
  }
};

}  // namespace actorgate::actors
