#pragma once
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "actors/address_book.hpp"
#include "actors/lean_actor.hpp"
#include "actors/messages.hpp"

namespace actorgate::actors {

/// See `hub_actor`. Counts what it passes on to a relay: one that has no client any more is let go of only if
/// it has seen all of that.
class hub final : public lean_actor<hub, hub_actor> {
public:
  static constexpr auto actor_name = "hub";

  hub(caf::actor_config& config, caf::execution_unit* home, const address_book& book,
      cache::watcher_id shard);

  void on(subscribe_client& command);
  void on(unsubscribe_client& command);
  void on(ask_behind& command);
  void on(relay_emptied& fact);
  void on(connection_opened& fact);
  void on(connection_closed& fact);
  void on(reset_tokens& command);
  void on(close_connections& command);
  void on(drain_connections& command);
  void on(tick&);

private:
  struct record {
    relay_actor relay;
    std::uint32_t passed = 0;
  };

  template <class Message>
  void tell_all(const Message& message);

  const address_book& book_;
  cache::watcher_id shard_;
  std::unordered_map<std::string, record> relays_;
  std::unordered_set<connection_actor> connections_;
  std::vector<connection_actor> leaving_;  ///< they will be asked to, one after the other
  bool draining_ = false;                  ///< nobody is to stay
  bool ticking_ = false;
};

}  // namespace actorgate::actors
