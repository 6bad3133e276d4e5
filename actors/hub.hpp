#pragma once
#include <string_view>
#include <vector>

#include "actors/address_book.hpp"
#include "actors/lean_actor.hpp"
#include "actors/messages.hpp"
#include "actors/named_set.hpp"
#include "cache/walk.hpp"
#include "inspection/answers.hpp"

namespace actorgate::actors {

class relay;

/// See `hub_actor`.
class hub final : public lean_actor<hub, hub_actor> {
public:
  static constexpr auto actor_name = "hub";

  hub(caf::actor_config& config, caf::execution_unit* home, const address_book& book,
      cache::watcher_id shard);

  // -- called by the connections here

  /// Adds a client to the relay of the name, which is made if there is none: see `relay::subscribe`.
  cache::snapshot_ptr subscribe(client_slot&& who, cache::throttle_id throttle);
  void unsubscribe(client_slot&& who);
  /// Sends a request that must not overtake what the connection said about the resource before: the service
  /// may take back its answer with an event, which has to be heard.
  void ask(std::string_view name, std::string_view query, send_request request);

  // -- messages

  void on(relay_emptied& fact);
  void on(connection_opened& fact);
  void on(connection_closed& fact);
  void on(reset_tokens& command);
  void on(close_connections& command);
  void on(drain_connections& command);
  void on(survey_clients& command);
  void on(tick&);

  // -- called by the inspector

  std::size_t connections() const { return connections_.size(); }
  std::size_t relays() const { return relays_.size(); }
  /// Tells of some of the connections here in whose row `filter` occurs: see `cache::walk_on`.
  cache::walk_end report(std::vector<std::string>& trail, const cache::walk_bounds& bounds,
                         std::string_view filter, std::vector<inspection::connection_row>& to);
  /// Looks for a connection among some of them.
  cache::walk_end find(std::string_view cid, std::vector<std::string>& trail,
                       const cache::walk_bounds& bounds, connection_actor& found);
  /// Who is told of the resources of that name here.
  inspection::subscribers_row report_subscribers(std::string_view name);

private:
  struct id_of {
    using type = caf::actor_id;
    type operator()(const connection_actor& c) const { return c.id(); }
  };

  template <class Message>
  void tell_all(const Message& message);

  const address_book& book_;
  cache::watcher_id shard_;
  named_set<relay, relay_actor> relays_;
  cache::keyed_set<connection_actor, id_of> connections_;
  std::vector<connection_actor> leaving_;  ///< they will be asked to, one after the other
  bool draining_ = false;                  ///< nobody is to stay
  bool ticking_ = false;
};

}  // namespace actorgate::actors
