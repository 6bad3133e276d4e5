#pragma once
#include <memory>
#include <span>
#include <vector>

#include "actors/actors.hpp"
#include "cache/subscription.hpp"

namespace actorgate::actors {

/// The clients of a relay who ask for the same and write the rid alike. Mostly there is one, who lies in the
/// group itself.
class client_group {
public:
  struct client {
    connection_actor connection;
    cache::slot_id slot = cache::no_slot;
    bool loaded = false;  ///< has been told of the resource, so gets its events
  };

  /// Those of them who are leaving may still be there, until `settle`. Good until somebody comes or goes.
  std::span<client> clients() {
    return crowd_ ? std::span{crowd_->clients} : std::span{&one_, one_.connection ? 1u : 0u};
  }
  void add(client c);
  void leave(const connection_actor& connection, cache::slot_id slot);
  /// Removes those who are leaving: all in one pass, because a thousand may leave at once.
  void settle();
  void remove_loaded();

private:
  struct crowd {
    std::vector<client> clients;
    std::vector<client> leaving;  ///< to be looked for among the clients; perhaps gone already
  };

  client one_;                    ///< without a connection if there is none, or a crowd
  std::unique_ptr<crowd> crowd_;  ///< from the second client on
};

}  // namespace actorgate::actors
