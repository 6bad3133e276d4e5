#pragma once
#include <string>
#include <vector>

#include "actors/address_book.hpp"
#include "actors/lean_actor.hpp"
#include "actors/messages.hpp"
#include "net/frame.hpp"
#include "protocol/version.hpp"

namespace actorgate::actors {

/// An event for all clients of one shard that know the resource by one rid. Framed once for each protocol
/// generation, when the first client of that generation is sent it.
class framed_event final : public cache::relayed_event {
public:
  framed_event(cache::resource_event_ptr e, std::string rid)
      : relayed_event(std::move(e)), rid_(std::move(rid)) {}
  /// Belongs to the shard's thread.
  net::frame_ptr frame(protocol::version v) const;

private:
  std::string rid_;
  mutable net::frame_ptr current_, legacy_;
};

/// See `relay_actor`. The clients of a rid are a group; groups with the same query share what the entry says.
class relay final : public lean_actor<relay, relay_actor> {
public:
  static constexpr auto actor_name = "relay";

  relay(caf::actor_config& config, caf::execution_unit* home, const address_book& book, std::string name,
        cache::watcher_id shard);

  void on(subscribe_client& command);
  void on(unsubscribe_client& command);
  void on(resource_loaded& fact);
  void on(resource_failed& fact);
  void on(resource_changed& fact);
  void on(access_changed& fact);
  void on(service_replied& reply);

private:
  struct client {
    connection_actor connection;
    cache::slot_id slot;
    bool loaded;  ///< has been told of the resource, so gets its events
  };
  struct group {
    std::string rid, query;
    cache::resource_id resource = 0;  ///< 0: not loaded
    cache::snapshot_ptr current;      ///< null once an event has made it old
    bool asked = false;               ///< the entry will say what is current
    std::vector<client> clients;
  };

  group& obtain(subscribe_client& command);
  void ask(group& g, cache::throttle_id throttle);
  void close(group& g);
  void remove_empty();

  const address_book& book_;
  const directory_actor& directory_;
  std::string name_;
  std::vector<group> groups_;
  std::uint32_t served_ = 0;
  cache::watcher_id shard_;
};

}  // namespace actorgate::actors
