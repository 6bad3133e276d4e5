#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/steady_timer.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "actors/address_book.hpp"
#include "actors/admin_page.hpp"
#include "actors/exposition.hpp"
#include "actors/inspection_door.hpp"
#include "actors/nats_bus.hpp"
#include "actors/operator_door.hpp"
#include "actors/scheduler.hpp"
#include "net/admission.hpp"
#include "net/http_door.hpp"

namespace actorgate::actors {

struct gateway_options {
  settings actors;
  net::nats_options nats;
  net::http_door_options door;
  std::size_t shards = 0;                               ///< 0: as many as the machine has cores
  std::chrono::microseconds busy_poll{0};               ///< how long shards stay awake for what comes next
  std::optional<net::http_door_options> operator_door;  ///< for metrics and health checks
  std::optional<inspection_options> inspection;         ///< there is an inspector
  std::shared_ptr<const admin_page> page = {};          ///< for operators; null: none
  net::admission_limits admission;                      ///< of clients' connections
  /// How long NATS may be away before it counts as lost; 0: not at all.
  std::chrono::milliseconds nats_window{30'000};
  /// Called by the constructor when NATS is there, before the doors are opened.
  std::function<void()> before_doors = [] {};
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
  /// The address and port for clients.
  const std::string& place() const { return place_; }
  /// That of the operator's door; 0 if there is none.
  std::uint16_t operator_port() const { return operator_door_ ? operator_door_->port() : std::uint16_t{0}; }
  /// That of the inspector; 0 if there is none.
  std::uint16_t inspection_port() const {
    return inspection_door_ ? inspection_door_->port() : std::uint16_t{0};
  }
  /// `host:port` of it; empty if there is none.
  const std::string& inspection_place() const { return book_.config.inspect_address; }
  const std::string& nats_url() const { return nats_url_; }
  /// How many WebSocket clients and streams there are.
  std::size_t connections() const { return book_.guests->connections; }

  /// Ends the service in order, before the destructor does: takes no more connections, and has WebSockets and
  /// streams asked to leave, one after the other within `patience`. Requests that have begun are answered,
  /// and then their connections end; to be waited for they have that time, and a few seconds more. Without
  /// any patience WebSockets are closed at once.
  void drain(std::chrono::milliseconds patience);
  /// Whether clients are welcome: NATS is there, and nobody is sent away.
  bool ready() const { return nats_connected_ && !draining_; }
  /// Collects from all shards what they have counted, and hands it over on the first one's thread. From any
  /// thread.
  void report(std::function<void(gateway_report)> take);
  const std::string& node_id() const { return book_.config.node_id; }

private:
  struct config : caf::actor_system_config {
    config(std::size_t shards, std::chrono::microseconds busy_poll);
  };

  void start_nats(const net::nats_options& options);
  void start_actors();
  void start_admin();
  void start_beacon(const std::string& address, std::uint16_t port);
  void count_node(node_list_taker take);
  void leave_cluster();
  void open_inspection_door(const inspection_options& options);
  void open_doors(const gateway_options& options);
  void await_nats();
  void stop();
  void stop_connections();
  void on_nats(net::nats_event event, const std::string& detail);
  bool admit(const std::string& remote_address) override { return admission_.enter(remote_address); }
  bool counts_connections() const override { return admission_.is_limited(); }
  void left(const std::string& remote_address) noexcept override { admission_.leave(remote_address); }
  void on_upgrade(net::loop& l, const net::handshake& said, net::http_responder_ptr responder) override;
  void on_request(net::loop& l, const net::http_request& request, net::http_responder_ptr responder) override;
  /// Spawns a connection on the shard of that loop.
  template <class Connection, class Begin, class... Args>
  void spawn_connection(net::loop& l, Begin begin, Args&&... args);
  shard& nats_shard() { return scheduler::of(system_).at(0); }

  std::function<void(std::string)> on_lost_;
  config config_;
  std::unique_ptr<inspection_door> inspection_door_;  ///< outlives its visits
  address_book book_;  ///< outlives what the loops let go of, as do the next two
  std::unique_ptr<operator_door> operator_door_;
  net::admission admission_;
  std::shared_ptr<const admin_page> page_;
  caf::actor_system system_;
  std::unordered_map<const net::loop*, cache::watcher_id> shard_of_;
  std::shared_ptr<nats_bus> bus_;
  std::unique_ptr<net::http_door> door_;
  std::string nats_url_, place_;
  std::chrono::milliseconds nats_window_;
  std::optional<boost::asio::steady_timer> nats_absence_;  ///< belongs to NATS' shard
  std::atomic<bool> started_ = false;
  std::atomic<bool> nats_connected_ = true;
  std::atomic<bool> draining_ = false;
  std::atomic<std::uint64_t> nats_reconnects_ = 0;
};

}  // namespace actorgate::actors
