#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "actors/messages.hpp"

namespace actorgate::actors {

/// What an operator should know of a client first: what waits for it, then how much it has subscribed to.
struct client_load {
  std::uint64_t queued_bytes = 0, subscriptions = 0;
  auto operator<=>(const client_load&) const = default;
};

/// Looks through the clients of one hub, a stretch at a time, and keeps the ones with the most load.
class client_survey {
public:
  static constexpr std::size_t kept = 20;                ///< of all of them
  static constexpr std::size_t stretch = 2000;           ///< clients in one visit
  static constexpr std::chrono::milliseconds pause{10};  ///< between two visits

  void consider(client_load load, const connection_actor& client);
  /// The most loaded first.
  std::vector<connection_actor> take_first();
  std::uint64_t slow() const { return slow_; }
  /// Where it goes on: see `cache::walk_on`.
  std::vector<std::string>& trail() { return trail_; }

private:
  struct candidate {
    client_load load;
    connection_actor client;
  };

  std::vector<std::string> trail_;
  std::vector<candidate> first_;  ///< a heap, the least loaded at its top
  std::uint64_t slow_ = 0;
};

}  // namespace actorgate::actors
