#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>

#include "actors/address_book.hpp"
#include "actors/lean_actor.hpp"
#include "actors/messages.hpp"
#include "protocol/node_report.hpp"

namespace actorgate::actors {

/// See `beacon_actor`. In a cluster (`settings::cluster`) it publishes a report of this gateway every
/// `settings::cluster_heartbeat`, hears those of the others, and logs who comes and goes. Otherwise it keeps
/// quiet, and knows of nobody else.
///
/// Another node is gone when it says so, or when it has been silent for three of its own intervals. As long
/// as our own reports do not come back to us, we are deaf, and silence says nothing; nor does it when we have
/// slept.
class beacon final : public lean_actor<beacon, beacon_actor> {
public:
  static constexpr auto actor_name = "beacon";
  /// More are not known; so strangers on the subject cannot fill the memory.
  static constexpr std::size_t max_nodes = 1000;

  beacon(caf::actor_config& config, caf::execution_unit* home, const address_book& book);

  void on(start_beacon& command);
  void on(list_nodes& command);
  void on(node_counted& fact);
  void on(leave_cluster& command);
  void on(event_arrived& event);
  void on(tick&);

private:
  struct known {
    protocol::node_report report;
    std::chrono::steady_clock::time_point heard;
  };

  bool speaks() const { return book_.config.cluster && count_; }
  protocol::node_report own_report(const node_counted& counts) const;
  std::vector<known_node> table(protocol::node_report own);
  void publish(const protocol::node_report& report, std::function<void()> sent = nullptr);
  void hear(protocol::node_report report);
  void hear_own(const protocol::node_report& report);
  void list(const protocol::node_report& report, bool is_there);
  void welcome(protocol::node_report report);
  void bury_silent();

  const address_book& book_;
  protocol::node_report self_;                        ///< with what never changes
  std::function<void(node_list_taker)> count_;        ///< null until it begins, and when it has left
  std::map<std::string, known, std::less<>> others_;  ///< by id
  std::chrono::steady_clock::time_point latest_tick_;
  bool is_deaf_ = false;  ///< the latest report has not come back so far
  bool warned_of_twin_ = false, warned_of_crowd_ = false;
};

}  // namespace actorgate::actors
