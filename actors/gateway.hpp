#pragma once
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "actors/address_book.hpp"
#include "actors/nats_bus.hpp"
#include "actors/scheduler.hpp"
#include "net/http_door.hpp"

namespace actorgate::actors {

struct gateway_options {
  settings actors;
  net::nats_options nats;
  net::http_door_options door;
  std::size_t shards = 0;  ///< 0: as many as the machine has cores
};

/// The process: starts everything in order and ends it in order. It is no actor, because both take waiting,
/// which no actor may do.
///
/// Start: shards, NATS, actors, door. End: door, connections, NATS, shards, actors.
class gateway final : private net::http_door_owner {
public:
  /// Serves from here on; to be ended on the same thread, where CAF keeps something of its system. Throws
  /// `net::nats_error` or `std::system_error`, with a message for whoever started it. `on_lost` is called, on
  /// some thread, when NATS is gone for good.
  gateway(const gateway_options& options, std::function<void(std::string)> on_lost);
  ~gateway();
  gateway(const gateway&) = delete;
  gateway& operator=(const gateway&) = delete;

  std::uint16_t port() const { return door_->port(); }
  const std::string& nats_url() const { return nats_url_; }
  /// How many WebSocket clients there are.
  std::size_t connections() const { return book_.statistics->connections; }

private:
  struct config : caf::actor_system_config {
    explicit config(std::size_t shards);
  };

  void start_nats(const net::nats_options& options);
  void start_actors();
  void open_door(const net::http_door_options& options);
  void stop();
  void stop_connections();
  void on_nats(net::nats_event event, const std::string& detail);
  void on_upgrade(net::loop& l, const net::handshake& said, net::http_responder_ptr responder) override;
  void on_request(net::loop& l, const net::http_request& request, net::http_responder_ptr responder) override;
  /// Spawns a connection on the shard of that loop.
  template <class Connection, class Begin, class... Args>
  void spawn_connection(net::loop& l, Begin begin, Args&&... args);
  shard& nats_shard() { return scheduler::of(system_).at(0); }

  std::function<void(std::string)> on_lost_;
  config config_;
  address_book book_;  ///< outlives what the loops let go of
  caf::actor_system system_;
  std::unordered_map<const net::loop*, cache::watcher_id> shard_of_;
  std::shared_ptr<nats_bus> bus_;
  std::unique_ptr<net::http_door> door_;
  std::string nats_url_;
  std::atomic<bool> started_ = false;
};

}  // namespace actorgate::actors
