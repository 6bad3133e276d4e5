#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "actors/address_book.hpp"
#include "actors/deadlines.hpp"
#include "actors/lean_actor.hpp"
#include "actors/message_bus.hpp"
#include "actors/messages.hpp"
#include "cache/throttle.hpp"
#include "cache/walk.hpp"
#include "inspection/answers.hpp"
#include "protocol/admin_names.hpp"

namespace actorgate::actors {

/// See `nats_gateway_actor`. Everything that NATS delivers comes through its one inbox in NATS order, and is
/// passed on in that order.
class nats_gateway final : public lean_actor<nats_gateway, nats_gateway_actor> {
public:
  static constexpr auto actor_name = "nats_gateway";

  /// The bus is used by this actor alone.
  nats_gateway(caf::actor_config& config, caf::execution_unit* home, const address_book& book,
               std::shared_ptr<message_bus> bus)
      : lean_actor(config, home), book_(book), bus_(std::move(bus)) {}

  void on(subscribe_system& command);
  void on(send_request& request);
  void on(publish_event& event);
  void on(message_arrived& arrived);
  void on(subscribe_events& command);
  void on(unsubscribe_events& command);
  void on(subscribe_connection& command);
  void on(unsubscribe_connection& command);
  void on(tick&);

  // -- called by the inspector

  std::size_t subscriptions() const { return events_.size() + common_.size(); }
  /// Those of them to the events of resources.
  std::size_t resources() const { return events_.size(); }
  std::size_t requests() const { return pending_.size(); }
  /// Null if services cannot have heard of that cid.
  connection_actor find_connection(std::string_view cid) const;
  /// Tells of some of the subscriptions to resources in whose subjects `filter` occurs; first of all of those
  /// that there always are.
  cache::walk_end report(std::vector<std::string>& trail, const cache::walk_bounds& bounds,
                         std::string_view filter, std::vector<inspection::nats_row>& to) const;
  /// Tells of some of the requests.
  cache::walk_end report(std::vector<std::string>& trail, const cache::walk_bounds& bounds,
                         std::vector<inspection::request_row>& to);

private:
  std::vector<protocol::served_subject> common_subjects() const;
  /// A request that has not been answered; its payload only while a throttle holds it back, or if it may be
  /// sent again.
  struct pending {
    std::uint64_t ticket;
    request_route route;
    cache::throttle_id throttle;
    std::chrono::steady_clock::time_point due = {}, sent_at = {};
    std::string subject = {}, payload = {};
    net::shared_headers headers = {};
    /// `queued` behind its throttle, `sent`, or `pausing` until it is due to be sent again.
    enum class state : std::uint8_t { queued, sent, pausing } is = state::queued;
    int unheard = 0;  ///< how often nobody listened
    service_request type = service_request::query;
  };
  /// The events of a resource name.
  struct watched {
    subscription_actor to;
    net::nats_subscription_ptr subscription;
  };
  template <class T>
  using by_name = boost::unordered_flat_map<shared_text, T, shared_text::hash, std::equal_to<>>;

  void start(std::uint64_t id);
  bool publish(std::uint64_t id);
  void release(cache::throttle_id throttle);
  void on_reply(const message_ptr& message);
  void on_unheard(std::uint64_t id, pending& p);
  void finish(std::uint64_t id, request_outcome outcome, message_ptr message);
  cache::throttle_id answer(std::uint64_t id, request_outcome outcome, message_ptr message);
  void on_event(const message_ptr& message);
  void watch_clock();
  void trace(const pending& p, const std::string& line);
  void trace_answer(std::uint64_t id, const net::nats_message& message);
  wiretap& tap() { return *book_.places.front().tap; }
  shard_statistics& counts() { return *book_.places.front().counts; }

  const address_book& book_;
  std::shared_ptr<message_bus> bus_;
  std::unordered_map<std::uint64_t, pending> pending_;
  deadlines deadlines_;
  cache::throttle throttle_;
  by_name<watched> events_;
  by_name<connection_actor> connections_;  ///< by cid
  subscription_actor system_;
  beacon_actor nodes_;  ///< null: nobody wants to know of them
  admin_actor admin_;   ///< null: nothing is served
  /// For all connections and requests: to answers, to the events of the system, and to tokens, even if that
  /// means to hear of those of other gateways' clients. One for each connection would cost more than that.
  std::vector<net::nats_subscription_ptr> common_;
  std::uint64_t next_request_ = 1;
  bool ticking_ = false;
};

}  // namespace actorgate::actors
