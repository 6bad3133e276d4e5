#pragma once
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "actors/message_bus.hpp"
#include "actors/messages.hpp"

namespace actorgate::actors {

/// The real bus. Made and used on the thread of its loop; hands messages over from cnats' delivery thread.
class nats_bus final : public message_bus, private net::nats_owner {
public:
  using event_handler = std::function<void(net::nats_event, std::string)>;

  /// Connects; throws `net::nats_error`. `on_event` is called on threads of cnats.
  nats_bus(net::loop& loop, const net::nats_options& options, event_handler on_event);

  /// Whom messages go to; before the first subscription.
  void deliver_to(nats_gateway_actor to) { to_ = std::move(to); }
  /// Ends everything; no message is delivered any more.
  void close();
  const std::string& url() const { return client_->connected_url(); }

  net::nats_subscription_ptr subscribe(std::string_view subject, std::string_view queue) override {
    return client_->subscribe(subject, queue);
  }
  net::sent publish(std::string_view subject, std::string_view reply, std::string_view data,
                    const net::shared_headers& headers) override;
  const std::string& inbox_prefix() const override { return client_->inbox_prefix(); }

private:
  void on_message(net::nats_message message) override;
  void on_event(net::nats_event event, std::string_view detail) override {
    tell_(event, std::string{detail});
  }

  event_handler tell_;
  nats_gateway_actor to_;
  std::unique_ptr<net::nats_client> client_;
};

}  // namespace actorgate::actors
