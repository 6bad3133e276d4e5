#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "actors/address_book.hpp"
#include "actors/client_group.hpp"
#include "actors/lean_actor.hpp"
#include "actors/messages.hpp"
#include "cache/small_map.hpp"
#include "inspection/answers.hpp"
#include "net/frame.hpp"
#include "protocol/version.hpp"

namespace actorgate::actors {

/// An event for all clients of one shard that know the resource by one rid. Framed once for each protocol
/// generation, when the first client of that generation is sent it.
class framed_event final : public cache::relayed_event {
public:
  framed_event(cache::resource_event_ptr e, shared_text rid)
      : relayed_event(std::move(e)), rid_(std::move(rid)) {}
  /// Belongs to the shard's thread.
  net::frame_ptr frame(protocol::version v) const;
  /// As a message to clients of the current generation.
  std::string text() const;

private:
  shared_text rid_;
  mutable net::frame_ptr current_, legacy_;
};

/// See `relay_actor`. What clients ask for is a query; those of one query who write the rid alike are a
/// group, and share the frames of its events.
///
/// Every query has at most one question to the entry under way, and is not closed before that is answered: so
/// no answer to an earlier question can be taken for that to a later one.
class relay final : public lean_actor<relay, relay_actor> {
public:
  static constexpr auto actor_name = "relay";

  relay(caf::actor_config& config, caf::execution_unit* home, const address_book& book, shared_text name,
        cache::watcher_id shard);

  // -- called by the hub

  /// Adds a client, which is told of events from then on. The resource as it is, if that is known; otherwise
  /// the client will be told.
  cache::snapshot_ptr subscribe(client_slot&& who, cache::throttle_id throttle);
  void unsubscribe(client_slot&& who);
  /// Sends a request by the way of what has been said about the query, or to NATS if that has arrived
  /// already.
  void ask(std::string_view query, send_request request);

  const shared_text& name() const { return name_; }
  /// Nobody needs it, and nothing is to come for it.
  bool empty() const { return queries_.empty(); }

  // -- called by the inspector, by way of the hub

  inspection::subscribers_row report();

  // -- messages

  void on(resource_loaded& fact);
  void on(resource_failed& fact);
  void on(resource_changed& fact);
  void on(access_changed& fact);
  void on(service_replied& reply);

private:
  using opened_groups = cache::small_map<shared_text, client_group>;
  struct opened {
    cache::snapshot_ptr current;                 ///< null once an event has made it old
    [[no_unique_address]] opened_groups groups;  ///< by the rid that their clients use
    bool asked = false;                          ///< the entry will say what is current
    cache::resource_id resource = 0;             ///< 0: not loaded
  };
  using opened_queries = cache::small_map<shared_text, opened>;
  using opened_query = opened_queries::element;
  using query_index = std::unordered_multimap<cache::resource_id, opened_query*>;

  void open(const shared_text& query, opened& o, cache::throttle_id throttle);
  void become(opened_query& q, cache::resource_id resource);
  boost::container::small_vector<opened_query*, 4> queries_of(cache::resource_id resource);
  void index_queries();
  const directory_actor& directory() const { return book_.home_of(name_).directory; }
  void spread(opened& o, const cache::resource_event_ptr& event);
  void clean(opened_query& q);
  void end(opened_query& q);

  cache::watcher_id shard_;  // first, for it fits behind the base class
  const address_book& book_;
  shared_text name_;
  opened_queries queries_;
  std::unique_ptr<query_index> by_resource_;  ///< of the loaded ones, from the second query on
};

}  // namespace actorgate::actors
