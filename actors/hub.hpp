#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "actors/address_book.hpp"
#include "actors/lean_actor.hpp"
#include "actors/messages.hpp"
#include "actors/named_set.hpp"

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
  void on(tick&);

private:
  template <class Message>
  void tell_all(const Message& message);

  const address_book& book_;
  cache::watcher_id shard_;
  named_set<relay, relay_actor> relays_;
  boost::unordered_flat_set<connection_actor, std::hash<connection_actor>> connections_;
  std::vector<connection_actor> leaving_;  ///< they will be asked to, one after the other
  bool draining_ = false;                  ///< nobody is to stay
  bool ticking_ = false;
};

}  // namespace actorgate::actors
