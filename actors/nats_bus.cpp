#include "actors/nats_bus.hpp"

#include "actors/lean_actor.hpp"

namespace actorgate::actors {

nats_bus::nats_bus(net::loop& loop, const net::nats_options& options, event_handler on_event)
    : tell_(std::move(on_event)) {
  client_ = std::make_unique<net::nats_client>(loop, options, static_cast<net::nats_owner&>(*this));
}

void nats_bus::close() {
  client_->close();
  to_ = nats_gateway_actor{};
}

net::sent nats_bus::publish(std::string_view subject, std::string_view reply, std::string_view data,
                            const net::shared_headers& headers) {
  return client_->publish(subject, reply, data, headers);
}

void nats_bus::on_message(net::nats_message message) {
  tell(to_, message_arrived{std::make_shared<const net::nats_message>(std::move(message))});
}

}  // namespace actorgate::actors
