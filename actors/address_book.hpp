#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <caf/execution_unit.hpp>

#include "actors/actors.hpp"
#include "actors/statistics.hpp"
#include "actors/wiretap.hpp"
#include "net/http_cors.hpp"
#include "net/websocket.hpp"

namespace actorgate::actors {

class frequent_names;

/// A method of a resource that authenticates clients by the headers of their requests.
struct auth_method {
  std::string name;  ///< of the resource; empty: nobody authenticates
  std::string method;
  explicit operator bool() const { return !name.empty(); }
};

/// How resources are served over HTTP.
struct http_settings {
  std::string api_path = "/api/";  ///< below which resources lie
  bool flat = false;               ///< the encoding is jsonflat instead of json
  auth_method header_auth;         ///< before each request
  auth_method ws_header_auth;      ///< before each WebSocket
  /// The methods of resources that HTTP methods stand for; empty: not allowed.
  std::string put_method, delete_method, patch_method;
  net::cors_policy cors;
  std::size_t response_limit = 32u << 20;  ///< bytes of a resource with all that it refers to
};

/// How the gateway is served as resources.
struct admin_settings {
  bool enabled = false;
  auth_method access;                        ///< who may see them is asked of this method; empty: nobody may
  std::chrono::milliseconds interval{2000};  ///< between two looks
};

/// A request name and a method together may be that long: subjects are made of a type and both; with these
/// and the inbox for the reply, no protocol line may pass NATS' limit of 4096 bytes.
inline constexpr std::size_t max_name_and_method = 4000;

/// What actors are told when they are made.
struct settings {
  std::chrono::milliseconds request_timeout{3000};
  std::chrono::milliseconds eviction_delay{5000};  ///< how long a resource is kept after its last use
  std::size_t reset_throttle = 0;                  ///< requests at once after a system reset; 0: no limit
  std::size_t reference_throttle = 0;              ///< gets at once for one tree of references; 0: no limit
  std::size_t pending_requests = 10'000;           ///< unanswered requests of one connection
  std::size_t pending_bytes = 16u << 20;           ///< of their params that wait for access
  std::size_t request_rate = 0;                    ///< requests of one connection in one second; 0: no limit
  std::size_t rid_bytes = 16u << 20;    ///< of one connection's resource ids, when long ones are asked for
  std::size_t subscriptions = 100'000;  ///< resources that one connection's requests may subscribe to
  std::chrono::seconds heartbeat{30};   ///< a client silent for two of them is gone
  net::websocket_limits websocket{};
  http_settings http{};
  std::string node_id = {};        ///< of this gateway, among those on its NATS; empty: a random one
  bool cluster = false;            ///< tells the others that it is there, and listens to them
  bool connection_events = false;  ///< tells services of WebSockets that come and go
  std::chrono::milliseconds cluster_heartbeat{5000};  ///< a node silent for three of them is gone
  std::string inspect_address = {};                   ///< what the others are told of it; empty: none
  admin_settings admin{};
};

/// Whom the end of the process waits for.
struct guests {
  std::atomic<std::size_t> connections{0};  ///< WebSockets and streams
};

/// Who and what can be found where. Filled before the first connection, unchanged until all shards have
/// stopped.
struct address_book {
  struct place {
    caf::execution_unit* unit = nullptr;  ///< null: wherever the scheduler says
    hub_actor hub;
    directory_actor directory;
    /// Of actors on this shard.
    std::shared_ptr<shard_statistics> counts = std::make_shared<shard_statistics>();
    std::shared_ptr<wiretap> tap = std::make_shared<wiretap>();
  };

  settings config;
  std::shared_ptr<actors::guests> guests = std::make_shared<actors::guests>();
  std::vector<place> places;  ///< by shard
  nats_gateway_actor nats;
  beacon_actor beacon;
  admin_actor admin;  ///< null: it is not wanted
  /// Whose events come most often, as NATS' shard sees it; null: nobody wants to know.
  std::shared_ptr<frequent_names> busiest;
  caf::execution_unit* nats_unit = nullptr;

  /// The shard where the entry of that name lives: with NATS, on the first one, because what an entry does is
  /// done on the way from or to NATS, and a change of thread costs more than that. Only a quarter of many
  /// shards have entries, so that the first one has time for NATS.
  std::size_t shard_of(std::string_view name) const {
    constexpr std::size_t shards_for_each = 4;
    const auto homes = std::max<std::size_t>(1, places.size() / shards_for_each);
    return homes == 1 ? 0 : std::hash<std::string_view>{}(name) % homes;
  }
  const place& home_of(std::string_view name) const { return places[shard_of(name)]; }
};

}  // namespace actorgate::actors
