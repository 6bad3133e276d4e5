#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "actors/address_book.hpp"
#include "actors/admin_content.hpp"
#include "actors/lean_actor.hpp"
#include "actors/messages.hpp"
#include "cache/resource.hpp"

namespace actorgate::actors {

/// See `admin_actor`. A RES service like any other: it answers get and access requests on NATS, and sends
/// events. It knows nothing of who is listening; so a gateway asks it for its own clients as for those of
/// others.
///
/// The model of all nodes belongs to nobody: any node answers for it, and all of them say what has changed as
/// they notice. That is why it is no collection: what is said of a key is right in any order and however
/// often, an index is not.
class admin_service final : public lean_actor<admin_service, admin_actor> {
public:
  static constexpr auto actor_name = "admin_service";
  static constexpr std::size_t max_rows = 20;       ///< of a collection
  static constexpr std::size_t max_waiting = 1000;  ///< requests whose answers take time

  admin_service(caf::actor_config& config, caf::execution_unit* home, const address_book& book);

  void on(start_admin& command);
  void on(renew_admin&);
  void on(event_arrived& request);
  void on(service_replied& reply);
  void on(node_listed& fact);
  void on(node_measured& fact);
  void on(clients_surveyed& fact);
  void on(tick&);

private:
  /// One resource that is served.
  struct served {
    std::string name;
    cache::resource content;
  };
  /// The hubs are being asked.
  struct survey {
    std::vector<busy_resource> busiest;
    std::vector<inspection::connection_row> clients;
    std::uint64_t slow = 0;
    std::size_t missing = 0;  ///< hubs
  };

  served* find(std::string_view name);
  void update(served& what, protocol::resource_content now);
  void begin_survey();
  void end_survey();
  std::chrono::milliseconds time_to_hear() const { return book_.config.cluster_heartbeat * 5 / 4; }
  void answer_get(std::string_view name, std::string_view reply);
  void answer_access(std::string_view name, const net::nats_message& request);
  void publish(std::string_view subject, std::string payload);
  void allow(std::string_view reply, bool may);

  const address_book& book_;
  std::function<void(std::function<void(gateway_report)>)> report_;  ///< null until it begins
  std::set<std::string, std::less<>> ids_;                           ///< of the nodes
  node_facts facts_;
  rate_meter meter_;
  served nodes_, node_, clients_, busiest_;
  survey survey_;
  /// When it must have heard of all other nodes. Until then nobody is told which there are.
  std::chrono::steady_clock::time_point informed_at_ = std::chrono::steady_clock::time_point::max();
  std::vector<std::string> early_;                ///< where to answer those who have asked for that before
  bool is_wanted_ = false;                        ///< somebody has asked for something of this node
  std::map<std::uint64_t, std::string> waiting_;  ///< where to answer, by ticket
  std::uint64_t next_ticket_ = 1;
};

}  // namespace actorgate::actors
