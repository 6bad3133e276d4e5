#pragma once
#include "actors/address_book.hpp"
#include "actors/lean_actor.hpp"
#include "actors/messages.hpp"

namespace actorgate::actors {

/// The subscription to `event.<name>.*`: passes everything on to the entry, in NATS order. Lives as long as
/// the nats_gateway has it subscribed, and keeps the entry alive.
class nats_subscription final : public lean_actor<nats_subscription, subscription_actor> {
public:
  static constexpr auto actor_name = "nats_subscription";

  nats_subscription(caf::actor_config& config, caf::execution_unit* home, entry_actor entry)
      : lean_actor(config, home), entry_(std::move(entry)) {}

  void on(event_arrived& event) { send(entry_, std::move(event)); }
  void on(service_replied& reply) { send(entry_, std::move(reply)); }

private:
  entry_actor entry_;
};

/// The subscription to `system.*`: what a service says to all gateways (RES-Service, "System events").
class system_subscription final : public lean_actor<system_subscription, subscription_actor> {
public:
  static constexpr auto actor_name = "system_subscription";

  system_subscription(caf::actor_config& config, caf::execution_unit* home, const address_book& book)
      : lean_actor(config, home), book_(book) {}

  void on(event_arrived& event);
  void on(service_replied&) {}

private:
  const address_book& book_;
  cache::throttle_id next_reset_ = cache::throttle_id{1} << 63;
};

}  // namespace actorgate::actors
